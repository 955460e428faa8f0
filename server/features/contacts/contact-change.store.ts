import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import type { Differences } from "./contact-change.rules.ts";

/** One recorded change of a contact. `actor` is a user id, `key:<id>`, `import:<id>` or `bulk:<id>`. */
export type ContactChangeEntry = {
  contactId: number;
  at: number;
  actor: string;
  kind: "edit" | "import" | "bulk" | "merge";
  detail: Differences;
};

const insertRow = statement<
  [contactId: number, at: number, actor: string, kind: string, detail: string]
>("INSERT INTO contact_change (contact_id, at, actor, kind, detail) VALUES (?, ?, ?, ?, ?)");

/** Records who changed what, in the transaction of the change. */
export function recordChange(db: Connection, change: ContactChangeEntry): void {
  const { contactId, at, actor, kind, detail } = change;
  insertRow(db).run(contactId, at, actor, kind, JSON.stringify(detail));
}
