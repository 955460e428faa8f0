import { MailQuestion, RefreshCw } from "lucide-preact";
import type { Answer, WorkspaceApi } from "../../api.ts";
import { IconButton } from "../../ui/button.tsx";
import { Card, RelativeTime } from "../../ui/display.tsx";
import { SearchBox, Toolbar } from "../../ui/filters.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { EmptyState } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { Segmented } from "../../ui/toggles.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { usePages } from "../../ui/use-pages.ts";
import { t } from "./inbox.messages.ts";
import { KindBadge, kindLabel } from "./received-kind.tsx";

type ReceivedApi = WorkspaceApi["received"];
type Page = Answer<ReceivedApi["get"]>;
type Received = Page["items"][number];
type ReceivedQuery = NonNullable<NonNullable<Parameters<ReceivedApi["get"]>[0]>["query"]>;

const shownKinds = ["all", "bounce", "reply", "complaint"] as const;

/** Incoming mail with search and filter. `hrefOf` returns the URL of a message. */
export function ReceivedList({
  queryKey,
  read,
  hrefOf,
  withKinds,
}: {
  queryKey: string[];
  read: (query: ReceivedQuery) => Promise<Page>;
  hrefOf: (id: number) => string;
  withKinds: boolean;
}) {
  const url = useUrlState();
  const [q, kind] = [url.get("q"), shownKinds.find((one) => one === url.get("kind")) ?? "all"];
  const pages = usePages<Received>({
    key: [...queryKey, q, kind],
    read: (cursor) =>
      read({
        ...cursor,
        ...(q === undefined ? {} : { q }),
        ...(kind === "all" ? {} : { kind }),
      }),
    refetchInterval: 15_000,
  });
  const isFiltered = q !== undefined || kind !== "all";
  return (
    <Card flush>
      <Toolbar
        end={<IconButton icon={RefreshCw} label={t("refresh")} onClick={pages.query.refetch} />}
      >
        <SearchBox label={t("searchReceived")} />
        {withKinds && (
          <Segmented
            label={t("kind")}
            value={kind}
            onChange={(next) => url.set({ kind: next === "all" ? undefined : next })}
            options={shownKinds.map((value) => ({
              value,
              label: value === "all" ? t("all") : kindLabel(value),
            }))}
          />
        )}
      </Toolbar>
      <PagedTable
        pages={pages}
        label={t("receivedTitle")}
        columns={columns(hrefOf)}
        rowKey={(row) => String(row.id)}
        empty={
          <EmptyState icon={MailQuestion} title={isFiltered ? t("noMatch") : t("noReceived")}>
            {isFiltered ? t("noMatchReceived") : t("noReceivedBody")}
          </EmptyState>
        }
      />
    </Card>
  );
}

const columns = (hrefOf: (id: number) => string): Column<Received>[] => [
  {
    key: "subject",
    head: t("subject"),
    cell: (row) => (
      <>
        <a class="row-link block max-w-96 truncate max-md:max-w-[44vw]" href={hrefOf(row.id)}>
          {row.subject || t("noSubject")}
        </a>
        <span class="mt-1 block md:hidden">
          <KindBadge kind={row.kind} />
        </span>
      </>
    ),
  },
  { key: "kind", head: t("kind"), wide: true, cell: (row) => <KindBadge kind={row.kind} /> },
  {
    key: "from",
    head: t("from"),
    wide: true,
    cell: (row) => (
      <span class="block max-w-56 truncate text-muted">{row.headerFrom || row.from || "<>"}</span>
    ),
  },
  {
    key: "said",
    head: t("said"),
    wide: true,
    cell: (row) => <span class="block max-w-72 truncate text-muted">{row.said}</span>,
  },
  {
    key: "received",
    head: t("received"),
    align: "end",
    cell: (row) => <RelativeTime at={row.receivedAt} />,
  },
];
