import { useInfiniteQuery, useQuery } from "@tanstack/preact-query";
import { http, type Page } from "../../api.ts";

export type FieldValue = string | number | boolean;

export type Contact = {
  id: number;
  email: string;
  address: string;
  firstName: string;
  lastName: string;
  language: string;
  fields: Record<string, FieldValue>;
  trackingOff: boolean;
  source: string;
  createdAt: number;
  updatedAt: number;
  status: "mailable" | "unsubscribed" | "suppressed";
  suppressionReason: string | null;
};

export type Membership = {
  id: number;
  name: string;
  status: "pending" | "subscribed" | "unsubscribed";
  changedAt: number;
};

export type ContactDetail = Contact & { lists: Membership[] };

export type Field = {
  id: number;
  key: string;
  label: string;
  type: "text" | "number" | "boolean" | "date" | "choice";
  choices: string[];
};

export type List = { id: number; name: string; subscribed: number };

/** What narrows the list of contacts; also sent with actions on everybody that matches. */
export type ContactFilter = {
  q?: string | undefined;
  status?: string | undefined;
  list?: number | undefined;
};

export function useContacts(workspaceApi: string, filter: ContactFilter, sort: string | undefined) {
  return useInfiniteQuery({
    queryKey: ["contacts", workspaceApi, filter, sort],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      http.get<Page<Contact>>(
        `${workspaceApi}/contacts`,
        { ...filter, sort, cursor: pageParam },
        signal,
      ),
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });
}

export function useContactCount(workspaceApi: string, filter: ContactFilter) {
  return useQuery({
    queryKey: ["contact-count", workspaceApi, filter],
    queryFn: ({ signal }) =>
      http.get<{ count: number; exact: boolean }>(`${workspaceApi}/contacts/count`, filter, signal),
  });
}

export function useLists(workspaceApi: string) {
  return useQuery({
    queryKey: ["lists", workspaceApi, "choices"],
    queryFn: () => http.get<Page<List>>(`${workspaceApi}/lists`, { limit: 200 }),
  });
}

export function useFields(workspaceApi: string) {
  return useQuery({
    queryKey: ["fields", workspaceApi],
    queryFn: () => http.get<{ items: Field[] }>(`${workspaceApi}/contact-fields`),
  });
}
