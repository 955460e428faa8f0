import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

const selectNext = statement<[after: string], { id: string }>(
  "SELECT id FROM workspace WHERE id > ? AND status <> 'deleting' ORDER BY id LIMIT 1",
);

/** The next workspace by id; undefined after the last. */
export function workspaceAfter(system: Connection, id: string): string | undefined {
  return selectNext(system).get(id)?.id;
}
