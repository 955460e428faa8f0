import { useQuery } from "@tanstack/preact-query";
import { type Answer, http, type Page, type WorkspaceApi } from "../../api.ts";
import { usePages } from "../../ui/use-pages.ts";

type Campaigns = WorkspaceApi["campaigns"];
type OneCampaign = ReturnType<Campaigns>;

// From the server's own schemas, so that a change there is an error here.
export type CampaignSummary = Answer<Campaigns["get"]>["items"][number];
export type Campaign = Answer<OneCampaign["get"]>;
export type Preview = Answer<OneCampaign["preview"]["post"]>;
export type Preflight = Answer<OneCampaign["preflight"]["get"]>;
export type SectionState = Campaign["sections"]["content"];
export type Audience = Campaign["audience"];
export type RenderProblem = Preview["problems"][number];

/** What a person edits. */
export type CampaignContent = Pick<
  Campaign,
  | "name"
  | "subject"
  | "preheader"
  | "senderId"
  | "replyTo"
  | "routeId"
  | "routeGroupId"
  | "bodyKind"
  | "bodySource"
  | "textSource"
  | "audience"
  | "trackOpens"
  | "trackClicks"
>;

export type List = { id: number; name: string; subscribed: number };
export type Sender = Answer<WorkspaceApi["senders"]["get"]>["items"][number];
export type Route = Answer<WorkspaceApi["routes"]["get"]>["items"][number];
export type RouteGroup = Answer<WorkspaceApi["route-groups"]["get"]>["items"][number];

type Filter = { q: string | undefined; status: string | undefined };

export function useCampaigns(workspaceApi: string, filter: Filter) {
  return usePages<CampaignSummary>({
    key: ["campaigns", workspaceApi, filter],
    read: (cursor, signal) =>
      http.get(`${workspaceApi}/campaigns`, { ...filter, ...cursor }, signal),
    refetchInterval: 15_000,
  });
}

/** One of the short lists that a campaign is put together from. */
export function useChoices<T>(
  workspaceApi: string,
  what: "lists" | "senders" | "routes" | "route-groups",
) {
  return useQuery({
    queryKey: [what, workspaceApi, "choices"],
    queryFn: () =>
      http.get<Page<T>>(`${workspaceApi}/${what}`, what === "lists" ? { limit: 200 } : {}),
  });
}

/** A list or a segment, with how many people it has; null when nobody has counted yet. */
export type Named = { id: number; name: string; count: number | null };

/** What an audience is put together from. */
export function useAudienceChoices(workspaceApi: string) {
  return useQuery({
    queryKey: ["audience-choices", workspaceApi],
    queryFn: async (): Promise<{ lists: Named[]; segments: Named[] }> => {
      const [lists, segments] = await Promise.all([
        http.get<Page<List>>(`${workspaceApi}/lists`, { limit: 200 }),
        http.get<Page<{ id: number; name: string; memberCount: number | null }>>(
          `${workspaceApi}/segments`,
          { limit: 200 },
        ),
      ]);
      return {
        lists: lists.items.map(({ id, name, subscribed }) => ({ id, name, count: subscribed })),
        segments: segments.items.map(({ id, name, memberCount }) => ({
          id,
          name,
          count: memberCount,
        })),
      };
    },
  });
}
