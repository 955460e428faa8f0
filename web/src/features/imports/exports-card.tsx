import { FileDown } from "lucide-preact";
import { apiUrl, ask } from "../../api.ts";
import { formatBytes, formatDate, formatNumber } from "../../format.ts";
import { causeText } from "../../refusal.ts";
import { useWorkspace } from "../../session.ts";
import { TaskDetails } from "../../task-details.tsx";
import { refreshTasks, useOpenTasks } from "../../tasks.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { CopyLink } from "../../ui/copy-link.tsx";
import { Card, RelativeTime } from "../../ui/display.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { EmptyState } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { attempt } from "../../ui/toast.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { usePages } from "../../ui/use-pages.ts";
import { isOpen, WorkProgress } from "../../ui/work-state.tsx";
import { ExportDialog } from "./export-dialog.tsx";
import { t } from "./imports.messages.ts";
import type { Export } from "./use-imports.ts";

/** Exports with their progress and, for a week, their file. `?export=` opens the dialog for a new one. */
export function ExportsCard() {
  const workspace = useWorkspace();
  const url = useUrlState();
  useOpenTasks(workspace);
  const list = usePages<Export>({
    key: ["exports", workspace.id],
    read: (cursor, signal) => ask(workspace.call.exports.get({ query: cursor, fetch: { signal } })),
  });
  const action = <Button onClick={() => url.set({ export: "contacts" })}>{t("newExport")}</Button>;
  const refetch = () => {
    refreshTasks();
    void list.query.refetch();
  };
  return (
    <Card flush title={t("exports")} action={action}>
      <PagedTable
        pages={list}
        label={t("exports")}
        rowKey={(row) => String(row.id)}
        columns={columns()}
        actions={(row) => <Actions row={row} onChanged={refetch} />}
        empty={
          <EmptyState icon={FileDown} title={t("noExports")}>
            {t("noExportsBody")}
          </EmptyState>
        }
      />
      {url.get("export") !== undefined && <ExportDialog onStarted={refetch} />}
    </Card>
  );
}

function nameOf(row: Export): string {
  if (row.kind === "recipients") {
    return t("ofCampaign", { id: row.campaignId ?? 0 });
  }
  if (row.kind === "suppressions") {
    return t("ofSuppressions");
  }
  const isPart = row.segmentId !== null || Object.keys(row.filter).length > 0;
  return isPart ? t("ofSomeContacts") : t("ofContacts");
}

const columns = (): Column<Export>[] => [
  {
    key: "what",
    head: t("what"),
    cell: (row) => (
      <>
        {nameOf(row)}
        <span class="block text-sm text-muted">
          <RelativeTime at={row.createdAt} />
        </span>
        <TaskDetails id={row.id} unit="rows" />
      </>
    ),
  },
  { key: "state", head: t("state"), cell: (row) => <State row={row} /> },
  {
    key: "rows",
    head: t("rows"),
    align: "end",
    wide: true,
    cell: (row) => formatNumber(row.rowsDone),
  },
];

function State({ row }: { row: Export }) {
  const isGone = row.state === "done" && row.error !== null;
  return (
    <span class="flex flex-wrap items-center gap-x-3 gap-y-1">
      {!isGone && <WorkProgress state={row.state} done={row.rowsDone} total={row.rowsTotal} />}
      <span class="text-sm text-muted max-md:hidden">
        {row.error === null ? null : causeText(row.error, row.errorCause)}
        {!isGone && row.expiresAt !== null && t("until", { date: formatDate(row.expiresAt) })}
      </span>
      {isGone && <span class="text-sm text-muted md:hidden">{t("gone")}</span>}
    </span>
  );
}

function Actions({ row, onChanged }: { row: Export; onChanged: () => void }) {
  const workspace = useWorkspace();
  const call = workspace.call.exports({ id: row.id });
  if (isOpen(row)) {
    const cancel = async () => {
      await attempt(() => ask(call.cancel.post()));
      onChanged();
    };
    return (
      <Button size="small" onClick={cancel}>
        {t("cancelExport")}
      </Button>
    );
  }
  return row.state !== "done" || row.error !== null ? null : (
    <span class="flex items-center justify-end gap-1">
      <CopyLink make={() => ask(call.link.post())} />
      <ButtonLink size="small" download href={apiUrl(`${workspace.api}/exports/${row.id}/file`)}>
        {t("download")}
        <span class="text-muted max-md:hidden">{formatBytes(row.sizeBytes)}</span>
      </ButtonLink>
    </span>
  );
}
