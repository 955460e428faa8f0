import { useQuery } from "@tanstack/preact-query";
import { type Answer, ask, type WorkspaceApi } from "./api.ts";
import { type OpenWorkspace, queryClient } from "./session.ts";

type Lists = Answer<WorkspaceApi["lists"]["get"]>;
type Tags = Answer<WorkspaceApi["tags"]["get"]>;
type Fields = Answer<WorkspaceApi["contact-fields"]["get"]>;

export type List = Lists["items"][number];
export type Tag = Tags["items"][number];
export type Field = Fields["items"][number];

/** The statuses by which contacts can be filtered. */
export const contactStatuses = ["mailable", "unsubscribed", "suppressed"] as const satisfies Answer<
  WorkspaceApi["contacts"]["get"]
>["items"][number]["status"][];

/** The available choices, by kind. */
type Choices = {
  lists: Lists;
  tags: Tags;
  fields: Fields;
  segments: Answer<WorkspaceApi["segments"]["get"]>;
  campaigns: Answer<WorkspaceApi["campaigns"]["get"]>;
  senders: Answer<WorkspaceApi["senders"]["get"]>;
  routes: Answer<WorkspaceApi["routes"]["get"]>;
  "route-groups": Answer<WorkspaceApi["route-groups"]["get"]>;
};
export type ChoiceKind = keyof Choices;

/** The largest page size that the server allows. */
const all = { query: { limit: 200 } };

const readers: { [K in ChoiceKind]: (call: WorkspaceApi) => Promise<Choices[K]> } = {
  lists: (call) => ask(call.lists.get(all)),
  tags: (call) => ask(call.tags.get(all)),
  fields: (call) => ask(call["contact-fields"].get()),
  segments: (call) => ask(call.segments.get(all)),
  campaigns: (call) => ask(call.campaigns.get(all)),
  senders: (call) => ask(call.senders.get()),
  routes: (call) => ask(call.routes.get()),
  "route-groups": (call) => ask(call["route-groups"].get()),
};

/**
 * All choices of one kind in a workspace, for pickers, filters and forms. They share one cached answer, which is
 * reloaded when the kind is invalidated.
 */
export function useChoices<K extends ChoiceKind>(workspace: OpenWorkspace, kind: K) {
  return useQuery<Choices[K]>({
    queryKey: [kind, workspace.id, "choices"],
    queryFn: () => readers[kind](workspace.call),
  });
}

/** Makes every table and picker of these kinds reload. */
export async function refreshChoices(...kinds: ChoiceKind[]): Promise<void> {
  await Promise.all(kinds.map((kind) => queryClient.invalidateQueries({ queryKey: [kind] })));
}
