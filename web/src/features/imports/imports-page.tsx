import { FileUp } from "lucide-preact";
import { formatNumber } from "../../format.ts";
import { useWorkspace } from "../../session.ts";
import { RunningWork } from "../../task-list.tsx";
import { ButtonLink } from "../../ui/button.tsx";
import { Card, RelativeTime } from "../../ui/display.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { EmptyState, Loaded } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { WorkProgress } from "../../ui/work-state.tsx";
import { ExportsCard } from "./exports-card.tsx";
import { t } from "./imports.messages.ts";
import { type Import, useImports } from "./use-imports.ts";

/** Imports and exports. */
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
        actions={
          <>
            <RunningWork />
            {action}
          </>
        }
      />
      <PageBody>
        <Imports action={action} />
        {workspace.canAdmin && <ExportsCard />}
      </PageBody>
    </>
  );
}

function Imports({ action }: { action: preact.ComponentChildren }) {
  const workspace = useWorkspace();
  const imports = useImports(workspace);
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

/** The number of rows in a file is known only at its end. Until then, its bytes show the progress. */
function Progress({ row }: { row: Import }) {
  return (
    <WorkProgress state={row.state} done={row.progressBytes} total={row.sizeBytes} unit="bytes" />
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
  { key: "state", head: t("state"), cell: (row) => <Progress row={row} /> },
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
