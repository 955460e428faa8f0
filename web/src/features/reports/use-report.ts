import { useQuery } from "@tanstack/preact-query";
import { type Answer, http, type WorkspaceApi } from "../../api.ts";

type ReportApi = ReturnType<WorkspaceApi["campaigns"]>["report"];
type Timeline = Answer<ReportApi["timeline"]["get"]>;

export type StateCounts = Report["counts"];
export type StateName = Exclude<keyof StateCounts, "total">;

export type ByClass = Report["engagement"]["opens"];

export type Report = Answer<ReportApi["get"]>;

export type LinkRow = Answer<ReportApi["links"]["get"]>["items"][number];

export type TimelinePoint = Timeline["points"][number];

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
    queryFn: () => http.get<Timeline>(`${pathOf(workspaceApi, id)}/report/timeline`),
    refetchInterval: live ? LIVE_MS * 2 : QUIET_MS,
  });
}
