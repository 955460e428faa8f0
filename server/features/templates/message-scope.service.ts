import type { ContactFields } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, notFound } from "../../platform/errors.ts";
import {
  type ContactRow,
  findContactRow,
  findFirstContact,
  findWorkspaceFacts,
  type WorkspaceFacts,
} from "./message-scope.store.ts";

export { listFieldKeys, type WorkspaceFacts } from "./message-scope.store.ts";

/** Fills the slots of a preview when the workspace has no contacts. */
const madeUp: ContactFields = {
  id: 0,
  email: "ada@example.com",
  first_name: "Ada",
  last_name: "Lovelace",
  language: "en",
  tracking_off: false,
  fields: {},
};

/** What a message says of the workspace it is from. @throws AppError `not_found`. */
export function workspaceFacts(system: Connection, workspaceId: string): WorkspaceFacts {
  const facts = findWorkspaceFacts(system, workspaceId);
  if (facts === undefined) {
    throw notFound("workspace");
  }
  return facts;
}

/** Whose values fill a preview, and whether who asks may see contacts at all. */
export type ContactChoice = { contactId?: number | undefined; mayReadContacts: boolean };

/**
 * What templates may say of a contact: the one asked for, else the oldest, else a made-up one. Who may not
 * read contacts (an API key of another scope) gets the made-up one, so that no preview tells a name.
 *
 * @throws AppError `forbidden` when one is asked for that may not be seen; `not_found`.
 */
export function contactFor(db: Connection, choice: ContactChoice): ContactFields {
  const { contactId: id, mayReadContacts } = choice;
  if (!mayReadContacts) {
    if (id !== undefined) {
      throw new AppError("forbidden", "You need the permission contacts:read to choose a contact.");
    }
    return madeUp;
  }
  if (id === undefined) {
    const first = findFirstContact(db);
    return first === undefined ? madeUp : fieldsOf(first);
  }
  const row = findContactRow(db, id);
  if (row === undefined) {
    throw notFound("contact");
  }
  return fieldsOf(row);
}

function fieldsOf(row: ContactRow): ContactFields {
  return {
    id: row.id,
    email: row.email,
    first_name: row.firstName,
    last_name: row.lastName,
    language: row.language,
    tracking_off: row.trackingOff === 1,
    fields: JSON.parse(row.fields) as ContactFields["fields"],
  };
}
