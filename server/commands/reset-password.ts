import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { holdIfOlder } from "../features/auth/system-hold.service.ts";
import { publicUrlOf } from "../features/instance/instance.service.ts";
import { forcePassword, newPasswordLink, RESET_MS } from "../features/users/reset.service.ts";
import { findPersonByEmail, type Person } from "../features/users/users.service.ts";
import type { AuditAction } from "../platform/audit/actions.ts";
import { createAuditLog } from "../platform/audit/audit-log.ts";
import type { Clock } from "../platform/clock.ts";
import { openDatabases } from "../platform/db/databases.ts";
import { type Connection, openConnection } from "../platform/db/driver.ts";
import { currentVersion } from "../platform/db/migrate.ts";
import { requireSystemLog } from "../platform/db/open-marks.ts";
import { requireOwnLog } from "../platform/db/system-file.ts";
import { inTransaction } from "../platform/db/transaction.ts";
import { DataFolderInUseError, lockDataFolder } from "../platform/instance-lock.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Lets the operator help a person sign in who cannot receive mail: prints a link that works once for an hour, or sets
 * the password read from standard input and ends the person's sessions. Both are in the audit log. Safe while the
 * server runs.
 *
 * @returns The exit code.
 */
export async function resetPassword(
  config: Config,
  terminal: Terminal,
  options: { email: string; fromStdin: boolean; clock: Clock },
): Promise<number> {
  if (!existsSync(join(config.dataDir, "system.db"))) {
    throw new Error(`there is no instance in ${config.dataDir}; set DATA_DIR to its data folder`);
  }
  requireSystemLog(config.dataDir);
  const { release, isAlone } = lockUnlessRunning(config.dataDir);
  const databases = openDatabases(config.dataDir);
  const { system } = databases;
  if (isAlone) {
    // If this command changed system.db, the next start could not see that it is an older copy.
    const audit = createAuditLog(system, options.clock);
    const tell = (_facts: object, sentence: string) => terminal.err(sentence);
    holdIfOlder(databases, config.dataDir, { audit, clock: options.clock, tell });
  }
  try {
    const person = findPersonByEmail(system, options.email);
    if (person === undefined) {
      throw new Error("there is no account with this address");
    }
    if (options.fromStdin) {
      const password = await terminal.readLine();
      await forcePassword(system, person.id, password, options.clock(), () =>
        record(system, options.clock, person, "user.set-password"),
      );
      terminal.out("Password set. This account was signed out everywhere.");
    } else {
      const now = options.clock();
      const publicUrl = publicUrlOf(config, system);
      const link = inTransaction(system, () => {
        record(system, options.clock, person, "user.reset-link");
        return newPasswordLink(system, publicUrl, person.id, now, RESET_MS);
      });
      terminal.err("This link sets a new password. It works once and expires after one hour:");
      terminal.out(link);
    }
    return 0;
  } finally {
    databases.close();
    release();
  }
}

/**
 * Locks the data folder when no server is running. Beside a running server, the database must stay at the version
 * that server knows. Returns a function that releases the folder, and whether no server is running.
 */
function lockUnlessRunning(dataDir: string): { release: () => void; isAlone: boolean } {
  try {
    const release = lockDataFolder(dataDir, 0);
    try {
      requireOwnLog(dataDir);
      return { release, isAlone: true };
    } catch (error) {
      release();
      throw error;
    }
  } catch (error) {
    if (!(error instanceof DataFolderInUseError)) {
      throw error;
    }
    const db = openConnection(join(dataDir, "system.db"), { readonly: true });
    const version = Number(db.pragma("user_version", { simple: true }));
    db.close();
    if (version !== currentVersion("system")) {
      throw new Error(
        "the server that is using this data folder is another version of SwiftMail; run this command with that version, or stop the server first",
      );
    }
    return { release: () => undefined, isAlone: false };
  }
}

function record(system: Connection, clock: Clock, person: Person, action: AuditAction): void {
  const detail = { by: "console" };
  createAuditLog(system, clock).record({
    actorId: null,
    workspaceId: null,
    action,
    target: person.id,
    detail,
  });
}
