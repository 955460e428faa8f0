import { Route as RouteIcon } from "lucide-preact";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { ask } from "../../api.ts";
import { formatNumber } from "../../format.ts";
import { causeText } from "../../refusal.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { stageName } from "../../ui/check-steps.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Card, RelativeTime } from "../../ui/display.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { EmptyState, Loaded } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { attempt, toast, toastProblem } from "../../ui/toast.tsx";
import { type Route, useRoutes } from "./route.ts";
import { RouteDialog } from "./route-dialog.tsx";
import { RouteGroupsCard } from "./route-groups-card.tsx";
import { RouteState } from "./route-state.tsx";
import { t as r } from "./routes.messages.ts";
import { t } from "./sending.messages.ts";

/** Sending methods, and the groups in which they back each other up. */
export function RoutesPage() {
  const workspace = useWorkspace();
  const { route: go } = useLocation();
  const [editing, setEditing] = useState<Route | "new">();
  const routes = useRoutes();
  const create = workspace.canAdmin && (
    <Button variant="primary" onClick={() => setEditing("new")}>
      {t("newRoute")}
    </Button>
  );
  const close = (saved: Route | undefined) => {
    const isNew = editing === "new";
    setEditing(undefined);
    void queryClient.invalidateQueries({ queryKey: ["routes"] });
    if (isNew && saved !== undefined && saved.kind !== "test_inbox") {
      go(`${workspace.base}/sending/routes/${saved.id}`);
    }
  };
  return (
    <>
      <PageHeader title={t("routes")} description={t("routesAbout")} actions={create} />
      <PageBody>
        <Loaded query={routes}>
          {({ items }) => (
            <>
              <Card flush>
                {items.length === 0 ? (
                  <EmptyState icon={RouteIcon} title={t("noRoutes")} action={create}>
                    {t("noRoutesBody")}
                  </EmptyState>
                ) : (
                  <RouteTable routes={items} onEdit={setEditing} />
                )}
              </Card>
              {items.length > 0 && <RouteGroupsCard routes={items} />}
            </>
          )}
        </Loaded>
      </PageBody>
      {editing !== undefined && (
        <RouteDialog route={editing === "new" ? undefined : editing} onClose={close} />
      )}
    </>
  );
}

function RouteTable({ routes, onEdit }: { routes: Route[]; onEdit: (route: Route) => void }) {
  const workspace = useWorkspace();
  const actions = useRouteActions(onEdit);
  return (
    <Table
      label={t("routes")}
      rows={routes}
      rowKey={(row) => String(row.id)}
      columns={columnsOf(workspace.base)}
      {...(workspace.canAdmin ? { actions: (row: Route) => <Menu items={actions(row)} /> } : {})}
    />
  );
}

function useRouteActions(onEdit: (route: Route) => void) {
  const workspace = useWorkspace();
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["routes"] });
  const call = ({ id }: Route) => workspace.call.routes({ id });
  const check = async (row: Route) => {
    await attempt(async () => {
      const result = await ask(call(row).check.post());
      const failed = result.steps.find((step) => !step.ok);
      if (failed === undefined) {
        toast(t("checkOk"));
      } else {
        const said = causeText(failed.message, failed.cause);
        toastProblem(new Error(`${stageName(failed.stage)}: ${said}`));
      }
    });
    await refresh();
  };
  const turn = async (row: Route) => {
    await attempt(() => ask(call(row).patch({ enabled: !row.enabled })));
    await refresh();
  };
  const remove = async (row: Route) => {
    const sure = await confirm({
      title: t("removeRouteAsk", { name: row.name }),
      body: t("removeRouteBody"),
      action: t("remove"),
      danger: true,
    });
    if (sure) {
      await attempt(() => ask(call(row).delete()));
      await refresh();
    }
  };
  return (row: Route): MenuItem[] => [
    { label: t("check"), onSelect: () => void check(row) },
    { label: t("edit"), onSelect: () => onEdit(row) },
    { label: row.enabled ? t("turnOff") : t("turnOn"), onSelect: () => void turn(row) },
    "separator",
    { label: t("remove"), danger: true, onSelect: () => void remove(row) },
  ];
}

const columnsOf = (base: string): Column<Route>[] => [
  {
    key: "name",
    head: t("name"),
    cell: (row) => (
      <>
        <a
          class="font-medium no-underline hover:underline"
          href={`${base}/sending/routes/${row.id}`}
        >
          {row.name}
        </a>
        <span class="block text-sm text-muted">{whereTo(row)}</span>
      </>
    ),
  },
  { key: "kind", head: t("kind"), wide: true, cell: (row) => t(row.kind) },
  {
    key: "limits",
    head: t("maxPerSecond"),
    align: "end",
    wide: true,
    cell: (row) => row.maxPerSecond ?? "–",
  },
  {
    key: "perDay",
    head: r("perDay"),
    align: "end",
    wide: true,
    cell: (row) => (row.maxPerDay === null ? "–" : formatNumber(row.maxPerDay)),
  },
  { key: "check", head: r("health"), cell: (row) => <Health route={row} /> },
];

function whereTo(route: Route): string {
  switch (route.kind) {
    case "relay":
      return `${route.host}:${route.port}`;
    case "direct":
      return route.sources.map(({ address }) => address).join(", ") || t("directHint");
    case "test_inbox":
      return t("testInboxHint");
  }
}

function Health({ route }: { route: Route }) {
  const { lastCheck } = route;
  return (
    <span
      class="flex items-center gap-2"
      data-tip={lastCheck === null ? undefined : causeText(lastCheck.message, lastCheck.cause)}
    >
      <RouteState route={route} />
      {lastCheck !== null && (
        <span class="text-sm text-muted max-md:hidden">
          <RelativeTime at={lastCheck.at} />
        </span>
      )}
    </span>
  );
}
