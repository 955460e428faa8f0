import { Badge } from "../../ui/display.tsx";
import { t } from "./inbox.messages.ts";

export const kinds = [
  "bounce",
  "complaint",
  "unsubscribe",
  "reply",
  "auto_reply",
  "report",
  "role",
] as const;
export type Kind = (typeof kinds)[number];

const tones = {
  bounce: "warning",
  complaint: "error",
  unsubscribe: "neutral",
  reply: "success",
  auto_reply: "neutral",
  report: "neutral",
  role: "info",
} as const;

/** The kind of a received message: bounce, complaint or reply. */
export const KindBadge = ({ kind }: { kind: Kind }) => (
  <Badge tone={tones[kind]}>{kindLabel(kind)}</Badge>
);

export const kindLabel = (kind: Kind): string => t(`kind_${kind}`);
