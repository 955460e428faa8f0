import { ask } from "../../api.ts";
import { bottleneckText } from "../../bottleneck.ts";
import { formatDuration, formatNumber, formatRate } from "../../format.ts";
import { useCampaignProgress } from "../../live.ts";
import { causeText } from "../../refusal.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Card, ProgressBar } from "../../ui/display.tsx";
import { Notice } from "../../ui/states.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { t } from "./reports.messages.ts";
import { isMoving, type Report, type StateCounts } from "./use-report.ts";

/** The progress of a running campaign: done, speed, current limit, and the buttons to pause and stop it. */
export function LiveProgress({ report, onChanged }: { report: Report; onChanged: () => void }) {
  const workspace = useWorkspace();
  const { campaign } = report;
  const moving = isMoving(campaign.status);
  const live = useCampaignProgress(workspace.id, campaign.id, moving);
  if (!moving && campaign.status !== "paused") {
    return null;
  }
  const counts = live?.counts ?? report.counts;
  return (
    <Card>
      <div class="flex flex-col gap-3">
        <div class="flex flex-wrap items-center justify-between gap-3">
          <Words counts={counts} status={campaign.status} live={live} />
          {workspace.canEdit && (
            <Brakes report={report} left={unfinished(counts)} onChanged={onChanged} />
          )}
        </div>
        <ProgressBar
          label={t("progress")}
          value={counts.total - unfinished(counts)}
          max={counts.total}
        />
        {live?.bottleneck && <p class="text-sm text-muted">{bottleneckText(live.bottleneck)}</p>}
        {counts.deferred > 0 && (
          <p class="text-sm text-muted">{t("waitingRetry", { count: counts.deferred })}</p>
        )}
        {campaign.statusReason !== "" && (
          <Notice tone="warning">{causeText(campaign.statusReason, campaign.statusCause)}</Notice>
        )}
      </div>
    </Card>
  );
}

function unfinished(counts: StateCounts): number {
  return counts.pending + counts.leased + counts.deferred + counts.held;
}

function Words({
  counts,
  status,
  live,
}: {
  counts: StateCounts;
  status: string;
  live: ReturnType<typeof useCampaignProgress>;
}) {
  if (status === "preparing") {
    return <p>{t("preparing")}</p>;
  }
  const parts = [
    t("progressWords", {
      done: formatNumber(counts.total - unfinished(counts)),
      total: formatNumber(counts.total),
    }),
  ];
  const notSent = counts.bounced + counts.failed + counts.skipped;
  if (notSent > 0) {
    parts.push(t("notSent", { count: notSent }));
  }
  if (status === "sending" && live !== undefined) {
    if (live.perSecond > 0) {
      parts.push(t("rateNow", { rate: formatRate(live.perSecond) }));
    }
    if (live.secondsLeft !== null) {
      parts.push(t("timeLeft", { time: formatDuration(live.secondsLeft * 1000) }));
    }
  }
  return <p class="font-medium tabular-nums">{parts.join(" · ")}</p>;
}

function Brakes({
  report,
  left,
  onChanged,
}: {
  report: Report;
  left: number;
  onChanged: () => void;
}) {
  const workspace = useWorkspace();
  const { id, name, status } = report.campaign;
  const act = async (verb: "pause" | "resume" | "cancel", said: string) => {
    if (await attempt(() => ask(workspace.call.campaigns({ id })[verb].post()))) {
      toast(said);
      onChanged();
    }
  };
  const cancel = async () => {
    const sure = await confirm({
      title: t("cancelAsk", { name }),
      body: t("cancelBody", { count: left }),
      action: t("cancelCampaign"),
      danger: true,
    });
    if (sure) {
      await act("cancel", t("cancelled"));
    }
  };
  return (
    <div class="flex gap-2">
      {status === "sending" && (
        <Button onClick={() => act("pause", t("paused"))}>{t("pause")}</Button>
      )}
      {status === "paused" && (
        <Button variant="primary" onClick={() => act("resume", t("resumed"))}>
          {t("resume")}
        </Button>
      )}
      {status !== "cancelling" && (
        <Button variant="ghost" onClick={cancel}>
          {t("cancelCampaign")}
        </Button>
      )}
    </div>
  );
}
