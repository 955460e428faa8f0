import { bottleneckText } from "../../bottleneck.ts";
import { formatNumber, formatRate, formatRelative } from "../../format.ts";
import { causeText } from "../../refusal.ts";
import { Badge, Card, ProgressBar, RelativeTime } from "../../ui/display.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { t } from "./queue.messages.ts";
import {
  type Hold,
  limitWords,
  type Queue,
  type QueueRoute,
  type QueueSite,
  type Quota,
} from "./use-queue.ts";

type Campaign = Queue["campaigns"][number];

/** The campaigns in progress, each with its current limit. */
export function CampaignsCard({ queue, base }: { queue: Queue; base: string }) {
  const columns: Column<Campaign>[] = [
    {
      key: "name",
      head: t("campaign"),
      cell: (row) => (
        <a class="font-medium no-underline hover:underline" href={`${base}/campaigns/${row.id}`}>
          {row.name}
        </a>
      ),
    },
    { key: "bound", head: t("bound"), cell: (row) => boundOf(row) },
    count("inHand", t("inHand"), (row) => row.inHand),
    count("pending", t("left"), (row) => row.pending),
    count("deferred", t("later"), (row) => row.deferred),
  ];
  return (
    <Card flush title={t("campaigns")}>
      <Table
        label={t("campaigns")}
        rows={queue.campaigns}
        rowKey={(row) => String(row.id)}
        columns={columns}
      />
    </Card>
  );
}

function boundOf(campaign: Campaign): string {
  if (campaign.bottleneck !== null) {
    return bottleneckText(campaign.bottleneck);
  }
  if (campaign.inHand > 0) {
    return t("free");
  }
  if (campaign.pending > 0) {
    return t("waitsTurn");
  }
  return campaign.nextDueAt === null
    ? t("settling")
    : t("waitingRetries", { time: formatRelative(campaign.nextDueAt) });
}

function count<Row>(key: string, head: string, of: (row: Row) => number, wide = true): Column<Row> {
  return { key, head, align: "end", wide, cell: (row) => formatNumber(of(row)) };
}

/** Where messages wait: destinations by the age of their oldest message, with their limits. */
export function SitesCard({
  queue,
  actions,
}: {
  queue: Queue;
  actions: ((site: QueueSite) => MenuItem[]) | undefined;
}) {
  const heads = [t("under5m"), t("under1h"), t("under6h"), t("under1d"), t("older")];
  const columns: Column<QueueSite>[] = [
    { key: "site", head: t("site"), cell: (row) => <SiteName site={row} /> },
    count("waiting", t("waiting"), (row) => row.waiting, false),
    ...heads.map((head, i) => count<QueueSite>(`age${i}`, head, (row) => row.ages[i] ?? 0)),
    count("inFlight", t("underWay"), (row) => row.inFlight),
    count("connections", t("connections"), (row) => row.connections),
    { key: "allowed", head: t("allowed"), wide: true, cell: (row) => allowedOf(row) },
    { key: "state", head: t("state"), cell: (row) => <SiteState site={row} /> },
  ];
  return (
    <Card flush title={t("sites")}>
      {queue.sites.length === 0 ? (
        <p class="p-4 text-muted">{t("noSites")}</p>
      ) : (
        <Table
          label={t("sites")}
          rows={queue.sites}
          rowKey={(row) => `${row.routeId}/${row.source}/${row.siteKey}/${row.provider}`}
          columns={columns}
          {...(actions === undefined
            ? {}
            : { actions: (row: QueueSite) => <Menu items={actions(row)} /> })}
        />
      )}
    </Card>
  );
}

function SiteName({ site }: { site: QueueSite }) {
  const from = site.source === "" ? "" : ` · ${t("from", { address: site.source })}`;
  const provider = site.provider === "other" ? "" : `${site.provider} · `;
  return (
    <>
      <span class="font-medium break-all">{site.siteName}</span>
      <span class="block text-sm text-muted">
        {provider}
        {site.routeName}
        {from}
      </span>
    </>
  );
}

function allowedOf({ window, perSecond }: { window: number | null; perSecond: number | null }) {
  const words = [
    ...(window === null ? [] : [t("atOnce", { count: window })]),
    ...(perSecond === null ? [] : [formatRate(perSecond)]),
  ];
  return words.length === 0 ? "–" : words.join(" · ");
}

function SiteState({ site }: { site: QueueSite }) {
  if (site.suspendedUntil !== null) {
    return (
      <StateWords
        tone="warning"
        label={t("suspended")}
        reason={causeText(site.reason, site.cause)}
        what={t("ends")}
        at={site.suspendedUntil}
      />
    );
  }
  return site.nextTryAt !== null || site.inFlight === 0 ? (
    <StateWords
      label={t("waits")}
      reason={causeText(site.reason, site.cause)}
      at={site.nextTryAt}
    />
  ) : (
    <Badge tone="success">{t("sending")}</Badge>
  );
}

