import { Send } from "lucide-preact";
import { useLocation } from "preact-iso";
import { ask } from "../../api.ts";
import { formatNumber, formatShare } from "../../format.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import {
  CampaignStatusBadge,
  campaignStatuses,
  campaignStatusName,
} from "../../ui/campaign-status.tsx";
import { useCommands } from "../../ui/commands.ts";
import { confirm } from "../../ui/confirm.tsx";
import { Card, RelativeTime } from "../../ui/display.tsx";
import { FilterChips, SearchBox, Toolbar } from "../../ui/filters.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { type Column, useColumns } from "../../ui/table.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { t } from "./campaigns.messages.ts";
import { NewCampaignDialog } from "./new-campaign-dialog.tsx";
import { type CampaignSummary, useCampaigns } from "./use-campaigns.ts";

/** All campaigns, newest first. */
export function CampaignsPage() {
  const workspace = useWorkspace();
  // Filters are in the URL, so that other pages can link to them.
  const url = useUrlState();
  const creating = url.get("new") !== undefined;
  const setCreating = (on: boolean) => url.set({ new: on ? "1" : undefined });
  useCommands(
    () =>
      workspace.canEdit
        ? [
            {
              id: "new-campaign",
              label: t("newCampaign"),
              group: t("campaigns"),
              shortcut: "n",
              run: () => setCreating(true),
            },
          ]
        : [],
    [workspace.canEdit],
  );
  const create = workspace.canEdit && (
    <Button variant="primary" onClick={() => setCreating(true)}>
      {t("newCampaign")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("campaigns")} actions={create} />
      <PageBody>
        <Card flush>
          <CampaignRows create={create} />
        </Card>
      </PageBody>
      {creating && <NewCampaignDialog onClose={() => setCreating(false)} />}
    </>
  );
}

function CampaignRows({ create }: { create: preact.ComponentChildren }) {
  const workspace = useWorkspace();
  const url = useUrlState();
  const filter = {
    q: url.get("q"),
    status: campaignStatuses.find((one) => one === url.get("status")),
  };
  const list = useCampaigns(workspace, filter);
  const columns = campaignColumns(workspace.base);
  const chosen = useColumns("campaigns", columns);
  const actions = useRowActions(() => list.query.refetch());
  const filtered = filter.q !== undefined || filter.status !== undefined;
  const statuses = campaignStatuses.map((value) => ({ value, label: campaignStatusName(value) }));
  return (
    <>
      <Toolbar end={chosen.menu}>
        <SearchBox label={t("searchCampaigns")} />
        <FilterChips filters={[{ param: "status", label: t("status"), options: statuses }]} />
      </Toolbar>
      <PagedTable
        pages={list}
        label={t("campaigns")}
        rowKey={(row) => String(row.id)}
        columns={columns}
        shown={chosen.shown}
        actions={(row) => <Menu items={actions(row)} />}
        empty={
          <EmptyState
            icon={Send}
            title={filtered ? t("noMatch") : t("none")}
            action={!filtered && create}
          >
            {filtered ? t("noMatchBody") : t("noneBody")}
          </EmptyState>
        }
      />
    </>
  );
}

/** The page of a campaign: its editor until the launch, then its report. */
function pageOf(base: string, row: CampaignSummary): string {
  const editing = row.status === "draft" || row.status === "scheduled";
  return `${base}/campaigns/${row.id}${editing ? "" : "/report"}`;
}

const campaignColumns = (base: string): Column<CampaignSummary>[] => [
  {
    key: "name",
    head: t("name"),
    cell: (row) => (
      <div class="min-w-0">
        <a class="row-link" href={pageOf(base, row)}>
          {row.name}
        </a>
        <span class="block max-w-96 truncate text-sm text-muted">{row.subject}</span>
      </div>
    ),
  },
  { key: "status", head: t("status"), cell: (row) => <CampaignStatusBadge status={row.status} /> },
  {
    key: "sent",
    head: t("sent"),
    align: "end",
    wide: true,
    cell: (row) => (row.recipientTotal === 0 ? "–" : formatNumber(row.sent)),
  },
  {
    key: "opened",
    head: t("opened"),
    align: "end",
    wide: true,
    cell: (row) => <span data-tip={t("openedTip")}>{formatShare(row.opened, row.sent)}</span>,
  },
  {
    key: "clicked",
    head: t("clicked"),
    align: "end",
    wide: true,
    cell: (row) => <span data-tip={t("openedTip")}>{formatShare(row.clicked, row.sent)}</span>,
  },
  {
    key: "changed",
    head: t("changed"),
    align: "end",
    wide: true,
    cell: (row) => <RelativeTime at={row.updatedAt} />,
  },
];

function useRowActions(onChanged: () => void) {
  const workspace = useWorkspace();
  const { route } = useLocation();
  const duplicate = async (row: CampaignSummary) => {
    await attempt(async () => {
      const copy = await ask(workspace.call.campaigns({ id: row.id }).duplicate.post());
      toast(t("duplicated", { name: copy.name }));
      route(`${workspace.base}/campaigns/${copy.id}`);
    });
  };
  const remove = async (row: CampaignSummary) => {
    const sure = await confirm({
      title: t("removeAsk", { name: row.name }),
      body: t("removeBody"),
      action: t("remove"),
      danger: true,
      ...(row.status === "draft" ? {} : { typeName: row.name }),
    });
    if (sure && (await attempt(() => ask(workspace.call.campaigns({ id: row.id }).delete())))) {
      toast(t("removed"));
      onChanged();
    }
  };
  return (row: CampaignSummary): MenuItem[] => {
    const base = `${workspace.base}/campaigns/${row.id}`;
    const launched = row.status !== "draft" && row.status !== "scheduled";
    const removable = ["draft", "cancelled", "completed"].includes(row.status);
    return [
      { label: t("edit"), href: base },
      ...(launched ? [{ label: t("report"), href: `${base}/report` }] : []),
      ...(workspace.canEdit
        ? [
            { label: t("duplicate"), onSelect: () => void duplicate(row) },
            "separator" as const,
            {
              label: t("remove"),
              danger: true,
              disabled: !removable,
              onSelect: () => void remove(row),
            },
          ]
        : []),
    ];
  };
}
