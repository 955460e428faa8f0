export const reasons = ["unsubscribed", "hard_bounce", "complaint", "manual"] as const;
export type Reason = (typeof reasons)[number];

/** An address that must not be mailed. */
export type Suppression = {
  address: string;
  reason: Reason;
  source: string;
  detail: string;
  createdAt: number;
};
