import { useInfiniteQuery, useQuery } from "@tanstack/preact-query";
import { http, type Page } from "../../api.ts";

export type CampaignSummary = {
  id: number;
  name: string;
  status: string;
  statusReason: string;
  subject: string;
  scheduledAt: number | null;
  recipientTotal: number;
  updatedAt: number;
  sent: number;
  opened: number;
  clicked: number;
};

export type SectionState = {
  state: "ready" | "needs_you";
  problems: { code: string; field: string; message: string }[];
};

export type Audience = { everyone: boolean; includeLists: number[]; excludeLists: number[] };

/** What a person edits. */
export type CampaignContent = {
  name: string;
  subject: string;
  preheader: string;
  senderId: number | null;
  replyTo: string;
  routeId: number | null;
  bodyKind: "mjml" | "html";
  bodySource: string;
  textSource: string | null;
  audience: Audience;
  trackOpens: boolean;
  trackClicks: boolean;
};

export type Campaign = Omit<CampaignSummary, "sent" | "opened" | "clicked"> &
  CampaignContent & {
    version: number;
    sections: Record<"content" | "audience" | "sender" | "review", SectionState>;
  };

export type RenderProblem = {
  severity: "error" | "warning";
  where: string;
  message: string;
  line?: number;
};

export type Preview = {
  subject: string;
  html: string;
  text: string;
  problems: RenderProblem[];
  contact: { id: number; email: string };
};

export type Preflight = {
  /** `inAudience` is the sum of all below it; `duplicates` are second memberships, counted in none. */
  waterfall: {
    duplicates: number;
    inAudience: number;
    excluded: number;
    unsubscribed: number;
    unconfirmed: number;
    suppressed: { hardBounce: number; complaint: number; manual: number };
    invalid: number;
    recipients: number;
  };
  checks: { code: string; severity: "error" | "warning"; message: string; fix: string }[];
  canSend: boolean;
  htmlBytes: number;
};

export type List = { id: number; name: string; subscribed: number };
export type Sender = { id: number; name: string; email: string; testOnly: boolean };
export type Route = { id: number; name: string; kind: "relay" | "test_inbox"; enabled: boolean };

type Filter = { q: string | undefined; status: string | undefined };

export function useCampaigns(workspaceApi: string, filter: Filter) {
  return useInfiniteQuery({
    queryKey: ["campaigns", workspaceApi, filter],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      http.get<Page<CampaignSummary>>(
        `${workspaceApi}/campaigns`,
        { ...filter, cursor: pageParam },
        signal,
      ),
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    refetchInterval: 15_000,
  });
}

/** One of the short lists that a campaign is put together from. */
export function useChoices<T>(workspaceApi: string, what: "lists" | "senders" | "routes") {
  return useQuery({
    queryKey: [what, workspaceApi, "choices"],
    queryFn: () =>
      http.get<Page<T>>(`${workspaceApi}/${what}`, what === "lists" ? { limit: 200 } : {}),
  });
}
