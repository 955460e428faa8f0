import type { ContactFields } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because, notFound } from "../../platform/errors.ts";
import {
  type ContactRow,
  findContactRow,
  findFirstContact,
  findWorkspaceFacts,
  type WorkspaceFacts,
} from "./message-scope.store.ts";

export { listFieldKeys, type WorkspaceFacts } from "./message-scope.store.ts";

/** Sample values for a preview when the workspace has no contacts. */
const madeUp: ContactFields = {
  id: 0,
  email: "ada@example.com",
  first_name: "Ada",
  last_name: "Lovelace",
  language: "en",
  tracking_off: false,
  fields: {},
};

/** Facts about the workspace that messages may contain. @throws AppError `not_found`. */
export function workspaceFacts(system: Connection, workspaceId: string): WorkspaceFacts {
  const facts = findWorkspaceFacts(system, workspaceId);
  if (facts === undefined) {
    throw notFound("workspace");
  }
  return facts;
}

/** The contact whose values fill a preview, and whether the requester may see contacts at all. */
export type ContactChoice = { contactId?: number | undefined; mayReadContacts: boolean };

/**
 * The contact for a preview: the requested one, otherwise the oldest, otherwise a sample. A requester who may not
 * read contacts (such as an API key with another scope) gets the sample, so that no preview reveals a name.
 *
 * @throws AppError `forbidden` when a contact is requested that may not be seen; `not_found`.
 */
export function contactFor(db: Connection, choice: ContactChoice): ContactFields {
  const { contactId: id, mayReadContacts } = choice;
  if (!mayReadContacts) {
    if (id !== undefined) {
      throw new AppError("forbidden", because("contacts_permission_missing"));
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
