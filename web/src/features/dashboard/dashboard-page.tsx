import { useQuery } from "@tanstack/preact-query";
import { ArrowRight, CircleCheck, Megaphone, Plus } from "lucide-preact";
import { useLocation } from "preact-iso";
import { api, ask } from "../../api.ts";
import { formatNumber, formatShare } from "../../format.ts";
import { causeText } from "../../refusal.ts";
import { type OpenWorkspace, useMe, useWorkspace } from "../../session.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { CampaignStatusBadge } from "../../ui/campaign-status.tsx";
import { useCommands } from "../../ui/commands.ts";
import { Card, RelativeTime, Stat, StatRow } from "../../ui/display.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { EmptyState, Loaded } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { t } from "./dashboard.messages.ts";

const readDashboard = (workspaceId: string) => ask(api.workspaces({ workspaceId }).dashboard.get());

type Dashboard = Awaited<ReturnType<typeof readDashboard>>;
type Recent = Dashboard["recent"][number];
type Need = Dashboard["needsYou"][number];

/** Recent activity, and what needs attention. */
export function DashboardPage() {
  const workspace = useWorkspace();
  const { route } = useLocation();
  const query = useQuery({
    queryKey: ["dashboard", workspace.id],
    queryFn: () => readDashboard(workspace.id),
    refetchInterval: 15_000,
  });
  const damage = useDamage();
  const newCampaign = `${workspace.base}/campaigns?new=1`;
  useCommands(
    () => [
      { id: "new-campaign", label: t("newCampaign"), shortcut: "n", run: () => route(newCampaign) },
    ],
    [newCampaign, route],
  );
  return (
    <>
      <PageHeader
        title={t("title")}
        actions={
          workspace.canEdit && (
            <ButtonLink href={newCampaign} variant="primary" icon={Plus}>
              {t("newCampaign")}
            </ButtonLink>
          )
        }
      />
      <Loaded query={query} rows={8}>
        {(data) => (
          <PageBody>
            <Figures data={data} />
            <div class="grid items-start gap-6 min-[1440px]:grid-cols-[minmax(0,1fr)_320px]">
              <NeedsYou needs={[...damage, ...data.needsYou]} workspace={workspace} />
              <RecentCampaigns recent={data.recent} workspace={workspace} />
            </div>
          </PageBody>
        )}
      </Loaded>
    </>
  );
}

/** Damage that was not dismissed yet. Only administrators of the instance can see it. */
function useDamage(): Need[] {
  const isAdmin = useMe().data?.user.isAdmin === true;
  const { data } = useQuery({
    queryKey: ["instance", "damage"],
    queryFn: () => ask(api.instance.damage.get()),
    refetchInterval: 30_000,
    enabled: isAdmin,
  });
  const count = data === undefined ? 0 : data.setAside.length + data.notices.length;
  return count === 0 ? [] : [{ kind: "damage", count, id: null }];
}

function Figures({ data }: { data: Dashboard }) {
  const { sent, opensHuman, clicksHuman, bounced, unsubscribes } = data.last30Days;
  const ofSent = (part: number) =>
    sent === 0 ? undefined : t("ofSent", { share: formatShare(part, sent) });
  return (
    <StatRow>
      <Stat
        label={t("contacts")}
        value={formatNumber(data.contacts)}
        note={t("suppressed", { count: data.suppressed })}
      />
      <Stat
        label={t("sent")}
        value={formatNumber(sent)}
        note={sent + bounced > 0 && t("bounced", { share: formatShare(bounced, sent + bounced) })}
      />
      <Stat
        label={t("opened")}
        tip={t("openedTip")}
        value={formatNumber(opensHuman)}
        note={ofSent(opensHuman)}
      />
      <Stat label={t("clicked")} value={formatNumber(clicksHuman)} note={ofSent(clicksHuman)} />
      <Stat
        label={t("unsubscribed")}
        value={formatNumber(unsubscribes)}
        note={ofSent(unsubscribes)}
      />
    </StatRow>
  );
}

