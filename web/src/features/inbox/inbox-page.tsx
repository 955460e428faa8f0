import { Inbox, RefreshCw } from "lucide-preact";
import { api, ask } from "../../api.ts";
import { formatBytes } from "../../format.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Card, RelativeTime } from "../../ui/display.tsx";
import { SearchBox, Toolbar } from "../../ui/filters.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { EmptyState } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { usePages } from "../../ui/use-pages.ts";
import { t } from "./inbox.messages.ts";

type TestMail = {
  id: number;
  receivedAt: number;
  from: string;
  to: string;
  subject: string;
  sizeBytes: number;
};

/** The captured messages of the workspace, newest first. */
export function InboxPage() {
  const { id: workspaceId, canEdit } = useWorkspace();
  const clear = async () => {
    const sure = await confirm({
      title: t("clearAsk"),
      body: t("clearBody"),
      action: t("clear"),
      danger: true,
    });
    if (sure) {
      await attempt(async () => {
        const { removed } = await ask(api.workspaces({ workspaceId }).inbox.delete());
        await queryClient.invalidateQueries({ queryKey: ["inbox", workspaceId] });
        toast(t("cleared", { count: removed }));
      });
    }
  };
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={canEdit && <Button onClick={clear}>{t("clear")}</Button>}
      />
      <PageBody>
        <Mails workspaceId={workspaceId} />
      </PageBody>
    </>
  );
}

function Mails({ workspaceId }: { workspaceId: string }) {
  const q = useUrlState().get("q");
  const pages = usePages<TestMail>({
    key: ["inbox", workspaceId, q],
    read: (cursor) =>
      ask(
        api.workspaces({ workspaceId }).inbox.get({
          query: { ...cursor, ...(q === undefined ? {} : { q }) },
        }),
      ),
    refetchInterval: 10_000,
  });
  return (
    <Card flush>
      <Toolbar
        end={<IconButton icon={RefreshCw} label={t("refresh")} onClick={pages.query.refetch} />}
      >
        <SearchBox label={t("search")} />
      </Toolbar>
      <PagedTable
        pages={pages}
        label={t("title")}
        columns={columns(workspaceId)}
        rowKey={(row) => String(row.id)}
        empty={
          <EmptyState icon={Inbox} title={q === undefined ? t("emptyTitle") : t("noMatch")}>
            {q === undefined ? t("emptyBody") : t("noMatchBody")}
          </EmptyState>
        }
      />
    </Card>
  );
}

const columns = (workspaceId: string): Column<TestMail>[] => [
  {
    key: "subject",
    head: t("subject"),
    cell: (row) => (
      <a
        class="row-link block max-w-96 truncate max-md:max-w-[48vw]"
        href={`/w/${workspaceId}/inbox/${row.id}`}
      >
        {row.subject || t("noSubject")}
      </a>
    ),
  },
  { key: "to", head: t("to"), cell: (row) => row.to },
  {
    key: "from",
    head: t("from"),
    wide: true,
    cell: (row) => <span class="block max-w-56 truncate text-muted">{row.from || "<>"}</span>,
  },
  {
    key: "size",
    head: t("size"),
    align: "end",
    wide: true,
    cell: (row) => formatBytes(row.sizeBytes),
  },
  {
    key: "received",
    head: t("received"),
    align: "end",
    cell: (row) => <RelativeTime at={row.receivedAt} />,
  },
];
