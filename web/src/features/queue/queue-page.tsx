import { Hourglass } from "lucide-preact";
import { ask } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Card } from "../../ui/display.tsx";
import type { MenuItem } from "../../ui/menu.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { EmptyState, Loaded, Notice } from "../../ui/states.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { t } from "./queue.messages.ts";
import { CampaignsCard, HoldsCard, QuotasCard, RoutesCard, SitesCard } from "./queue-tables.tsx";
import { type Hold, type Queue, type QueueSite, useQueue } from "./use-queue.ts";

const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * 60;

/** Messages in progress, where they wait and why. Suspensions can be started and ended here. */
export function QueuePage() {
  const workspace = useWorkspace();
  const queue = useQueue(workspace);
  return (
    <>
      <PageHeader title={t("title")} description={t("about")} />
      <PageBody>
        <Loaded query={queue}>{(data) => <QueueView queue={data} />}</Loaded>
      </PageBody>
    </>
  );
}

function QueueView({ queue }: { queue: Queue }) {
  const { base, canAdmin } = useWorkspace();
  const actions = useQueueActions();
  const isEmpty = queue.campaigns.length === 0 && queue.holds.length === 0;
  return (
    <>
      {queue.trouble !== "" && (
        <Notice tone="error" title={t("trouble")}>
          {queue.trouble}
        </Notice>
      )}
      {isEmpty && (
        <Card flush>
          <EmptyState
            icon={Hourglass}
            title={t("nothing")}
            action={<ButtonLink href={`${base}/campaigns`}>{t("toCampaigns")}</ButtonLink>}
          >
            {t("nothingBody")}
          </EmptyState>
        </Card>
      )}
      {queue.campaigns.length > 0 && (
        <>
          <CampaignsCard queue={queue} base={base} />
          <SitesCard queue={queue} actions={canAdmin ? actions.ofSite : undefined} />
        </>
      )}
      {queue.holds.length > 0 && (
        <HoldsCard queue={queue} actions={canAdmin ? actions.ofHold : undefined} />
      )}
      {queue.routes.length > 0 && <RoutesCard queue={queue} base={base} />}
      {queue.quotas.length > 0 && <QuotasCard queue={queue} />}
    </>
  );
}

function useQueueActions() {
  const { id: workspaceId, call } = useWorkspace();
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["queue", workspaceId] });
  const resume = async ({ level, id }: Pick<Hold, "level" | "id">) => {
    const done = await attempt(() => ask(call.sending.queue.resume.post({ level, id })));
    if (done) {
      toast(t("resumed"));
    }
    await refresh();
  };
  const suspend = async (site: QueueSite, minutes: number) => {
    const sure = await confirm({
      title: t("suspendAsk", { site: site.siteName }),
      body: t("suspendBody"),
      action: t("suspend"),
    });
    if (sure) {
      await attempt(() => ask(call.sending.queue.suspend.post({ ...site.limit, minutes })));
      await refresh();
    }
  };
  return {
    ofHold: (hold: Hold): MenuItem[] => [{ label: t("resume"), onSelect: () => void resume(hold) }],
    ofSite: (site: QueueSite): MenuItem[] => [
      ...(site.suspendedUntil === null
        ? []
        : [{ label: t("resume"), onSelect: () => void resume(site.limit) }]),
      { label: t("suspendHour"), onSelect: () => void suspend(site, HOUR_MINUTES) },
      { label: t("suspendDay"), onSelect: () => void suspend(site, DAY_MINUTES) },
    ],
  };
}
