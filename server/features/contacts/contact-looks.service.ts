import type { LookAt } from "../ports.ts";
import { type ContactFilter, countContacts, listContacts } from "./contacts.service.ts";

/** Queries over all contacts, which therefore run on the reads thread. */
export const contactLooks = {
  page: {
    name: "contacts",
    read: ({ db, now }: LookAt, query: Parameters<typeof listContacts>[1]) =>
      listContacts(db, query, now),
  },
  count: {
    name: "contactCount",
    read: ({ db, now }: LookAt, filter: ContactFilter) => countContacts(db, filter, now),
  },
};
