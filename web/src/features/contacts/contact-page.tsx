import { useQuery } from "@tanstack/preact-query";
import { useLocation, useRoute } from "preact-iso";
import { ask } from "../../api.ts";
import { useChoices } from "../../choices.ts";
import { formatDateTime } from "../../format.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Card } from "../../ui/display.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { Loaded, Notice } from "../../ui/states.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { ConsentCard } from "./consent-card.tsx";
import { ContactForm } from "./contact-form.tsx";
import { ContactLists } from "./contact-lists.tsx";
import { ContactTags } from "./contact-tags.tsx";
import { ContactTimeline } from "./contact-timeline.tsx";
import { t } from "./contacts.messages.ts";
import { ContactStatus } from "./contacts-page.tsx";
import { DuplicatesCard } from "./duplicates-card.tsx";
import type { ContactDetail } from "./use-contacts.ts";

/** One contact: data, subscriptions and history. */
export function ContactPage() {
  const { params } = useRoute();
  const { route } = useLocation();
  const id = Number(params["contactId"]);
  const workspace = useWorkspace();
  const call = workspace.call.contacts({ id });
  const contact = useQuery({
    queryKey: ["contact", workspace.id, id],
    queryFn: () => ask(call.get()),
  });
  const fields = useChoices(workspace, "fields");
  const remove = async () => {
    const sure = await confirm({
      title: t("removeAsk", { count: 1 }),
      body: t("removeBody"),
      action: t("remove"),
      danger: true,
    });
    if (sure && (await attempt(() => ask(call.delete())))) {
      toast(t("deleted"));
      await queryClient.invalidateQueries({ queryKey: ["contacts"] });
      route(`${workspace.base}/contacts`);
    }
  };
  const { data } = contact;
  return (
    <>
      <PageHeader
        title={data?.email ?? t("contacts")}
        trail={[{ label: t("contacts"), href: `${workspace.base}/contacts` }]}
        badge={data && <ContactStatus contact={data} />}
        description={data && `${data.firstName} ${data.lastName}`.trim()}
        actions={workspace.canEdit && <Button onClick={remove}>{t("remove")}</Button>}
      />
      <Loaded query={contact} rows={8}>
        {(person) => (
          <PageBody>
            <Suppressed person={person} />
            <Paused person={person} />
            <div class="grid items-start gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
              <Card title={t("details")}>
                <Loaded query={fields} rows={4}>
                  {({ items }) => (
                    <ContactForm
                      key={person.updatedAt}
                      contact={person}
                      fields={items}
                      onSaved={() => contact.refetch()}
                    />
                  )}
                </Loaded>
              </Card>
              <div class="flex flex-col gap-6">
                <Card title={t("lists")}>
                  <ContactLists contact={person} onChanged={() => contact.refetch()} />
                </Card>
                <Card title={t("tags")}>
                  <ContactTags contact={person} onChanged={() => contact.refetch()} />
                </Card>
                <ConsentCard contactId={person.id} />
                <DuplicatesCard contactId={person.id} onMerged={() => contact.refetch()} />
                <Card title={t("timeline")}>
                  <ContactTimeline contactId={person.id} />
                </Card>
              </div>
            </div>
          </PageBody>
        )}
      </Loaded>
    </>
  );
}

function Suppressed({ person }: { person: ContactDetail }) {
  const workspace = useWorkspace();
  return person.status === "mailable" ? null : (
    <Notice
      tone="warning"
      title={t(person.suppressionReason === "unclear" ? "heldBackTitle" : "suppressedTitle")}
      action={
        <a
          class="link text-sm"
          href={`${workspace.base}/contacts/suppressions?q=${encodeURIComponent(person.address)}`}
        >
          {t("seeSuppressions")}
        </a>
      }
    >
      {person.suppressionReason === "unclear" && t("heldBackBody")}
    </Notice>
  );
}

function Paused({ person }: { person: ContactDetail }) {
  const until = person.pausedUntil;
  return until === null ? null : (
    <Notice tone="info" title={t("pausedTitle", { until: formatDateTime(until) })}>
      {t("pausedBody")}
    </Notice>
  );
}
