import { Inbox, RefreshCw } from "lucide-preact";
import { type Answer, api, ask, type WorkspaceApi } from "../../api.ts";
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

type InboxApi = WorkspaceApi["inbox"];
type TestMail = Answer<InboxApi["get"]>["items"][number];

/** A test inbox: a workspace's, or the instance's own. */
type Source = {
  queryKey: string[];
  read: (query: {
    cursor?: string;
    limit?: number;
    q?: string;
  }) => Promise<Answer<InboxApi["get"]>>;
  hrefOf: (id: number) => string;
};

/** The captured messages of the workspace, newest first. */
export function InboxPage() {
  const { id: workspaceId, canEdit } = useWorkspace();
  const inbox = api.workspaces({ workspaceId }).inbox;
  const queryKey = ["inbox", workspaceId];
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={canEdit && <Clear queryKey={queryKey} clear={() => ask(inbox.delete())} />}
      />
      <PageBody>
        <Mails
          queryKey={queryKey}
          read={(query) => ask(inbox.get({ query }))}
          hrefOf={(id) => `/w/${workspaceId}/inbox/${id}`}
        />
      </PageBody>
    </>
  );
}

/** Password links and invitations that the instance captured instead of sending. */
export function InstanceInboxPage() {
  const { inbox } = api.instance;
  const queryKey = ["inbox", "instance"];
  return (
    <>
      <PageHeader
        title={t("instanceInbox")}
        description={t("instanceInboxAbout")}
        trail={[{ label: t("instance"), href: "/instance" }]}
        actions={<Clear queryKey={queryKey} clear={() => ask(inbox.delete())} />}
      />
      <PageBody>
        <Mails
          queryKey={queryKey}
          read={(query) => ask(inbox.get({ query }))}
          hrefOf={(id) => `/instance/inbox/${id}`}
        />
      </PageBody>
    </>
  );
}

function Clear({
  queryKey,
  clear,
}: Pick<Source, "queryKey"> & { clear: () => Promise<{ removed: number }> }) {
  const askAndClear = async () => {
    const sure = await confirm({
      title: t("clearAsk"),
      body: t("clearBody"),
      action: t("clear"),
      danger: true,
    });
    if (sure) {
      await attempt(async () => {
        const { removed } = await clear();
        await queryClient.invalidateQueries({ queryKey });
        toast(t("cleared", { count: removed }));
      });
    }
  };
  return <Button onClick={askAndClear}>{t("clear")}</Button>;
}

function Mails({ queryKey, read, hrefOf }: Source) {
  const q = useUrlState().get("q");
  const pages = usePages<TestMail>({
    key: [...queryKey, q],
    read: (cursor) => read({ ...cursor, ...(q === undefined ? {} : { q }) }),
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
        columns={columns(hrefOf)}
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

const columns = (hrefOf: Source["hrefOf"]): Column<TestMail>[] => [
  {
    key: "subject",
    head: t("subject"),
    cell: (row) => (
      <a class="row-link block max-w-96 truncate max-md:max-w-[48vw]" href={hrefOf(row.id)}>
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
