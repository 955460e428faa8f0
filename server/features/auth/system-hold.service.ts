// An older copy of system.db restores access that was removed: revoked keys, ended sessions, removed people, old
// passwords. It is unknown which of them changed, so all of them are refused until an administrator has checked.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../platform/clock.ts";
import { isOnHold, noteDamage } from "../../platform/db/damage.store.ts";
import type { Databases } from "../../platform/db/databases.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { systemPath } from "../../platform/db/system-file.ts";
import { type SystemLoss, systemLoss, systemSeenPath } from "../../platform/db/system-seen.ts";
import { beginHistory } from "../../platform/db/system-version.store.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { workspaceIds } from "../../platform/db/workspace-files.ts";
import { holdAll } from "../../platform/db/workspace-seen.store.ts";
import { AppError, because } from "../../platform/errors.ts";
import { cancelInstanceMail } from "../../platform/scheduler/job.store.ts";
import { createJobQueue } from "../../platform/scheduler/job-queue.ts";
import { holdAllKeys } from "../api-keys/api-keys.service.ts";
import type { AuditLog } from "../ports.ts";
import { forgetAllTokens } from "../users/reset.service.ts";
import { removeAllSessions } from "../users/sessions.service.ts";
import { markPasswordsOld, type UserRow } from "../users/users.service.ts";
import { endAllInvitations } from "../workspaces/invitations.service.ts";
import { skipNumbers } from "../workspaces/workspaces.service.ts";

const WORKSPACE_FILE = /^t_([0-9a-z]{26})\.db$/;
/** More workspaces than are created between two backups. */
const SKIPPED_NUMBERS = 1_000;

/** The kind of job that queues jobs which the copy lacks. It runs once the hold has ended. */
export const LOST_JOBS = "system.lost-jobs";

export type HoldDesk = {
  audit: AuditLog;
  clock: Clock;
  /** Informs the operator, in the log or on the terminal. */
  tell: (facts: Record<string, unknown>, sentence: string) => void;
};

/** What the operator has to do while the hold lasts. */
export const HOLD_REMEDY =
  "If you have the right system.db, stop the server and put it back together with its -wal, or restore the whole data folder from one backup. To continue with this copy, run `swiftmail user reset-password <your address>`, sign in as an administrator of this instance with the new password, check who has access, and choose on the instance page to continue with this copy.";

/**
 * Compares `system.db` with what was noted outside it. If it lacks changes, everything that may come back with an older
 * copy is refused until an administrator has read the notice: sessions, links for passwords and invitations end, API
 * keys are turned off one by one, campaigns wait, no job runs, and only an administrator with a new password can sign
 * in.
 *
 * The first thread that opens the file must call this before anything is served. From then on, this thread notes its
 * version.
 */
export function holdIfOlder(databases: Databases, dataDir: string, desk: HoldDesk): void {
  const { system } = databases;
  const loss = systemLoss(dataDir, system);
  if (loss === "unknown") {
    noteUnchecked(system, systemSeenPath(dataDir), desk);
  } else if (loss !== undefined) {
    hold(databases, dataDir, loss, desk);
  }
  databases.keepSystem();
  if (isOnHold(system)) {
    desk.tell({ path: systemPath(dataDir) }, `system.db is an older copy. ${HOLD_REMEDY}`);
  }
}

/**
 * Refuses a person while the hold lasts. An administrator needs a password that was set after the hold began. Setting
 * one requires access to the server, because no mail is sent during the hold.
 *
 * @throws AppError `on_hold`
 */
export function refuseOnHold(system: Connection, user: UserRow): void {
  if (isOnHold(system) && (user.isAdmin === 0 || user.passwordIsOld === 1)) {
    throw new AppError("on_hold", because("held_for_administrator"));
  }
}

function hold(
  { system }: Databases,
  dataDir: string,
  { changes, until }: SystemLoss,
  { audit, clock, tell }: HoldDesk,
): void {
  const now = clock();
  const path = systemPath(dataDir);
  const unknown = unknownWorkspaces(system, dataDir);
  const undone = inTransaction(system, () => {
    const notice = { at: now, bytes: 0, records: 0, kept: "" };
    noteDamage(system, { ...notice, kind: "system_older", path, records: changes });
    for (const file of unknown) {
      noteDamage(system, { ...notice, kind: "workspace_unknown", path: file });
    }
    const ended = {
      sessions: removeAllSessions(system),
      keys: holdAllKeys(system, now),
      invitations: endAllInvitations(system, now),
    };
    forgetAllTokens(system);
    markPasswordsOld(system);
    cancelInstanceMail(system, now);
    createJobQueue(system, () => now).enqueue(LOST_JOBS, null, {}, { uniqueKey: LOST_JOBS });
    holdAll(system, "system", now);
    skipNumbers(system, SKIPPED_NUMBERS);
    const entry = { actorId: null, workspaceId: null, action: "instance.hold" } as const;
    audit.record({ ...entry, detail: { changes, until, ...ended } });
    beginHistory(system);
    return ended;
  });
  tell(
    { path, changes, lastKnown: new Date(until).toISOString(), unknown, ...undone },
    "system.db lacks changes that were saved: it is an older copy, or its log was cut. Everybody was signed out, API keys are turned off, and nothing is sent",
  );
}

function noteUnchecked(system: Connection, path: string, { clock, tell }: HoldDesk): void {
  tell(
    { path },
    "it is unknown whether system.db is an older copy, because its note is missing or damaged",
  );
  noteDamage(system, {
    at: clock(),
    kind: "system_unchecked",
    path,
    bytes: 0,
    records: 0,
    kept: "",
  });
}

/** Files of workspaces that were created after the copy was made. */
function unknownWorkspaces(system: Connection, dataDir: string): string[] {
  const known = new Set(workspaceIds(system));
  return readdirSync(dataDir)
    .filter((name) => {
      const id = WORKSPACE_FILE.exec(name)?.[1];
      return id !== undefined && !known.has(id);
    })
    .sort()
    .map((name) => join(dataDir, name));
}
