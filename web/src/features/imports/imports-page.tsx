import { FileDown, FileUp } from "lucide-preact";
import { apiUrl, http } from "../../api.ts";
import { formatBytes, formatDate, formatNumber } from "../../format.ts";
import { useWorkspace } from "../../session.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card, RelativeTime } from "../../ui/display.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { EmptyState, Loaded } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { t } from "./imports.messages.ts";
import { JobBadge } from "./job-state.tsx";
import { type Export, type Import, useJobs } from "./use-imports.ts";

/** What came in and what was taken out. */
export function ImportsPage() {
  const workspace = useWorkspace();
  const action = workspace.canEdit && (
    <ButtonLink variant="primary" href={`${workspace.base}/contacts/imports/new`}>
      {t("newImport")}
    </ButtonLink>
  );
  return (
    <>
      <PageHeader
        title={t("importsExports")}
        trail={[{ label: t("contacts"), href: `${workspace.base}/contacts` }]}
        actions={action}
      />
      <PageBody>
        <Imports action={action} />
        <Exports />
      </PageBody>
    </>
  );
}

function Imports({ action }: { action: preact.ComponentChildren }) {
  const workspace = useWorkspace();
  const imports = useJobs<Import>(workspace.api, "imports");
  return (
    <Card flush title={t("imports")}>
      <Loaded query={imports}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon={FileUp} title={t("none")} action={action}>
              {t("noneBody")}
            </EmptyState>
          ) : (
            <Table
              label={t("imports")}
              rows={items}
              rowKey={(row) => String(row.id)}
              columns={importColumns(workspace.base)}
            />
          )
        }
      </Loaded>
    </Card>
  );
}

const importColumns = (base: string): Column<Import>[] => [
  {
    key: "file",
    head: t("file"),
    cell: (row) => (
      <a class="row-link" href={`${base}/contacts/imports/${row.id}`}>
        {row.fileName}
      </a>
    ),
  },
  { key: "state", head: t("state"), cell: (row) => <JobBadge state={row.state} /> },
  ...(["created", "updated", "rejected"] as const).map((key) => ({
    key,
    head: t(key),
    align: "end" as const,
    wide: true,
    cell: (row: Import) => formatNumber(row[key]),
  })),
  {
    key: "when",
    head: t("when"),
    align: "end",
    wide: true,
    cell: (row) => <RelativeTime at={row.createdAt} />,
  },
];

function Exports() {
  const workspace = useWorkspace();
  const exports = useJobs<Export>(workspace.api, "exports");
  const start = async () => {
    if (await attempt(() => http.post(`${workspace.api}/exports`, { kind: "contacts" }))) {
      toast(t("exportStarted"));
      await exports.refetch();
    }
  };
  const action = workspace.canAdmin && <Button onClick={start}>{t("newExport")}</Button>;
  return (
    <Card flush title={t("exports")} action={action}>
      <Loaded query={exports}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon={FileDown} title={t("noExports")}>
              {t("noExportsBody")}
            </EmptyState>
          ) : (
            <Table
              label={t("exports")}
              rows={items}
              rowKey={(row) => String(row.id)}
              columns={exportColumns(workspace.api)}
            />
          )
        }
      </Loaded>
    </Card>
  );
}

const exportColumns = (workspaceApi: string): Column<Export>[] => [
  { key: "kind", head: t("exportKind"), cell: (row) => exportKind(row.kind) },
  { key: "state", head: t("state"), cell: (row) => <JobBadge state={row.state} /> },
  {
    key: "rows",
    head: t("rows"),
    align: "end",
    wide: true,
    cell: (row) => formatNumber(row.rowsDone),
  },
  {
    key: "when",
    head: t("when"),
    align: "end",
    wide: true,
    cell: (row) => <RelativeTime at={row.createdAt} />,
  },
  {
    key: "file",
    head: t("file"),
    align: "end",
    cell: (row) => <ExportFile row={row} workspaceApi={workspaceApi} />,
  },
];

function exportKind(kind: string): string {
  switch (kind) {
    case "suppressions":
      return t("kindSuppressions");
    case "recipients":
      return t("kindRecipients");
    default:
      return t("contacts");
  }
}

function ExportFile({ row, workspaceApi }: { row: Export; workspaceApi: string }) {
  if (row.state !== "done" || row.error !== null) {
    return <span class="text-muted">{row.error}</span>;
  }
  return (
    <span class="flex items-center justify-end gap-3">
      {row.expiresAt !== null && (
        <span class="text-sm text-muted max-md:hidden">
          {t("until", { date: formatDate(row.expiresAt) })}
        </span>
      )}
      <ButtonLink size="small" download href={apiUrl(`${workspaceApi}/exports/${row.id}/file`)}>
        {`${t("download")} (${formatBytes(row.sizeBytes)})`}
      </ButtonLink>
    </span>
  );
}
