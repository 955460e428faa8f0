import { useQuery } from "@tanstack/preact-query";
import { type Answer, http, type Page, type WorkspaceApi } from "../../api.ts";
import { usePages } from "../../ui/use-pages.ts";

type Contacts = WorkspaceApi["contacts"];

export type Contact = Answer<Contacts["get"]>["items"][number];

export type FieldValue = Contact["fields"][string];
export type Membership = ContactDetail["lists"][number];

export type ContactDetail = Answer<ReturnType<Contacts>["get"]>;

export type Field = Answer<WorkspaceApi["contact-fields"]["get"]>["items"][number];

export type List = Answer<WorkspaceApi["lists"]["get"]>["items"][number];

/** What narrows the list of contacts; also sent with actions on everybody that matches. */
export type ContactFilter = {
  q?: string | undefined;
  status?: string | undefined;
  list?: number | undefined;
  tag?: number | undefined;
};

export function useContacts(workspaceApi: string, filter: ContactFilter, sort: string | undefined) {
  return usePages<Contact>({
    key: ["contacts", workspaceApi, filter, sort],
    read: (cursor, signal) =>
      http.get(`${workspaceApi}/contacts`, { ...filter, sort, ...cursor }, signal),
  });
}

export function useContactCount(workspaceApi: string, filter: ContactFilter) {
  return useQuery({
    queryKey: ["contact-count", workspaceApi, filter],
    queryFn: ({ signal }) =>
      http.get<Answer<Contacts["count"]["get"]>>(`${workspaceApi}/contacts/count`, filter, signal),
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

export function useTags(workspaceApi: string) {
  return useQuery({
    queryKey: ["tags", workspaceApi, "choices"],
    queryFn: () =>
      http.get<Page<{ id: number; name: string }>>(`${workspaceApi}/tags`, { limit: 200 }),
  });
}
