import { Badge, type Tone } from "../../ui/display.tsx";
import { t } from "./imports.messages.ts";
import type { JobState } from "./use-imports.ts";

const tones: Record<JobState, Tone> = {
  uploaded: "warning",
  queued: "info",
  running: "info",
  done: "success",
  failed: "error",
  cancelled: "neutral",
};

/** The state of a long job as a badge. */
export function JobBadge({ state }: { state: JobState }) {
  return (
    <Badge tone={tones[state]} live={state === "running"}>
      {t(state)}
    </Badge>
  );
}
