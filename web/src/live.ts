import { useEffect, useState } from "preact/hooks";
import type { CampaignProgress } from "../../server/app.ts";
import { apiUrl } from "./api.ts";

/** Follows a campaign by server-sent events while `on`. The browser reconnects by itself. */
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
