import { useInfiniteQuery, useQuery } from "@tanstack/preact-query";
import { Ban } from "lucide-preact";
import { useState } from "preact/hooks";
import { http, type Page } from "../../api.ts";
import { formatNumber } from "../../format.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Card, RelativeTime, Stat, StatRow } from "../../ui/display.tsx";
import { FilterChips, SearchBox, Toolbar } from "../../ui/filters.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { EmptyState, Loaded } from "../../ui/states.tsx";
import { Pager, Table } from "../../ui/table.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { type Counts, reasons, type Suppression } from "./suppression.ts";
import { AddDialog, LiftDialog } from "./suppression-dialogs.tsx";
import { t } from "./suppressions.messages.ts";

/** Addresses that must not be mailed, and why. */
export function SuppressionsPage() {
  const workspace = useWorkspace();
  const [adding, setAdding] = useState(false);
  const [lifting, setLifting] = useState<Suppression>();
  const refresh = () => {
    setAdding(false);
    setLifting(undefined);
    return queryClient.invalidateQueries({ queryKey: ["suppressions"] });
  };
  return (
    <>
      <PageHeader
        title={t("suppressions")}
        trail={[{ label: t("contacts"), href: `${workspace.base}/contacts` }]}
        description={t("about")}
        actions={workspace.canEdit && <Button onClick={() => setAdding(true)}>{t("add")}</Button>}
      />
      <PageBody>
        <CountsRow />
        <Card flush>
          <Rows onLift={setLifting} />
        </Card>
      </PageBody>
      {adding && <AddDialog onClose={refresh} />}
      {lifting !== undefined && <LiftDialog suppression={lifting} onClose={refresh} />}
    </>
  );
}

function CountsRow() {
  const workspace = useWorkspace();
  const counts = useQuery({
    queryKey: ["suppressions", "counts", workspace.id],
    queryFn: () => http.get<Counts>(`${workspace.api}/suppressions/counts`),
  });
  return (
    <Loaded query={counts} rows={1}>
      {(data) => (
        <StatRow>
          {reasons.map((reason) => (
            <Stat key={reason} label={t(reason)} value={formatNumber(data[reason])} />
          ))}
        </StatRow>
      )}
    </Loaded>
  );
}

function Rows({ onLift }: { onLift: (one: Suppression) => void }) {
  const workspace = useWorkspace();
  const url = useUrlState();
  const filter = { q: url.get("q"), reason: url.get("reason") };
  const list = useInfiniteQuery({
    queryKey: ["suppressions", workspace.id, filter],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      http.get<Page<Suppression>>(
        `${workspace.api}/suppressions`,
        { ...filter, cursor: pageParam },
        signal,
      ),
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });
  const filtered = filter.q !== undefined || filter.reason !== undefined;
  return (
    <>
      <Toolbar>
        <SearchBox label={t("search")} />
        <FilterChips
          filters={[
            {
              param: "reason",
              label: t("reason"),
              options: reasons.map((value) => ({ value, label: t(value) })),
            },
          ]}
        />
      </Toolbar>
      <Loaded query={list}>
        {(data) => {
          const rows = data.pages.flatMap((page) => page.items);
          return rows.length === 0 ? (
            <EmptyState icon={Ban} title={filtered ? t("noMatch") : t("none")}>
              {!filtered && t("noneBody")}
            </EmptyState>
          ) : (
            <>
              <SuppressionTable rows={rows} onLift={onLift} />
              <Pager
                count={rows.length}
                hasMore={list.hasNextPage}
                busy={list.isFetchingNextPage}
                onMore={() => list.fetchNextPage()}
              />
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function SuppressionTable({
  rows,
  onLift,
}: {
  rows: Suppression[];
  onLift: (one: Suppression) => void;
}) {
  const workspace = useWorkspace();
  return (
    <Table
      label={t("suppressions")}
      rows={rows}
      rowKey={(row) => row.address}
      columns={[
        { key: "address", head: t("address"), cell: (row) => row.address },
        { key: "reason", head: t("reason"), cell: (row) => t(row.reason) },
        {
          key: "source",
          head: t("source"),
          wide: true,
          cell: (row) => <span class="text-muted">{row.detail || row.source}</span>,
        },
        {
          key: "since",
          head: t("since"),
          align: "end",
          wide: true,
          cell: (row) => <RelativeTime at={row.createdAt} />,
        },
      ]}
      {...(workspace.canEdit
        ? {
            actions: (row: Suppression) => (
              <Button size="small" variant="ghost" onClick={() => onLift(row)}>
                {t("lift")}
              </Button>
            ),
          }
        : {})}
    />
  );
}
