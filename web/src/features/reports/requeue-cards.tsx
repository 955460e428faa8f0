import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { type Answer, ask } from "../../api.ts";
import { formatNumber } from "../../format.ts";
import { reasonText } from "../../reasons.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Card } from "../../ui/display.tsx";
import { SelectField } from "../../ui/field.tsx";
import { Loaded, Notice } from "../../ui/states.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { t } from "./requeue.messages.ts";
import { type OneCampaign, type Report, useReport } from "./use-report.ts";

type Count = Answer<OneCampaign["retry"]["preview"]["post"]>;

const retryable = ["sending", "paused", "completed"];

/** Messages that may have arrived and need a decision. */
export function HeldCard({ report, onChanged }: { report: Report; onChanged: () => void }) {
  const { held } = report.counts;
  const { id, status } = report.campaign;
  const isCancelled = status === "cancelled";
  return held === 0 ? null : (
    <Notice
      tone="warning"
      title={t(isCancelled ? "heldCancelledTitle" : "heldTitle", { count: held })}
    >
      <p>{t(isCancelled ? "heldCancelledBody" : "heldBody")}</p>
      <HeldButtons campaignId={id} count={held} isCancelled={isCancelled} onChanged={onChanged} />
    </Notice>
  );
}

/** The same decision about one message, on the page of its recipient. */
export function HeldMessage(props: { campaignId: number; seq: number; onChanged: () => void }) {
  const { campaignId, seq, onChanged } = props;
  const report = useReport(useWorkspace(), campaignId);
  return (
    <Loaded query={report} rows={1}>
      {({ campaign }) => {
        const isCancelled = campaign.status === "cancelled";
        return (
          <Notice
            tone="warning"
            title={isCancelled ? t("heldCancelledTitle", { count: 1 }) : t("heldOne")}
          >
            <p>{t(isCancelled ? "heldCancelledBody" : "heldBody")}</p>
            <HeldButtons
              campaignId={campaignId}
              count={1}
              seqs={[seq]}
              isCancelled={isCancelled}
              onChanged={onChanged}
            />
          </Notice>
        );
      }}
    </Loaded>
  );
}

function HeldButtons({
  campaignId,
  count,
  seqs,
  isCancelled,
  onChanged,
}: {
  campaignId: number | string;
  count: number;
  seqs?: number[];
  /** A cancelled campaign sends nothing again. */
  isCancelled: boolean;
  onChanged: () => void;
}) {
  const workspace = useWorkspace();
  if (!workspace.canEdit) {
    return <p class="mt-2">{t("editorDecides")}</p>;
  }
  const decide = async (decision: "resend" | "sent" | "failed") => {
    const sure = await confirm({
      title: t(`${decision}Ask`, { count }),
      body: t(decision === "failed" && isCancelled ? "failedCancelledBody" : `${decision}Body`, {
        count,
      }),
      action: t(decision),
    });
    const { held } = workspace.call.campaigns({ id: campaignId });
    const order = seqs === undefined ? { decision } : { decision, seqs };
    if (sure && (await attempt(() => ask(held.post(order))))) {
      toast(t("decided", { count }));
      onChanged();
    }
  };
  return (
    <div class="mt-3 flex flex-wrap gap-2">
      {!isCancelled && <Button onClick={() => decide("resend")}>{t("resend")}</Button>}
      <Button onClick={() => decide("sent")}>{t("sent")}</Button>
      <Button onClick={() => decide("failed")}>{t("failed")}</Button>
    </div>
  );
}

/** Sends failed or bounced messages again, all or for one reason, with their exact number on the button. */
export function RetryCard({ report, onChanged }: { report: Report; onChanged: () => void }) {
  const { counts, campaign } = report;
  const { canEdit } = useWorkspace();
  const isPossible =
    canEdit && counts.failed + counts.bounced > 0 && retryable.includes(campaign.status);
  return isPossible ? <Retry report={report} onChanged={onChanged} /> : null;
}

function Retry({ report, onChanged }: { report: Report; onChanged: () => void }) {
  const workspace = useWorkspace();
  const [reason, setReason] = useState("");
  const { id } = report.campaign;
  const call = workspace.call.campaigns({ id }).retry;
  const filter = {
    states: ["failed" as const, "bounced" as const],
    ...(reason === "" ? {} : { reason }),
  };
  const preview = useQuery({
    queryKey: ["retry", workspace.id, id, reason, report.counts.failed, report.counts.bounced],
    queryFn: () => ask(call.preview.post(filter)),
  });
  const reasons = report.reasons
    .filter(({ state }) => state === "failed" || state === "bounced")
    .map(({ reason: value }) => value);
  const retry = async (count: Count) => {
    const expected = count.retry;
    const sure = await confirm({
      title: t("retryAsk", { count: expected }),
      body: t("retryBody"),
      action: t("retryThese", { count: expected }),
    });
    if (sure && (await attempt(() => ask(call.post({ ...filter, expected }))))) {
      toast(t("retried", { count: expected }));
      onChanged();
    }
  };
  return (
    <Card title={t("retryTitle")} description={t("retryDescription")}>
      <div class="flex flex-col gap-4">
        <SelectField
          label={t("reason")}
          value={reason}
          onChange={setReason}
          options={[
            { value: "", label: t("anyReason") },
            ...[...new Set(reasons)].map((value) => ({ value, label: reasonText(value) })),
          ]}
        />
        <Loaded query={preview} rows={1}>
          {(count) => (
            <div class="flex flex-wrap items-center gap-4">
              <Button disabled={count.retry === 0} onClick={() => retry(count)}>
                {t("retryThese", { count: count.retry })}
              </Button>
              {count.matching > count.retry && (
                <p class="text-muted">
                  {t("leftOut", {
                    suppressed: formatNumber(count.suppressed),
                    gone: formatNumber(count.gone),
                  })}
                </p>
              )}
            </div>
          )}
        </Loaded>
      </div>
    </Card>
  );
}
