import { formatNumber, formatShare } from "../../format.ts";
import { reasonText } from "../../reasons.ts";
import { Table } from "../../ui/table.tsx";
import { t } from "./reports.messages.ts";
import type { LinkRow, Report, StateCounts, StateName } from "./use-report.ts";

const order: StateName[] = [
  "pending",
  "leased",
  "deferred",
  "held",
  "sent",
  "bounced",
  "failed",
  "skipped",
];

/** The number of messages per status; together they are the total. */
export function StateTable({ counts, recipients }: { counts: StateCounts; recipients: string }) {
  const rows = order
    .filter((state) => counts[state] > 0 || state === "sent")
    .map((state) => ({ state, count: counts[state] }));
  return (
    <Table
      label={t("whereTitle")}
      rows={rows}
      rowKey={(row) => row.state}
      columns={[
        {
          key: "state",
          head: t("state"),
          // A message being sent has no status of its own: its row is pending in a leased chunk.
          cell: (row) =>
            row.state === "leased" ? (
              t(row.state)
            ) : (
              <a class="row-link" href={`${recipients}?state=${row.state}`}>
                {t(row.state)}
              </a>
            ),
        },
        { key: "count", head: t("count"), align: "end", cell: (row) => formatNumber(row.count) },
        {
          key: "share",
          head: t("share"),
          align: "end",
          cell: (row) => formatShare(row.count, counts.total),
        },
      ]}
    />
  );
}

/** Why messages did not arrive, most frequent first, with links to their recipients. */
export function ReasonTable({ report, recipients }: { report: Report; recipients: string }) {
  if (report.reasons.length === 0) {
    return <p class="p-4 text-muted">{t("whyNobody")}</p>;
  }
  const href = (state: string, reason: string) =>
    `${recipients}?${new URLSearchParams({ state, reason })}`;
  return (
    <Table
      label={t("whyTitle")}
      rows={report.reasons}
      rowKey={(row) => `${row.state} ${row.reason}`}
      columns={[
        {
          key: "reason",
          head: t("reason"),
          cell: (row) => (
            <a class="row-link" href={href(row.state, row.reason)}>
              {reasonText(row.reason)}
            </a>
          ),
        },
        { key: "state", head: t("state"), cell: (row) => t(row.state) },
        { key: "count", head: t("count"), align: "end", cell: (row) => formatNumber(row.count) },
      ]}
    />
  );
}

/** Links with their clicks by people, automated clicks separately. */
export function LinkTable({ links }: { links: LinkRow[] }) {
  if (links.length === 0) {
    return <p class="p-4 text-muted">{t("linksNone")}</p>;
  }
  return (
    <Table
      label={t("linksTitle")}
      rows={links}
      rowKey={(row) => String(row.linkNo)}
      columns={[
        {
          key: "url",
          head: t("link"),
          cell: (row) => (
            <span class="block max-w-80 truncate" title={row.url}>
              {row.url}
            </span>
          ),
        },
        {
          key: "people",
          head: t("people"),
          align: "end",
          cell: (row) => formatNumber(row.human.unique),
        },
        {
          key: "total",
          head: t("clicksTotal"),
          align: "end",
          wide: true,
          cell: (row) => formatNumber(row.human.total),
        },
        {
          key: "machines",
          head: t("machinesHead"),
          align: "end",
          cell: (row) => <span class="text-muted">{formatNumber(row.machine.unique)}</span>,
        },
      ]}
    />
  );
}

/** Messages by status for each mailbox provider. */
export function ProviderTable({ providers }: { providers: Report["providers"] }) {
  if (providers.length === 0) {
    return <p class="p-4 text-muted">{t("noRecipientsBody")}</p>;
  }
  return (
    <Table
      label={t("providersTitle")}
      rows={providers}
      rowKey={(row) => row.provider}
      columns={[
        {
          key: "provider",
          head: t("provider"),
          cell: (row) => (row.provider === "other" ? t("otherProviders") : row.provider),
        },
        { key: "sent", head: t("sent"), align: "end", cell: (row) => formatNumber(row.sent) },
        {
          key: "deferred",
          head: t("deferred"),
          align: "end",
          wide: true,
          cell: (row) => formatNumber(row.deferred),
        },
        {
          key: "bounced",
          head: t("bounced"),
          align: "end",
          cell: (row) => formatNumber(row.bounced),
        },
        { key: "total", head: t("total"), align: "end", cell: (row) => formatNumber(row.total) },
      ]}
    />
  );
}