const columns = (base: string): Column<Recent>[] => [
  {
    key: "name",
    head: t("campaign"),
    cell: (row) => (
      <a
        class="row-link block max-w-72 truncate max-md:max-w-[48vw]"
        href={`${base}/campaigns/${row.id}`}
      >
        {row.name}
      </a>
    ),
  },
  {
    key: "status",
    head: t("status"),
    cell: (row) => (
      <span data-tip={causeText(row.statusReason, row.statusCause) || undefined}>
        <CampaignStatusBadge status={row.status} />
      </span>
    ),
  },
  {
    key: "recipients",
    head: t("recipients"),
    align: "end",
    cell: (row) => (row.counts.total === 0 ? "–" : formatNumber(row.counts.total)),
  },
  {
    key: "sent",
    head: t("delivered"),
    align: "end",
    cell: (row) => formatShare(row.counts.sent, row.counts.total),
  },
  {
    key: "opens",
    head: t("opens"),
    align: "end",
    wide: true,
    cell: (row) => formatShare(row.opensHuman, row.counts.sent),
  },
  {
    key: "clicks",
    head: t("clicks"),
    align: "end",
    wide: true,
    cell: (row) => formatShare(row.clicksHuman, row.counts.sent),
  },
  {
    key: "changed",
    head: t("changed"),
    align: "end",
    wide: true,
    cell: (row) => <RelativeTime at={row.updatedAt} />,
  },
];

function RecentCampaigns({ recent, workspace }: { recent: Recent[]; workspace: OpenWorkspace }) {
  return (
    <Card title={t("recent")} flush>
      {recent.length === 0 ? (
        <EmptyState
          icon={Megaphone}
          title={t("noCampaigns")}
          action={
            workspace.canEdit && (
              <>
                <ButtonLink href={`${workspace.base}/contacts/imports/new`}>
                  {t("importContacts")}
                </ButtonLink>
                <ButtonLink
                  href={`${workspace.base}/campaigns?new=1`}
                  icon={Plus}
                  variant="primary"
                >
                  {t("newCampaign")}
                </ButtonLink>
              </>
            )
          }
        >
          {t("noCampaignsBody")}
        </EmptyState>
      ) : (
        <Table
          label={t("recent")}
          columns={columns(workspace.base)}
          rows={recent}
          rowKey={(row) => String(row.id)}
        />
      )}
    </Card>
  );
}

type Place = (base: string, id: number | null) => string;
const oneOf =
  (path: string): Place =>
  (base, id) =>
    id === null ? base + path : `${base}${path}/${id}`;

const places = {
  damage: () => "/instance",
  no_route: (base) => `${base}/sending/routes`,
  no_sender: (base) => `${base}/sending/domains`,
  unverified_domain: (base) => `${base}/sending/domains`,
  paused_campaign: oneOf("/campaigns"),
  held_messages: oneOf("/campaigns"),
  broken_form: oneOf("/contacts/forms"),
  failed_import: oneOf("/contacts/imports"),
} satisfies Record<string, Place>;

function isKnown(kind: string): kind is keyof typeof places {
  return Object.hasOwn(places, kind);
}

function NeedsYou({ needs, workspace }: { needs: Need[]; workspace: OpenWorkspace }) {
  return (
    <Card title={t("needsYou")} flush class="min-[1440px]:order-last">
      {needs.length === 0 ? (
        <p class="flex items-center gap-2 p-4 text-muted">
          <CircleCheck size={16} aria-hidden="true" class="text-success" />
          {t("allWell")}
        </p>
      ) : (
        <ul>
          {needs.map((need) => (
            <NeedRow key={`${need.kind} ${need.id}`} need={need} base={workspace.base} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function NeedRow({ need, base }: { need: Need; base: string }) {
  const { kind, count, id } = need;
  if (!isKnown(kind)) {
    return null;
  }
  return (
    <li class="border-b border-line last:border-0">
      <a
        href={places[kind](base, id)}
        class="flex items-center gap-3 px-4 py-3 no-underline hover:bg-base-200"
      >
        <span class="min-w-0 flex-1">
          <span class="block font-medium">{t(`need_${kind}`, { count })}</span>
          <span class="block text-sm text-muted">{t(`need_${kind}_hint`)}</span>
        </span>
        <ArrowRight size={15} aria-hidden="true" class="flex-none text-muted" />
      </a>
    </li>
  );
}
