import { useEffect, useState } from "preact/hooks";
import { apiUrl } from "./api.ts";

/** What a campaign's event stream says about once a second. */
export type CampaignProgress = {
  status: string;
  counts: {
    total: number;
    pending: number;
    leased: number;
    deferred: number;
    held: number;
    sent: number;
    bounced: number;
    failed: number;
    skipped: number;
  };
  ratePerSecond: number;
  /** Until the last message has its first try; null when that cannot be told. */
  etaMs: number | null;
  /** What bounds the campaign now, in a sentence; empty when nothing does. */
  bottleneck: string;
};

/** Follows a campaign by server-sent events while `on`; the browser reconnects by itself. */
export function useCampaignProgress(
  workspaceApi: string,
  campaignId: number,
  on: boolean,
): CampaignProgress | undefined {
  const [progress, setProgress] = useState<CampaignProgress>();
  useEffect(() => {
    if (!on) {
      setProgress(undefined);
      return;
    }
    const source = new EventSource(apiUrl(`${workspaceApi}/campaigns/${campaignId}/progress`));
    const take = (event: MessageEvent<string>) => setProgress(JSON.parse(event.data));
    source.addEventListener("progress", take);
    return () => source.close();
  }, [workspaceApi, campaignId, on]);
  return progress;
}
