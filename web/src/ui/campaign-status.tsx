import { messages } from "../i18n.ts";
import { Badge, type Tone } from "./display.tsx";

const t = messages({
  draft: { en: "Draft", de: "Entwurf" },
  scheduled: { en: "Scheduled", de: "Geplant" },
  preparing: { en: "Preparing", de: "Wird vorbereitet" },
  sending: { en: "Sending", de: "Wird gesendet" },
  pausing: { en: "Pausing", de: "Wird pausiert" },
  paused: { en: "Paused", de: "Pausiert" },
  cancelling: { en: "Cancelling", de: "Wird abgebrochen" },
  cancelled: { en: "Cancelled", de: "Abgebrochen" },
  completed: { en: "Completed", de: "Abgeschlossen" },
});

export const campaignStatuses = [
  "draft",
  "scheduled",
  "preparing",
  "sending",
  "pausing",
  "paused",
  "cancelling",
  "cancelled",
  "completed",
] as const;
export type CampaignStatus = (typeof campaignStatuses)[number];

const tones: Record<CampaignStatus, Tone> = {
  draft: "neutral",
  scheduled: "info",
  preparing: "info",
  sending: "info",
  pausing: "warning",
  paused: "warning",
  cancelling: "warning",
  cancelled: "neutral",
  completed: "success",
};

/** A campaign's status as a badge that pulses while the campaign is active. */
export function CampaignStatusBadge({ status }: { status: string }) {
  const known = campaignStatuses.find((one) => one === status) ?? "draft";
  const live = ["preparing", "sending", "pausing", "cancelling"].includes(known);
  return (
    <Badge tone={tones[known]} live={live}>
      {t(known)}
    </Badge>
  );
}

/** The name of a campaign's status. */
export const campaignStatusName = (status: CampaignStatus): string => t(status);
