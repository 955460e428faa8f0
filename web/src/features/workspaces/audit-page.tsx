import { ScrollText } from "lucide-preact";
import type { AuditAction } from "../../../../server/app.ts";
import { type Answer, api, ask, type WorkspaceApi } from "../../api.ts";
import { formatDateTime, formatExact } from "../../format.ts";
import { useWorkspace } from "../../session.ts";
import { Card } from "../../ui/display.tsx";
import { PageBody } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { EmptyState } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { usePages } from "../../ui/use-pages.ts";
import { t as actionWords } from "./audit-actions.messages.ts";
import { SettingsFrame } from "./settings-frame.tsx";
import { t } from "./workspaces.messages.ts";

type Entry = Answer<WorkspaceApi["audit"]["get"]>["items"][number];

/** Who did what in the workspace. */
export function AuditPage() {
  const { id: workspaceId } = useWorkspace();
  const pages = usePages<Entry>({
    key: ["audit", workspaceId],
    read: (cursor) => ask(api.workspaces({ workspaceId }).audit.get({ query: cursor })),
  });
  return (
    <SettingsFrame title={t("audit")}>
      <PageBody>
        <p class="text-muted">{t("auditBody")}</p>
        <Card flush>
          <PagedTable
            pages={pages}
            label={t("audit")}
            columns={columns()}
            rowKey={(row) => String(row.id)}
            empty={<EmptyState icon={ScrollText} title={t("noAudit")} />}
          />
        </Card>
      </PageBody>
    </SettingsFrame>
  );
}

const columns = (): Column<Entry>[] => [
  {
    key: "when",
    head: t("when"),
    cell: (row) => (
      <span class="whitespace-nowrap" data-tip={formatExact(row.at)}>
        {formatDateTime(row.at)}
      </span>
    ),
  },
  {
    key: "who",
    head: t("who"),
    cell: (row) => (
      <span class="whitespace-nowrap">{row.actorName ?? row.actorId ?? t("instance")}</span>
    ),
  },
  {
    key: "action",
    head: t("action"),
    cell: (row) => (
      <div class="min-w-48">
        <span data-tip={row.action}>{actionText(row.action)}</span>
        {outcomeText(row.detail) !== "" && (
          <p class="text-sm text-warning">{outcomeText(row.detail)}</p>
        )}
      </div>
    ),
  },
  {
    key: "target",
    head: t("target"),
    wide: true,
    cell: (row) => <code class="text-sm break-all text-muted">{row.target}</code>,
  },
  {
    key: "detail",
    head: t("detail"),
    wide: true,
    cell: (row) => (
      <code class="block max-w-80 truncate text-sm text-muted">{detailText(row.detail)}</code>
    ),
  },
];

/** The name of an action, or its code when a newer version recorded it. */
export function actionText(action: string): string {
  return Object.hasOwn(actionWords.catalogue, action) ? actionWords(action as AuditAction) : action;
}

/** Explains an action whose outcome is unknown; "" for any other. */
export function outcomeText({ outcome }: Record<string, unknown>): string {
  return outcome === "server_stopped" || outcome === "server_error" ? t(`outcome_${outcome}`) : "";
}

/** {a: 1, b: "x"} → "a=1 b=x". Empty for an empty object, and without what `outcomeText` says. */
export function detailText(detail: Record<string, unknown>): string {
  const isWorded = outcomeText(detail) !== "";
  return Object.entries(detail)
    .filter(([key]) => !isWorded || !["outcome", "begunAt", "status"].includes(key))
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}
