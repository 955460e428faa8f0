import type { Delivery } from "../../delivery/index.ts";

/** What campaigns and routes ask of the running delivery. */
export type CampaignEngine = Pick<
  Delivery,
  | "waterfall"
  | "prepareCampaign"
  | "expect"
  | "notice"
  | "sendOne"
  | "running"
  | "routeChanged"
  | "rulesChanged"
  | "retry"
  | "decideHeld"
>;
