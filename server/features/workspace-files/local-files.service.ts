import { existsSync, readdirSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import { type LostLimits, lostLimits } from "../../delivery/index.ts";
import { type DamageNotice, noteDamage } from "../../platform/db/damage.store.ts";
import type { Databases } from "../../platform/db/databases.ts";
import { type FileFault, faultOf, lookAtFile, shapeOf } from "../../platform/db/file-fault.ts";
import { inboxPath, isReplaced, missingInboxes } from "../../platform/db/inbox-file.ts";
import { currentVersion } from "../../platform/db/migrate.ts";
import { holderPath, lockHolder } from "../../platform/instance-lock.ts";
import { log } from "../../platform/log.ts";

const INBOX_FILE = /^inbox_([0-9a-z]{26})\.db$/;

/** Faults of files in local/ that are neither a journal nor a workspace. */
export type LocalFaults = {
  /** Inboxes that were created here and are missing, by workspace id. */
  missingInboxes: string[];
  badInboxes: { id: string; path: string; fault: FileFault }[];
  limits: LostLimits[];
  /** The lock file that names the process using the folder, when it cannot be read. */
  holder: string | undefined;
};

/**
 * Checks the files in local/ without changing anything. Used by both the doctor and the server's start, so that their
 * reports agree.
 *
 * @param look Checks one inbox; by default only its header and length.
 */
export function localFaults(
  dataDir: string,
  look: (path: string) => FileFault | undefined = lookAtInbox,
): LocalFaults {
  const badInboxes = inboxIds(dataDir).flatMap((id) => {
    const path = inboxPath(dataDir, id);
    const fault = look(path);
    return fault === undefined ? [] : [{ id, path, fault }];
  });
  return {
    missingInboxes: missingInboxes(dataDir),
    badInboxes,
    limits: lostLimits(dataDir),
    holder: unreadableHolder(dataDir),
  };
}

/**
 * The lock file that names the process using the folder, when it cannot be read. Locking the folder writes it again.
 */
export function unreadableHolder(dataDir: string): string | undefined {
  const path = holderPath(dataDir);
  return existsSync(path) && lockHolder(dataDir) === undefined ? path : undefined;
}

/** Workspace ids of the inboxes that have a file. */
export function inboxIds(dataDir: string): string[] {
  const local = join(dataDir, "local");
  const names = existsSync(local) ? readdirSync(local).sort() : [];
  return names.flatMap((name) => INBOX_FILE.exec(name)?.[1] ?? []);
}

/** Checks an inbox file from outside. @returns its fault; undefined when none is visible. */
export function lookAtInbox(path: string): FileFault | undefined {
  if (shapeOf(path)?.bytes === 0) {
    // A process killed right after creating the file leaves it empty. Its tables are created at the next use.
    return undefined;
  }
  try {
    return lookAtFile(path, currentVersion("inbox"));
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) {
      throw error;
    }
    return fault;
  }
}

/**
 * Records faults in local/ for the console, the doctor and the metrics, and keeps unreadable files. Must be called at
 * the start, before another thread opens a missing file and creates it again.
 */
export function noteLocalFaults(databases: Databases, faults: LocalFaults, now: number): void {
  const note = (found: Pick<DamageNotice, "kind" | "path"> & { kept?: string }) =>
    noteDamage(databases.system, { at: now, bytes: 0, records: 0, kept: "", ...found });
  const replaced = faults.badInboxes.filter(({ fault }) => isReplaced(fault)).map(({ id }) => id);
  for (const id of [...faults.missingInboxes, ...replaced]) {
    openAnew(databases, id);
  }
  for (const { path, fault } of faults.badInboxes.filter((bad) => !isReplaced(bad.fault))) {
    log.error({ path, reason: fault.reason, detail: fault.message }, "an inbox cannot be used");
    note({ kind: "inbox_unusable", path });
  }
  for (const { path, why } of faults.limits) {
    const kept = why === "" ? "" : putAside(path, now);
    log.error({ path, why, kept }, "learned limits are lost");
    note({ kind: "limits_lost", path, kept });
  }
  if (faults.holder !== undefined) {
    log.error(
      { path: faults.holder },
      "the file that names the process using the folder was damaged",
    );
    note({ kind: "holder_unreadable", path: faults.holder });
  }
}

/** Opening an inbox reports that it is missing or damaged, and replaces it. */
function openAnew(databases: Databases, id: string): void {
  try {
    databases.inbox(id);
  } catch (error) {
    // The disk may be full. The next use of the inbox tries again.
    log.error({ inbox: id, err: error }, "an inbox could not be created again");
  }
}

/** @returns the file's new path; "" when it could not be moved. */
function putAside(path: string, now: number): string {
  const kept = join(path, "..", `${basename(path)}.damaged-${now}`);
  try {
    renameSync(path, kept);
    return kept;
  } catch (error) {
    log.warn({ path, err: error }, "a damaged file could not be moved");
    return "";
  }
}
