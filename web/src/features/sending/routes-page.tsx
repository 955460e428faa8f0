import { useQuery } from "@tanstack/preact-query";
import { Route as RouteIcon } from "lucide-preact";
import { useState } from "preact/hooks";
import { http, type Page } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Badge, Card, RelativeTime } from "../../ui/display.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { EmptyState, Loaded } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { attempt, toast, toastProblem } from "../../ui/toast.tsx";
import type { Route, RouteCheck } from "./route.ts";
import { RouteDialog } from "./route-dialog.tsx";
import { t } from "./sending.messages.ts";

/** The ways out. */
export function RoutesPage() {
  const workspace = useWorkspace();
  const [editing, setEditing] = useState<Route | "new">();
  const routes = useQuery({
    queryKey: ["routes", workspace.api],
    queryFn: () => http.get<Page<Route>>(`${workspace.api}/routes`),
  });
  const create = workspace.canAdmin && (
    <Button variant="primary" onClick={() => setEditing("new")}>
      {t("newRoute")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("routes")} description={t("routesAbout")} actions={create} />
      <PageBody>
        <Card flush>
          <Loaded query={routes}>
            {({ items }) =>
              items.length === 0 ? (
                <EmptyState icon={RouteIcon} title={t("noRoutes")} action={create}>
                  {t("noRoutesBody")}
                </EmptyState>
              ) : (
                <RouteTable routes={items} onEdit={setEditing} />
              )
            }
          </Loaded>
        </Card>
      </PageBody>
      {editing !== undefined && (
        <RouteDialog
          route={editing === "new" ? undefined : editing}
          onClose={() => {
            setEditing(undefined);
            routes.refetch();
          }}
        />
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
      columns={columns}
      {...(workspace.canAdmin ? { actions: (row: Route) => <Menu items={actions(row)} /> } : {})}
    />
  );
}

function useRouteActions(onEdit: (route: Route) => void) {
  const workspace = useWorkspace();
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["routes"] });
  const path = (row: Route) => `${workspace.api}/routes/${row.id}`;
  const check = async (row: Route) => {
    await attempt(async () => {
      const result = await http.post<RouteCheck>(`${path(row)}/check`);
      const failed = result.steps.find((step) => !step.ok);
      if (failed === undefined) {
        toast(t("checkOk"));
      } else {
        toastProblem(new Error(`${failed.stage}: ${failed.message}`));
      }
    });
    await refresh();
  };
  const turn = async (row: Route) => {
    await attempt(() => http.patch(path(row), { enabled: !row.enabled }));
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
      await attempt(() => http.delete(path(row)));
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

const columns: Column<Route>[] = [
  {
    key: "name",
    head: t("name"),
    cell: (row) => (
      <>
        <span class="font-medium">{row.name}</span>
        <span class="block text-sm text-muted">
          {row.kind === "relay" ? `${row.host}:${row.port}` : t("testInboxHint")}
        </span>
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
    key: "check",
    head: t("lastCheck"),
    cell: (row) => <CheckState route={row} />,
  },
];

function CheckState({ route }: { route: Route }) {
  if (!route.enabled) {
    return <Badge>{t("off")}</Badge>;
  }
  if (route.lastCheck === null) {
    return <span class="text-muted">{t("neverChecked")}</span>;
  }
  const { ok, at, stage, message } = route.lastCheck;
  return (
    <span class="flex items-center gap-2" data-tip={ok ? message : `${stage}: ${message}`}>
      <Badge tone={ok ? "success" : "error"}>{ok ? t("works") : t("fails")}</Badge>
      <span class="text-sm text-muted max-md:hidden">
        <RelativeTime at={at} />
      </span>
    </span>
  );
}
