import { useQuery } from "@tanstack/preact-query";
import { http } from "../../api.ts";

export type StateCounts = {
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
export type StateName = Exclude<keyof StateCounts, "total">;

type Engagement = { unique: number; total: number };
export type ByClass = { human: Engagement; machine: Engagement };

export type Report = {
  campaign: {
    id: number;
    name: string;
    subject: string;
    status: string;
    statusReason: string;
    launchedAt: number | null;
    startedAt: number | null;
    finishedAt: number | null;
  };
  counts: StateCounts;
  engagement: {
    opens: ByClass;
    clicks: ByClass;
    views: ByClass;
    unsubscribes: number;
    complaints: number;
  };
  reasons: { state: StateName; reason: string; count: number }[];
  providers: ({ provider: string } & StateCounts)[];
  ambiguous: number;
};

export type LinkRow = { linkNo: number; url: string; human: Engagement; machine: Engagement };

export type TimelinePoint = {
  at: number;
  sent: number;
  bounced: number;
  failed: number;
  opensHuman: number;
  opensMachine: number;
  clicksHuman: number;
  clicksMachine: number;
  unsubscribes: number;
};

/** True while numbers of a campaign move by themselves. */
export function isMoving(status: string): boolean {
  return ["preparing", "sending", "pausing", "cancelling"].includes(status);
}

const LIVE_MS = 2_000;
const QUIET_MS = 15_000;

const pathOf = (workspaceApi: string, id: string) => `${workspaceApi}/campaigns/${id}`;

/** The report, asked again every two seconds while the campaign sends and every 15 s afterwards. */
export function useReport(workspaceApi: string, id: string) {
  return useQuery({
    queryKey: ["report", workspaceApi, id],
    queryFn: ({ signal }) => http.get<Report>(`${pathOf(workspaceApi, id)}/report`, {}, signal),
    refetchInterval: (query) =>
      isMoving(query.state.data?.campaign.status ?? "") ? LIVE_MS : QUIET_MS,
  });
}

export function useLinks(workspaceApi: string, id: string, live: boolean) {
  return useQuery({
    queryKey: ["report-links", workspaceApi, id],
    queryFn: () => http.get<{ items: LinkRow[] }>(`${pathOf(workspaceApi, id)}/report/links`),
    refetchInterval: live ? LIVE_MS : QUIET_MS,
  });
}

export function useTimeline(workspaceApi: string, id: string, live: boolean) {
  return useQuery({
    queryKey: ["report-timeline", workspaceApi, id],
    queryFn: () =>
      http.get<{ bucketMs: number; points: TimelinePoint[] }>(
        `${pathOf(workspaceApi, id)}/report/timeline`,
      ),
    refetchInterval: live ? LIVE_MS * 2 : QUIET_MS,
  });
}
