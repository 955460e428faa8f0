import { useQuery } from "@tanstack/preact-query";
import { type Answer, http, type Page, type WorkspaceApi } from "../../api.ts";
import { locale } from "../../i18n.ts";
import { usePages } from "../../ui/use-pages.ts";

type Segments = WorkspaceApi["segments"];

export type Segment = Answer<Segments["get"]>["items"][number];
export type Rule = Segment["rule"];
export type Condition = Exclude<Rule, { op: unknown }>;
export type Preview = Answer<Segments["preview"]["post"]>;
export type Member = Answer<ReturnType<Segments>["contacts"]["get"]>["items"][number];
export type Field = Answer<WorkspaceApi["contact-fields"]["get"]>["items"][number];
type Named = { id: number; name: string };

/** What conditions can point to. */
export type Choices = { fields: Field[]; tags: Named[]; lists: Named[]; campaigns: Named[] };

export function useSegments(workspaceApi: string, q: string | undefined) {
  return usePages<Segment>({
    key: ["segments", workspaceApi, q, locale.value],
    read: (cursor, signal) =>
      http.get(`${workspaceApi}/segments`, { q, language: locale.value, ...cursor }, signal),
  });
}

export function useSegment(workspaceApi: string, id: number | undefined) {
  return useQuery({
    queryKey: ["segment", workspaceApi, id, locale.value],
    queryFn: ({ signal }) =>
      http.get<Segment>(`${workspaceApi}/segments/${id}`, { language: locale.value }, signal),
    enabled: id !== undefined,
    refetchInterval: (query) => (query.state.data?.state === "filling" ? 1_000 : false),
  });
}

export function useMembers(workspaceApi: string, id: number, isReady: boolean) {
  return usePages<Member>({
    key: ["segment-members", workspaceApi, id, isReady],
    read: (cursor, signal) => http.get(`${workspaceApi}/segments/${id}/contacts`, cursor, signal),
  });
}

/** Everything that the builder offers, in one go. */
export function useChoices(workspaceApi: string) {
  return useQuery({
    queryKey: ["segment-choices", workspaceApi],
    queryFn: async (): Promise<Choices> => {
      const page = (what: string) =>
        http.get<Page<Named>>(`${workspaceApi}/${what}`, { limit: 200 });
      const [fields, tags, lists, campaigns] = await Promise.all([
        http.get<{ items: Field[] }>(`${workspaceApi}/contact-fields`),
        page("tags"),
        page("lists"),
        page("campaigns"),
      ]);
      return {
        fields: fields.items,
        tags: tags.items,
        lists: lists.items,
        campaigns: campaigns.items,
      };
    },
  });
}
