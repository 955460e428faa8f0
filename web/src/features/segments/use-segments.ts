import { useQuery } from "@tanstack/preact-query";
import { type Answer, ask, given, type WorkspaceApi } from "../../api.ts";
import { type Field, useChoices } from "../../choices.ts";
import { locale } from "../../i18n.ts";
import type { OpenWorkspace } from "../../session.ts";
import { usePages } from "../../ui/use-pages.ts";

type Segments = WorkspaceApi["segments"];

export type Segment = Answer<Segments["get"]>["items"][number];
export type Rule = Segment["rule"];
export type Condition = Exclude<Rule, { op: unknown }>;
export type FieldCondition = Extract<Condition, { field: unknown }>;
export type ListCondition = Extract<Condition, { list: unknown }>;
export type StatusCondition = Exclude<Extract<Condition, { status: unknown }>, ListCondition>;
export type MailCondition = Extract<Condition, { mail: unknown }>;
export type EventCondition = Extract<Condition, { event: unknown }>;
export type PropertyCondition = NonNullable<EventCondition["where"]>[number];
export type Preview = Answer<Segments["preview"]["post"]>;
export type Member = Answer<ReturnType<Segments>["contacts"]["get"]>["items"][number];
type Named = { id: number; name: string };

/** The objects that conditions can refer to. */
export type Choices = { fields: Field[]; tags: Named[]; lists: Named[]; campaigns: Named[] };

export function useSegments(workspace: OpenWorkspace, q: string | undefined) {
  return usePages<Segment>({
    key: ["segments", workspace.id, q, locale.value],
    read: (cursor, signal) =>
      ask(
        workspace.call.segments.get({
          query: given({ q, language: locale.value, ...cursor }),
          fetch: { signal },
        }),
      ),
  });
}

export function useSegment(workspace: OpenWorkspace, id: number | undefined) {
  return useQuery({
    queryKey: ["segment", workspace.id, id, locale.value],
    queryFn: ({ signal }) =>
      ask(
        workspace.call
          .segments({ id: id ?? 0 })
          .get({ query: { language: locale.value }, fetch: { signal } }),
      ),
    enabled: id !== undefined,
    refetchInterval: (query) => (query.state.data?.state === "filling" ? 1_000 : false),
  });
}

export function useMembers(workspace: OpenWorkspace, id: number, isReady: boolean) {
  return usePages<Member>({
    key: ["segment-members", workspace.id, id, isReady],
    read: (cursor, signal) =>
      ask(workspace.call.segments({ id }).contacts.get({ query: cursor, fetch: { signal } })),
  });
}

/** Everything that the builder offers, once all of it is loaded. */
export function useRuleChoices(workspace: OpenWorkspace) {
  const fields = useChoices(workspace, "fields");
  const tags = useChoices(workspace, "tags");
  const lists = useChoices(workspace, "lists");
  const campaigns = useChoices(workspace, "campaigns");
  const parts = [fields, tags, lists, campaigns];
  return {
    data:
      fields.data && tags.data && lists.data && campaigns.data
        ? {
            fields: fields.data.items,
            tags: tags.data.items,
            lists: lists.data.items,
            campaigns: campaigns.data.items,
          }
        : undefined,
    error: parts.find(({ error }) => error !== null)?.error ?? null,
    refetch: () => parts.map((part) => part.refetch()),
  };
}
