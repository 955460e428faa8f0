import type {
  AudienceDefinition,
  Delivery,
  RetryCount,
  RetryFilter,
  Waterfall,
} from "../../delivery/index.ts";

/** Counts of whole audiences and campaigns, made on a thread of their own. */
export type CampaignCounting = {
  /** Whom an audience reaches, and who falls out where; by the code that freezes it. */
  waterfall(workspaceId: string, audience: AudienceDefinition): Promise<Waterfall>;
  /** What a retry would send again, and whom it leaves out. @throws as `retry`. */
  retryPreview(workspaceId: string, campaignId: number, filter: RetryFilter): Promise<RetryCount>;
};

/** What campaigns and routes ask of the running delivery. */
export type CampaignEngine = CampaignCounting &
  Pick<
    Delivery,
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
