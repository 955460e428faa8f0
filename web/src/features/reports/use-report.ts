import { useQuery } from "@tanstack/preact-query";
import { type Answer, ask, type WorkspaceApi } from "../../api.ts";
import type { OpenWorkspace } from "../../session.ts";

/** The API of one campaign. */
export type OneCampaign = ReturnType<WorkspaceApi["campaigns"]>;
type ReportApi = OneCampaign["report"];
type Timeline = Answer<ReportApi["timeline"]["get"]>;

export type StateCounts = Report["counts"];
export type StateName = Exclude<keyof StateCounts, "total">;

export type ByClass = Report["engagement"]["opens"];

export type Report = Answer<ReportApi["get"]>;

export type LinkRow = Answer<ReportApi["links"]["get"]>["items"][number];

export type TimelinePoint = Timeline["points"][number];

/** True while a campaign's numbers change by themselves. */
export function isMoving(status: string): boolean {
  return ["preparing", "sending", "pausing", "cancelling"].includes(status);
}

const LIVE_MS = 2_000;
const QUIET_MS = 15_000;

/** The report, reloaded every two seconds while the campaign sends and every 15 s afterwards. */
export function useReport(workspace: OpenWorkspace, id: number) {
  return useQuery({
    queryKey: ["report", workspace.id, id],
    queryFn: ({ signal }) =>
      ask(workspace.call.campaigns({ id }).report.get({ fetch: { signal } })),
    refetchInterval: (query) =>
      isMoving(query.state.data?.campaign.status ?? "") ? LIVE_MS : QUIET_MS,
  });
}

export function useLinks(workspace: OpenWorkspace, id: number, live: boolean) {
  return useQuery({
    queryKey: ["report-links", workspace.id, id],
    queryFn: () => ask(workspace.call.campaigns({ id }).report.links.get()),
    refetchInterval: live ? LIVE_MS : QUIET_MS,
  });
}

export function useTimeline(workspace: OpenWorkspace, id: number, live: boolean) {
  return useQuery({
    queryKey: ["report-timeline", workspace.id, id],
    queryFn: () => ask(workspace.call.campaigns({ id }).report.timeline.get()),
    refetchInterval: live ? LIVE_MS * 2 : QUIET_MS,
  });
}
