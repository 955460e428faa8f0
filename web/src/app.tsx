import type { AnyComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ErrorBoundary, LocationProvider, lazy, Route, Router, useLocation } from "preact-iso";
import { whenSetupRequired, whenSignedOut } from "./api.ts";
import { hasValidIds } from "./path-ids.ts";
import { homePath, queryClient, useMe } from "./session.ts";
import { NotFound } from "./shell/not-found.tsx";
import { Shell } from "./shell/shell.tsx";
import { ErrorState, Skeleton } from "./ui/states.tsx";

type PageRoute = { path: string; component: AnyComponent };

/** A page of the route table. Its code loads when it is first opened. */
const page = (path: string, load: () => Promise<AnyComponent>): PageRoute => ({
  path,
  component: lazy(load),
});

const entryPages = [
  page("/sign-in", () => import("./features/auth/sign-in-page.tsx").then((m) => m.SignInPage)),
  page("/forgot", () => import("./features/auth/forgot-page.tsx").then((m) => m.ForgotPage)),
  page("/reset", () => import("./features/auth/reset-page.tsx").then((m) => m.ResetPage)),
  page("/invitation", () =>
    import("./features/auth/invitation-page.tsx").then((m) => m.InvitationPage),
  ),
  page("/setup", () => import("./features/setup/setup-page.tsx").then((m) => m.SetupPage)),
];

const campaignPages = [
  page("/w/:workspaceId/campaigns", () =>
    import("./features/campaigns/campaigns-page.tsx").then((m) => m.CampaignsPage),
  ),
  page("/w/:workspaceId/campaigns/:campaignId", () =>
    import("./features/campaigns/campaign-page.tsx").then((m) => m.CampaignPage),
  ),
  page("/w/:workspaceId/campaigns/:campaignId/report", () =>
    import("./features/reports/report-page.tsx").then((m) => m.ReportPage),
  ),
  page("/w/:workspaceId/campaigns/:campaignId/recipients", () =>
    import("./features/reports/recipients-page.tsx").then((m) => m.RecipientsPage),
  ),
  page("/w/:workspaceId/campaigns/:campaignId/recipients/:seq", () =>
    import("./features/reports/recipient-page.tsx").then((m) => m.RecipientPage),
  ),
];

const audiencePages = [
  page("/w/:workspaceId/contacts", () =>
    import("./features/contacts/contacts-page.tsx").then((m) => m.ContactsPage),
  ),
  page("/w/:workspaceId/contacts/lists", () =>
    import("./features/lists/lists-page.tsx").then((m) => m.ListsPage),
  ),
  page("/w/:workspaceId/contacts/tags", () =>
    import("./features/tags/tags-page.tsx").then((m) => m.TagsPage),
  ),
  page("/w/:workspaceId/contacts/segments", () =>
    import("./features/segments/segments-page.tsx").then((m) => m.SegmentsPage),
  ),
  page("/w/:workspaceId/contacts/segments/new", () =>
    import("./features/segments/segment-builder-page.tsx").then((m) => m.SegmentBuilderPage),
  ),
  page("/w/:workspaceId/contacts/segments/:segmentId", () =>
    import("./features/segments/segment-page.tsx").then((m) => m.SegmentPage),
  ),
  page("/w/:workspaceId/contacts/segments/:segmentId/edit", () =>
    import("./features/segments/segment-builder-page.tsx").then((m) => m.SegmentBuilderPage),
  ),
  page("/w/:workspaceId/contacts/forms", () =>
    import("./features/forms/forms-page.tsx").then((m) => m.FormsPage),
  ),
  page("/w/:workspaceId/contacts/forms/:formId", () =>
    import("./features/forms/form-page.tsx").then((m) => m.FormPage),
  ),
  page("/w/:workspaceId/contacts/forms/:formId/numbers", () =>
    import("./features/forms/form-numbers-page.tsx").then((m) => m.FormNumbersPage),
  ),
  page("/w/:workspaceId/contacts/fields", () =>
    import("./features/contacts/fields-page.tsx").then((m) => m.FieldsPage),
  ),
  page("/w/:workspaceId/contacts/imports", () =>
    import("./features/imports/imports-page.tsx").then((m) => m.ImportsPage),
  ),
  page("/w/:workspaceId/contacts/imports/new", () =>
    import("./features/imports/new-import-page.tsx").then((m) => m.NewImportPage),
  ),
  page("/w/:workspaceId/contacts/imports/:importId", () =>
    import("./features/imports/import-page.tsx").then((m) => m.ImportPage),
  ),
  page("/w/:workspaceId/contacts/privacy", () =>
    import("./features/privacy/privacy-page.tsx").then((m) => m.PrivacyPage),
  ),
  page("/w/:workspaceId/contacts/suppressions", () =>
    import("./features/suppressions/suppressions-page.tsx").then((m) => m.SuppressionsPage),
  ),
  page("/w/:workspaceId/contacts/:contactId", () =>
    import("./features/contacts/contact-page.tsx").then((m) => m.ContactPage),
  ),
];

