import { formatNumber } from "../format.ts";
import { Badge, ProgressBar, type Tone } from "./display.tsx";
import { t } from "./work-state.messages.ts";

/**
 * The states of long work: imports, exports, privacy requests and tasks. Only an import waits for answers to its
 * questions.
 */
export type WorkState = "uploaded" | "queued" | "running" | "done" | "failed" | "cancelled";

export const isOpen = ({ state }: { state: WorkState }): boolean =>
  state === "queued" || state === "running";

const tones: Record<WorkState, Tone> = {
  uploaded: "warning",
  queued: "info",
  running: "info",
  done: "success",
  failed: "error",
  cancelled: "neutral",
};

/** The state of long work as a badge. */
export function WorkBadge({ state }: { state: WorkState }) {
  return (
    <Badge tone={tones[state]} live={state === "running"}>
      {t(state)}
    </Badge>
  );
}

/**
 * The progress of long work: a bar while it runs and its size is known, otherwise its state. For `bytes` only the bar
 * is shown, because the number would mean nothing to people.
 */
export function WorkProgress({
  state,
  done,
  total,
  unit,
}: {
  state: WorkState;
  done: number;
  total: number | null;
  unit?: "bytes";
}) {
  if (state !== "running" || total === null || total === 0) {
    return <WorkBadge state={state} />;
  }
  // The total is an estimate, so the number done may already be higher.
  const max = Math.max(done, total);
  return (
    <div class="flex min-w-32 flex-col gap-1">
      <ProgressBar label={t("progress")} value={done} max={max} />
      {unit !== "bytes" && (
        <span class="text-sm text-muted tabular-nums">
          {t("doneOf", { done: formatNumber(done), total: formatNumber(max) })}
        </span>
      )}
    </div>
  );
}
