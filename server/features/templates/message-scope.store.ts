import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

/** Facts about the workspace that messages may contain. */
export type WorkspaceFacts = {
  number: number;
  name: string;
  timeZone: string;
  postalAddress: string;
  tracking: number;
  maxPerSecond: number | null;
};

export type ContactRow = {
  id: number;
  email: string;
  firstName: string;
  lastName: string;
  language: string;
  trackingOff: number;
  /** JSON by field key. */
  fields: string;
};

const selectWorkspace = statement<[id: string], WorkspaceFacts>(`
  SELECT number, name, time_zone AS timeZone, postal_address AS postalAddress, tracking, max_per_second AS maxPerSecond
    FROM workspace
   WHERE id = ?
`);

const selectFieldKeys = statement<[], { key: string }>(
  "SELECT key FROM contact_field WHERE removed_at IS NULL ORDER BY key",
);

const contactColumns = `
  id, email, first_name AS firstName, last_name AS lastName, language,
  tracking_off AS trackingOff, fields`;

const selectContact = statement<[id: number], ContactRow>(
  `SELECT ${contactColumns} FROM contact WHERE id = ?`,
);
const selectFirstContact = statement<[], ContactRow>(
  `SELECT ${contactColumns} FROM contact ORDER BY id LIMIT 1`,
);

export const findWorkspaceFacts = (system: Connection, id: string): WorkspaceFacts | undefined =>
  selectWorkspace(system).get(id);

/** Keys of the workspace's custom fields. */
export const listFieldKeys = (db: Connection): string[] =>
  selectFieldKeys(db)
    .all()
    .map((row) => row.key);

export const findContactRow = (db: Connection, id: number): ContactRow | undefined =>
  selectContact(db).get(id);

/** The oldest contact, used to preview a message with real values. */
export const findFirstContact = (db: Connection): ContactRow | undefined =>
  selectFirstContact(db).get();
