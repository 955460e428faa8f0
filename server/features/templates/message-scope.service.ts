import type { ContactFields } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { notFound } from "../../platform/errors.ts";
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

/**
 * What templates may say of a contact.
 *
 * @param id Undefined = the oldest contact, or a made-up one when there is none.
 * @throws AppError `not_found`.
 */
export function contactFor(db: Connection, id: number | undefined): ContactFields {
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
