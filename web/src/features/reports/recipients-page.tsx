import { Users } from "lucide-preact";
import { useRoute } from "preact-iso";
import { type Answer, ask, given, type WorkspaceApi } from "../../api.ts";
import { reasonText } from "../../reasons.ts";
import { useWorkspace } from "../../session.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Badge, Card, RelativeTime, type Tone } from "../../ui/display.tsx";
import { FilterChips, SearchBox, Toolbar } from "../../ui/filters.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { EmptyState } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { usePages } from "../../ui/use-pages.ts";
import { t } from "./reports.messages.ts";
import { useReport } from "./use-report.ts";
import { WhyCard } from "./why-card.tsx";

export type RecipientRow = Answer<
  ReturnType<WorkspaceApi["campaigns"]>["recipients"]["get"]
>["items"][number];

export const stateTones: Record<RecipientRow["state"], Tone> = {
  pending: "neutral",
  deferred: "warning",
  held: "warning",
  sent: "success",
  bounced: "error",
  failed: "error",
  skipped: "neutral",
};

const states = Object.keys(stateTones) as RecipientRow["state"][];

/** The recipients of a campaign with status and reason. */
export function RecipientsPage() {
  const { params } = useRoute();
  const id = Number(params["campaignId"]);
  const workspace = useWorkspace();
  const report = useReport(workspace, id);
  const base = `${workspace.base}/campaigns/${id}`;
  const searched = useUrlState().get("q") ?? "";
  return (
    <>
      <PageHeader
        title={t("recipients")}
        trail={[
          { label: t("campaigns"), href: `${workspace.base}/campaigns` },
          { label: report.data?.campaign.name ?? t("report"), href: `${base}/report` },
        ]}
        actions={
          workspace.canAdmin && (
            <ButtonLink
              href={`${workspace.base}/contacts/imports?export=recipients&campaign=${id}`}
            >
              {t("exportCsv")}
            </ButtonLink>
          )
        }
      />
      <PageBody>
        {searched.includes("@") && <WhyCard campaignId={id} email={searched} />}
        <Card flush>
          <Filters reasons={report.data?.reasons.map((row) => row.reason) ?? []} />
          <Rows id={id} base={base} />
        </Card>
      </PageBody>
    </>
  );
}

function Filters({ reasons }: { reasons: string[] }) {
  const url = useUrlState();
  const chosen = url.get("reason");
  const offered = [...new Set(chosen === undefined ? reasons : [chosen, ...reasons])];
  const withReason = chosen !== undefined || (url.get("state") !== undefined && reasons.length > 0);
  return (
    <Toolbar>
      <SearchBox label={t("searchAddress")} />
      <FilterChips
        filters={[
          {
            param: "state",
            label: t("state"),
            options: states.map((state) => ({ value: state, label: t(state) })),
          },
          ...(withReason
            ? [
                {
                  param: "reason",
                  label: t("reason"),
                  options: offered.map((reason) => ({
                    value: reason,
                    label: reasonText(reason),
                  })),
                },
              ]
            : []),
        ]}
      />
    </Toolbar>
  );
}

function Rows({ id, base }: { id: number; base: string }) {
  const workspace = useWorkspace();
  const url = useUrlState();
  const filter = {
    q: url.get("q"),
    state: states.find((one) => one === url.get("state")),
    reason: url.get("reason"),
  };
  const list = usePages<RecipientRow>({
    key: ["recipients", workspace.id, id, filter],
    read: (cursor, signal) =>
      ask(
        workspace.call
          .campaigns({ id })
          .recipients.get({ query: given({ ...filter, ...cursor }), fetch: { signal } }),
      ),
  });
  const filtered = Object.values(filter).some((value) => value !== undefined);
  return (
    <PagedTable
      pages={list}
      label={t("recipients")}
      rowKey={(row) => String(row.seq)}
      columns={columns(base)}
      empty={
        <EmptyState icon={Users} title={filtered ? t("noMatch") : t("noRecipients")}>
          {emptyBody(filtered, filter.q)}
        </EmptyState>
      }
    />
  );
}

/** A complete address without a match is explained above the table. */
function emptyBody(isFiltered: boolean, q: string | undefined): string {
  if (q?.includes("@") === true) {
    return t("noMatchWhy");
  }
  return isFiltered ? t("noMatchBody") : t("noRecipientsBody");
}

const columns = (base: string): Column<RecipientRow>[] => [
  {
    key: "address",
    head: t("address"),
    cell: (row) => (
      <a class="row-link" href={`${base}/recipients/${row.seq}`}>
        {row.address}
      </a>
    ),
  },
  {
    key: "state",
    head: t("state"),
    cell: (row) => <Badge tone={stateTones[row.state]}>{t(row.state)}</Badge>,
  },
  { key: "reason", head: t("reason"), wide: true, cell: (row) => reasonText(row.reason) },
  { key: "attempts", head: t("attempts"), align: "end", wide: true, cell: (row) => row.attempts },
  {
    key: "changed",
    head: t("changed"),
    align: "end",
    wide: true,
    cell: (row) => row.changedAt !== null && <RelativeTime at={row.changedAt} />,
  },
];
