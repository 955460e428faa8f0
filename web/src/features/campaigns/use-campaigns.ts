import { type Answer, ask, given, type WorkspaceApi } from "../../api.ts";
import { useChoices } from "../../choices.ts";
import type { OpenWorkspace } from "../../session.ts";
import type { CampaignStatus } from "../../ui/campaign-status.tsx";
import { usePages } from "../../ui/use-pages.ts";

type Campaigns = WorkspaceApi["campaigns"];
/** The API of one campaign. */
export type OneCampaign = ReturnType<Campaigns>;

// Derived from the server's schemas, so that a change there is a type error here.
export type CampaignSummary = Answer<Campaigns["get"]>["items"][number];
export type Campaign = Answer<OneCampaign["get"]>;
export type Preview = Answer<OneCampaign["preview"]["post"]>;
export type Preflight = Answer<OneCampaign["preflight"]["get"]>;
export type SectionState = Campaign["sections"]["content"];
export type Audience = Campaign["audience"];
export type RenderProblem = Preview["problems"][number];

/** The properties that people edit. */
export type CampaignContent = Pick<
  Campaign,
  | "name"
  | "subject"
  | "preheader"
  | "senderId"
  | "replyTo"
  | "routeId"
  | "routeGroupId"
  | "onAmbiguous"
  | "bodyKind"
  | "bodySource"
  | "textSource"
  | "audience"
  | "trackOpens"
  | "trackClicks"
>;

export type Sender = Answer<WorkspaceApi["senders"]["get"]>["items"][number];
export type Route = Answer<WorkspaceApi["routes"]["get"]>["items"][number];
export type RouteGroup = Answer<WorkspaceApi["route-groups"]["get"]>["items"][number];

type Filter = { q: string | undefined; status: CampaignStatus | undefined };

export function useCampaigns(workspace: OpenWorkspace, filter: Filter) {
  return usePages<CampaignSummary>({
    key: ["campaigns", workspace.id, filter],
    read: (cursor, signal) =>
      ask(
        workspace.call.campaigns.get({ query: given({ ...filter, ...cursor }), fetch: { signal } }),
      ),
    refetchInterval: 15_000,
  });
}

/** A list or segment with its number of contacts; null when it was never counted. */
export type Named = { id: number; name: string; count: number | null };

/** The lists and segments to choose an audience from, once both are loaded. */
export function useAudienceChoices(workspace: OpenWorkspace) {
  const lists = useChoices(workspace, "lists");
  const segments = useChoices(workspace, "segments");
  return {
    data:
      lists.data && segments.data
        ? {
            lists: lists.data.items.map(
              ({ id, name, subscribed }): Named => ({ id, name, count: subscribed }),
            ),
            segments: segments.data.items.map(
              ({ id, name, memberCount }): Named => ({ id, name, count: memberCount }),
            ),
          }
        : undefined,
    error: lists.error ?? segments.error,
    refetch: () => Promise.all([lists.refetch(), segments.refetch()]),
  };
}