const sendingPages = [
  page("/w/:workspaceId/templates", () =>
    import("./features/templates/templates-page.tsx").then((m) => m.TemplatesPage),
  ),
  page("/w/:workspaceId/templates/:templateId", () =>
    import("./features/templates/template-page.tsx").then((m) => m.TemplatePage),
  ),
  page("/w/:workspaceId/sending/routes", () =>
    import("./features/sending/routes-page.tsx").then((m) => m.RoutesPage),
  ),
  page("/w/:workspaceId/sending/routes/:routeId", () =>
    import("./features/sending/route-page.tsx").then((m) => m.RoutePage),
  ),
  page("/w/:workspaceId/sending/queue", () =>
    import("./features/queue/queue-page.tsx").then((m) => m.QueuePage),
  ),
  page("/w/:workspaceId/sending/dmarc", () =>
    import("./features/dmarc/dmarc-page.tsx").then((m) => m.DmarcPage),
  ),
  page("/w/:workspaceId/sending/settings", () =>
    import("./features/sending/delivery-settings-page.tsx").then((m) => m.DeliverySettingsPage),
  ),
  page("/w/:workspaceId/sending/domains", () =>
    import("./features/sending/domains-page.tsx").then((m) => m.DomainsPage),
  ),
  page("/w/:workspaceId/sending/domains/:domainId", () =>
    import("./features/sending/domain-page.tsx").then((m) => m.DomainPage),
  ),
];

const shellPages = [
  ...audiencePages,
  ...sendingPages,
  ...campaignPages,
  page("/instance/suppressions", () =>
    import("./features/instance/suppressions-page.tsx").then((m) => m.InstanceSuppressionsPage),
  ),
  page("/instance/rules", () =>
    import("./features/instance/rules-page.tsx").then((m) => m.RulesPage),
  ),
  page("/instance", () =>
    import("./features/instance/instance-page.tsx").then((m) => m.InstancePage),
  ),
  page("/account", () => import("./features/auth/account-page.tsx").then((m) => m.AccountPage)),
  page("/account/new-workspace", () =>
    import("./features/workspaces/new-workspace-page.tsx").then((m) => m.NewWorkspacePage),
  ),
  page("/w/:workspaceId", () =>
    import("./features/dashboard/dashboard-page.tsx").then((m) => m.DashboardPage),
  ),
  page("/w/:workspaceId/inbox", () =>
    import("./features/inbox/inbox-page.tsx").then((m) => m.InboxPage),
  ),
  page("/w/:workspaceId/inbox/received", () =>
    import("./features/inbox/received-page.tsx").then((m) => m.ReceivedPage),
  ),
  page("/w/:workspaceId/inbox/received/:receivedId", () =>
    import("./features/inbox/received-mail-page.tsx").then((m) => m.ReceivedMailPage),
  ),
  page("/instance/inbox", () =>
    import("./features/inbox/inbox-page.tsx").then((m) => m.InstanceInboxPage),
  ),
  page("/instance/inbox/:instanceMessageId", () =>
    import("./features/inbox/inbox-message-page.tsx").then((m) => m.InstanceInboxMessagePage),
  ),
  page("/instance/mail", () =>
    import("./features/inbox/received-page.tsx").then((m) => m.InstanceMailPage),
  ),
  page("/instance/mail/:receivedId", () =>
    import("./features/inbox/received-mail-page.tsx").then((m) => m.InstanceMailMessagePage),
  ),
  page("/w/:workspaceId/inbox/:messageId", () =>
    import("./features/inbox/inbox-message-page.tsx").then((m) => m.InboxMessagePage),
  ),
  page("/w/:workspaceId/settings", () =>
    import("./features/workspaces/general-page.tsx").then((m) => m.GeneralPage),
  ),
  page("/w/:workspaceId/settings/members", () =>
    import("./features/workspaces/members-page.tsx").then((m) => m.MembersPage),
  ),
  page("/w/:workspaceId/settings/api-keys", () =>
    import("./features/workspaces/api-keys-page.tsx").then((m) => m.ApiKeysPage),
  ),
  page("/w/:workspaceId/settings/audit", () =>
    import("./features/workspaces/audit-page.tsx").then((m) => m.AuditPage),
  ),
];

if (import.meta.env.DEV) {
  entryPages.push(page("/gallery", () => import("./ui/gallery.tsx").then((m) => m.Gallery)));
}

/** The application's routes and its handling of sign-in and setup. */
export function App() {
  return (
    <LocationProvider>
      <Gate />
    </LocationProvider>
  );
}

const isInShell = (path: string) => /^\/(w|account|instance)(\/|$)/.test(path);

function Gate() {
  const { path, url, route } = useLocation();
  useEffect(() => {
    whenSignedOut(() => {
      const here = location.pathname + location.search;
      // The sign-in and setup pages handle a 401 themselves.
      if (here === "/" || isInShell(location.pathname)) {
        queryClient.clear();
        route(here === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(here)}`, true);
      }
    });
    whenSetupRequired(() => route("/setup", true));
  }, [route]);
  if (path === "/") {
    return <Home />;
  }
  const inShell = isInShell(path);
  const routes = (
    <Pages key={inShell ? "shell" : "entry"} pages={inShell ? shellPages : entryPages} url={url} />
  );
  return inShell ? <Shell>{routes}</Shell> : routes;
}

function Pages({ pages, url }: { pages: PageRoute[]; url: string }) {
  const { path } = useLocation();
  const [failure, setFailure] = useState<{ url: string; error: unknown }>();
  if (failure?.url === url) {
    return <ErrorState error={failure.error} onRetry={() => location.reload()} />;
  }
  return (
    <ErrorBoundary onError={(error) => setFailure({ url, error })}>
      <Router>
        {pages.map((one) => (
          <Route
            key={one.path}
            path={one.path}
            component={hasValidIds(one.path, path) ? one.component : NotFound}
          />
        ))}
        <Route default component={NotFound} />
      </Router>
    </ErrorBoundary>
  );
}

/** "/": redirects to the person's start page. */
function Home() {
  const me = useMe();
  const { route } = useLocation();
  useEffect(() => {
    if (me.data !== undefined) {
      route(homePath(me.data), true);
    }
  }, [me.data, route]);
  return me.error ? (
    <ErrorState error={me.error} onRetry={() => me.refetch()} />
  ) : (
    <Skeleton class="mx-auto max-w-xl pt-24" />
  );
}
