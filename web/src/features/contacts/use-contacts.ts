import { useQuery } from "@tanstack/preact-query";
import { type Answer, ask, given, type WorkspaceApi } from "../../api.ts";
import type { OpenWorkspace } from "../../session.ts";
import { usePages } from "../../ui/use-pages.ts";

type Contacts = WorkspaceApi["contacts"];

/** The API of one contact. */
export type OneContact = ReturnType<Contacts>;

export type Contact = Answer<Contacts["get"]>["items"][number];

export type FieldValue = Contact["fields"][string];
export type Membership = ContactDetail["lists"][number];

export type ContactDetail = Answer<OneContact["get"]>;

type ContactQuery = NonNullable<NonNullable<Parameters<Contacts["get"]>[0]>["query"]>;

/** The filter of the contact list, also sent with actions on all matches. */
export type ContactFilter = {
  [K in "q" | "status" | "list" | "tag"]: ContactQuery[K] | undefined;
};

export function useContacts(
  workspace: OpenWorkspace,
  filter: ContactFilter,
  sort: "address" | "created",
) {
  return usePages<Contact>({
    key: ["contacts", workspace.id, filter, sort],
    read: (cursor, signal) =>
      ask(
        workspace.call.contacts.get({
          query: given({ ...filter, sort, ...cursor }),
          fetch: { signal },
        }),
      ),
  });
}

export function useContactCount(workspace: OpenWorkspace, filter: ContactFilter) {
  return useQuery({
    queryKey: ["contact-count", workspace.id, filter],
    queryFn: ({ signal }) =>
      ask(workspace.call.contacts.count.get({ query: given(filter), fetch: { signal } })),
  });
}
