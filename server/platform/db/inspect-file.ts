import { type Connection, openConnection } from "./driver.ts";
import { FileFault, faultOf, lookAtFile } from "./file-fault.ts";
import { currentVersion } from "./migrate.ts";

/**
 * Reads a workspace's whole file and says what is wrong with it; undefined when nothing is. Takes seconds for a large
 * one: never to be called on the HTTP thread. Changes nothing.
 */
export function inspectFile(path: string): FileFault | undefined {
  const seen = lookAtFile(path, currentVersion("workspace"));
  if (seen !== undefined) {
    return seen;
  }
  let db: Connection | undefined;
  try {
    db = openConnection(path, { readonly: true });
    return inspect(db);
  } catch (error) {
    return faultOf(error) ?? new FileFault("unreadable", String(error));
  } finally {
    db?.close();
  }
}

function inspect(db: Connection): FileFault | undefined {
  const found = String(db.pragma("quick_check(1)", { simple: true }));
  if (found !== "ok") {
    return new FileFault("damaged", found);
  }
  if (Number(db.pragma("user_version", { simple: true })) === 0) {
    return new FileFault("not_a_database", "the file holds no workspace: its tables are gone");
  }
  const [dangling] = db.pragma("foreign_key_check") as { table: string; parent: string }[];
  return (
    dangling &&
    new FileFault(
      "damaged",
      `a row of ${dangling.table} names one of ${dangling.parent} that is gone`,
    )
  );
}
