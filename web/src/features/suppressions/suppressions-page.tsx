import { useQuery } from "@tanstack/preact-query";
import { Ban } from "lucide-preact";
import { useState } from "preact/hooks";
import { ask, given } from "../../api.ts";
import { formatDate, formatNumber } from "../../format.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { sourceText } from "../../sources.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card, RelativeTime, Stat, StatRow } from "../../ui/display.tsx";
import { FilterChips, SearchBox, Toolbar } from "../../ui/filters.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { EmptyState, Loaded } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { usePages } from "../../ui/use-pages.ts";
import { BlockedDomains } from "./blocked-domains.tsx";
import { reasons, type Suppression } from "./suppression.ts";
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
        actions={
          <>
            {workspace.canAdmin && (
              <ButtonLink href={`${workspace.base}/contacts/imports?export=suppressions`}>
                {t("exportCsv")}
              </ButtonLink>
            )}
            {workspace.canEdit && (
              <>
                <ButtonLink href={`${workspace.base}/contacts/imports/new?into=suppressions`}>
                  {t("importCsv")}
                </ButtonLink>
                <Button variant="primary" onClick={() => setAdding(true)}>
                  {t("add")}
                </Button>
              </>
            )}
          </>
        }
      />
      <PageBody>
        <Counts />
        <Card flush>
          <Rows onLift={setLifting} />
        </Card>
        <BlockedDomains />
      </PageBody>
      {adding && <AddDialog onClose={refresh} />}
      {lifting !== undefined && <LiftDialog suppression={lifting} onClose={refresh} />}
    </>
  );
}

function Counts() {
  const workspace = useWorkspace();
  const counts = useQuery({
    queryKey: ["suppressions", "counts", workspace.id],
    queryFn: () => ask(workspace.call.suppressions.counts.get()),
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
  const filter = { q: url.get("q"), reason: reasons.find((one) => one === url.get("reason")) };
  const list = usePages<Suppression>({
    key: ["suppressions", workspace.id, filter],
    read: (cursor, signal) =>
      ask(
        workspace.call.suppressions.get({
          query: given({ ...filter, ...cursor }),
          fetch: { signal },
        }),
      ),
  });
  const filtered = filter.q !== undefined || filter.reason !== undefined;
  // Only administrators can allow mail to a person who reported spam.
  const actions = (row: Suppression) =>
    row.reason === "complaint" && !workspace.canAdmin ? null : (
      <Button size="small" variant="ghost" onClick={() => onLift(row)}>
        {t("lift")}
      </Button>
    );
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
      <PagedTable
        pages={list}
        label={t("suppressions")}
        rowKey={(row) => row.address}
        columns={columns()}
        {...(workspace.canEdit ? { actions } : {})}
        empty={
          <EmptyState icon={Ban} title={filtered ? t("noMatch") : t("none")}>
            {!filtered && t("noneBody")}
          </EmptyState>
        }
      />
    </>
  );
}

/** The value that the server stores when nobody confirmed an agreement. */
const AGREEMENT_UNKNOWN = "agreement_unknown";

/** The origin of a suppression. For a status that was not understood, also the text in the file. */
function originOf({ reason, detail, source }: Suppression): string {
  if (reason !== "unclear") {
    return sourceText(detail || source);
  }
  const from = sourceText(source);
  if (detail === AGREEMENT_UNKNOWN) {
    return t("agreementUnknownIn", { source: from });
  }
  return detail === ""
    ? t("noStatusIn", { source: from })
    : t("statusIn", { source: from, status: detail });
}

const columns = (): Column<Suppression>[] => [
  {
    key: "address",
    head: t("address"),
    cell: (row) => (
      <span class="inline-block min-w-36 [overflow-wrap:anywhere]">{row.address}</span>
    ),
  },
  { key: "reason", head: t("reason"), cell: (row) => t(row.reason) },
  {
    key: "source",
    head: t("source"),
    wide: true,
    cell: (row) => <span class="text-muted">{originOf(row)}</span>,
  },
  {
    key: "until",
    head: t("until"),
    align: "end",
    wide: true,
    cell: (row) =>
      row.expiresAt === null ? (
        <span class="text-muted">{t("forEver")}</span>
      ) : (
        formatDate(row.expiresAt)
      ),
  },
  {
    key: "since",
    head: t("since"),
    align: "end",
    wide: true,
    cell: (row) => <RelativeTime at={row.createdAt} />,
  },
];
