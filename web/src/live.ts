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
  perSecond: number;
  /** Until the last message is in a final state; null when that cannot be told. */
  secondsLeft: number | null;
  /** What keeps the campaign from being faster, in a sentence. */
  bottleneck: string | null;
};

/** Follows a campaign by server-sent events while `on`; the browser reconnects by itself. */
export function useCampaignProgress(
  workspaceId: string,
  campaignId: number,
  on: boolean,
): CampaignProgress | undefined {
  const [progress, setProgress] = useState<CampaignProgress>();
  useEffect(() => {
    if (!on) {
      setProgress(undefined);
      return;
    }
    const source = new EventSource(
      apiUrl(`/workspaces/${workspaceId}/campaigns/${campaignId}/progress`),
    );
    const take = (event: MessageEvent<string>) => setProgress(JSON.parse(event.data));
    source.addEventListener("progress", take);
    return () => source.close();
  }, [workspaceId, campaignId, on]);
  return progress;
}
