import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import { ask } from "../../api.ts";
import { formatNumber, formatRate } from "../../format.ts";
import { causeText } from "../../refusal.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { CheckSteps } from "../../ui/check-steps.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Card, Facts, RelativeTime, Stat, StatRow } from "../../ui/display.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { Loaded } from "../../ui/states.tsx";
import { attempt } from "../../ui/toast.tsx";
import { type Route, type RouteCheck, usePresets } from "./route.ts";
import { RouteDialog } from "./route-dialog.tsx";
import { DomainsForm, LimitsForm } from "./route-limits.tsx";
import { SourcesForm } from "./route-sources.tsx";
import { RouteState } from "./route-state.tsx";
import { RouteTestDialog } from "./route-test-dialog.tsx";
import { RouteWebhook } from "./route-webhook.tsx";
import { t } from "./routes.messages.ts";
import { t as s } from "./sending.messages.ts";

/** One sending method: status, limits, source addresses and recipients. */
export function RoutePage() {
  const { params } = useRoute();
  const workspace = useWorkspace();
  const id = Number(params["routeId"]);
  const route = useQuery({
    queryKey: ["routes", workspace.id, id],
    queryFn: () => ask(workspace.call.routes({ id }).get()),
  });
  const { data } = route;
  return (
    <>
      <PageHeader
        title={data?.name ?? s("routes")}
        trail={[{ label: s("routes"), href: `${workspace.base}/sending/routes` }]}
        badge={data && <RouteState route={data} />}
        description={data && s(data.kind)}
        actions={data && workspace.canAdmin && <Actions route={data} />}
      />
      <Loaded query={route} rows={8}>
        {(one) => <Body key={one.updatedAt} route={one} />}
      </Loaded>
    </>
  );
}

const refresh = () => queryClient.invalidateQueries({ queryKey: ["routes"] });

function Actions({ route }: { route: Route }) {
  const workspace = useWorkspace();
  const { route: go } = useLocation();
  const [open, setOpen] = useState<"test" | "edit">();
  const call = workspace.call.routes({ id: route.id });
  const turn = async () => {
    await attempt(() => ask(call.patch({ enabled: !route.enabled })));
    await refresh();
  };
  const remove = async () => {
    const sure = await confirm({
      title: s("removeRouteAsk", { name: route.name }),
      body: s("removeRouteBody"),
      action: s("remove"),
      danger: true,
    });
    if (sure && (await attempt(() => ask(call.delete())))) {
      await refresh();
      go(`${workspace.base}/sending/routes`);
    }
  };
  return (
    <>
      <Button onClick={() => setOpen("test")}>{t("testMessage")}</Button>
      {route.kind !== "test_inbox" && (
        <Button onClick={() => setOpen("edit")}>{t("changeConnection")}</Button>
      )}
      <Button onClick={turn}>{route.enabled ? s("turnOff") : s("turnOn")}</Button>
      <Button variant="ghost" onClick={remove}>
        {s("remove")}
      </Button>
      {open === "test" && <RouteTestDialog route={route} onClose={() => setOpen(undefined)} />}
      {open === "edit" && (
        <RouteDialog
          route={route}
          onClose={() => {
            setOpen(undefined);
            void refresh();
          }}
        />
      )}
    </>
  );
}

function Body({ route }: { route: Route }) {
  return (
    <PageBody>
      <StatRow>
        <Stat
          label={t("perSecond")}
          value={route.maxPerSecond === null ? "–" : formatRate(route.maxPerSecond)}
          note={route.maxPerSecond === null && t("none")}
        />
        <Stat
          label={t("perDay")}
          value={route.maxPerDay === null ? "–" : formatNumber(route.maxPerDay)}
          note={route.maxPerDay === null && t("none")}
        />
        <Stat label={t("connections")} value={formatNumber(route.maxConnections)} />
        <Stat label={t("perConnection")} value={formatNumber(route.maxPerConnection)} />
      </StatRow>
      <div class="grid items-start gap-6 lg:grid-cols-2">
        <StateCard route={route} />
        <LimitsForm route={route} />
        {route.kind !== "test_inbox" && <DomainsForm route={route} />}
        <AtProvider route={route} />
      </div>
      {route.kind !== "test_inbox" && <SourcesForm route={route} />}
    </PageBody>
  );
}

function StateCard({ route }: { route: Route }) {
  const workspace = useWorkspace();
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<RouteCheck>();
  const check = async () => {
    setBusy(true);
    await attempt(async () => {
      setResult(await ask(workspace.call.routes({ id: route.id }).check.post()));
    });
    setBusy(false);
    await refresh();
  };
  const { lastCheck } = route;
  return (
    <Card
      title={t("state")}
      action={
        workspace.canAdmin && (
          <Button size="small" busy={busy} onClick={check}>
            {t("checkNow")}
          </Button>
        )
      }
    >
      <div class="flex flex-col gap-4">
        <Facts
          items={[
            [t("server"), serverOf(route)],
            [t("signs"), route.signDkim ? t("signsHere") : t("signsThere")],
            [
              t("lastCheck"),
              lastCheck === null ? (
                s("neverChecked")
              ) : (
                <>
                  <RelativeTime at={lastCheck.at} />:{" "}
                  {causeText(lastCheck.message, lastCheck.cause)}
                </>
              ),
            ],
          ]}
        />
        {result !== undefined && <CheckSteps {...result} />}
      </div>
    </Card>
  );
}

function serverOf({ kind, host, port, username }: Route): string {
  if (kind !== "relay") {
    return kind === "direct" ? s("directHint") : s("testInboxHint");
  }
  return username === "" ? `${host}:${port}` : `${username} @ ${host}:${port}`;
}

function AtProvider({ route }: { route: Route }) {
  const workspace = useWorkspace();
  const preset = usePresets().data?.items.find((one) => one.id === route.preset);
  if (preset === undefined || preset.id === "") {
    return null;
  }
  return (
    <Card title={t("atProviderTitle")} description={preset.name}>
      <ol class="ml-4 flex list-decimal flex-col gap-1.5">
        {preset.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {preset.webhook.length > 0 && (
        <>
          <h3 class="mt-4 mb-1.5 font-medium">{t("webhookTitle")}</h3>
          <ol class="ml-4 flex list-decimal flex-col gap-1.5">
            {preset.webhook.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          {workspace.canAdmin && <RouteWebhook routeId={route.id} />}
        </>
      )}
    </Card>
  );
}