function StateWords(props: {
  tone?: "warning" | "error" | "success";
  label: string;
  reason: string;
  /** What the time in the cell means, such as "resumes" or "next attempt". */
  what?: string;
  at: number | null;
}) {
  const { tone, label, reason, what, at } = props;
  return (
    <span class="flex flex-wrap items-center gap-x-2" data-tip={reason === "" ? undefined : reason}>
      <Badge {...(tone === undefined ? {} : { tone })}>{label}</Badge>
      {at !== null && (
        <span class="text-sm text-muted">
          {what !== undefined && `${what} `}
          <RelativeTime at={at} />
        </span>
      )}
    </span>
  );
}

const circuitWords = {
  closed: () => t("closed"),
  open: () => t("open"),
  half_open: () => t("half_open"),
};
const periodWords = { hour: () => t("hour"), day: () => t("day"), month: () => t("month") };
const circuitTones = { closed: "success", open: "error", half_open: "warning" } as const;

/** The sending methods that running campaigns can use, and whether they work. */
export function RoutesCard({ queue, base }: { queue: Queue; base: string }) {
  const columns: Column<QueueRoute>[] = [
    {
      key: "name",
      head: t("route"),
      cell: (row) => (
        <a
          class="font-medium no-underline hover:underline"
          href={`${base}/sending/routes/${row.id}`}
        >
          {row.name}
        </a>
      ),
    },
    {
      key: "connections",
      head: t("connections"),
      align: "end",
      wide: true,
      cell: (row) => `${formatNumber(row.connections)} / ${formatNumber(row.maxConnections)}`,
    },
    {
      key: "rate",
      head: t("allowed"),
      wide: true,
      cell: (row) => (row.perSecond === null ? "–" : formatRate(row.perSecond)),
    },
    {
      key: "state",
      head: t("state"),
      cell: (row) => (
        <>
          <StateWords
            tone={circuitTones[row.circuit]}
            label={circuitWords[row.circuit]()}
            reason=""
            what={t("nextTry")}
            at={row.circuit === "closed" ? null : row.retryAt}
          />
          <span class="mt-1 block text-sm text-muted md:hidden">
            {causeText(row.reason, row.cause)}
          </span>
        </>
      ),
    },
    {
      key: "why",
      head: t("why"),
      wide: true,
      cell: (row) => causeText(row.reason, row.cause) || "–",
    },
  ];
  return (
    <Card flush title={t("routes")}>
      <Table
        label={t("routes")}
        rows={queue.routes}
        rowKey={(row) => String(row.id)}
        columns={columns}
      />
    </Card>
  );
}

/** Suspended and slowed-down limits, until when and why. Each can be ended manually. */
export function HoldsCard({
  queue,
  actions,
}: {
  queue: Queue;
  actions: ((hold: Hold) => MenuItem[]) | undefined;
}) {
  const columns: Column<Hold>[] = [
    { key: "what", head: t("what"), cell: (row) => limitWords(row, queue) },
    {
      key: "state",
      head: t("state"),
      cell: (row) => (
        <StateWords
          tone="warning"
          label={row.isSuspended ? t("suspended") : t("slowed")}
          reason=""
          what={t("ends")}
          at={row.untilMs}
        />
      ),
    },
    { key: "why", head: t("why"), cell: (row) => causeText(row.reason, row.cause) },
  ];
  return (
    <Card flush title={t("held")}>
      <Table
        label={t("held")}
        rows={queue.holds}
        rowKey={(row) => `${row.level}:${row.id}`}
        columns={columns}
        {...(actions === undefined
          ? {}
          : { actions: (row: Hold) => <Menu items={actions(row)} /> })}
      />
    </Card>
  );
}

/** How much of each quota is used, including warm-up plans. */
export function QuotasCard({ queue }: { queue: Queue }) {
  const columns: Column<Quota>[] = [
    { key: "what", head: t("what"), cell: (row) => limitWords(row, queue) },
    {
      key: "used",
      head: t("used"),
      cell: (row) => (
        <span class="flex min-w-32 flex-col gap-1">
          <span class="tabular-nums">
            {`${formatNumber(row.used)} / ${formatNumber(row.max)} ${periodWords[row.period]()}`}
          </span>
          <ProgressBar label={limitWords(row, queue)} value={row.used} max={row.max} />
        </span>
      ),
    },
  ];
  return (
    <Card flush title={t("quotas")}>
      <Table
        label={t("quotas")}
        rows={queue.quotas}
        rowKey={(row) => `${row.level}:${row.id}:${row.period}`}
        columns={columns}
      />
    </Card>
  );
}
