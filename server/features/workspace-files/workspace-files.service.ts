import type { Clock } from "../../platform/clock.ts";
import {
  type DamageKind,
  isOnHold,
  readDamage,
  unreadDamage,
} from "../../platform/db/damage.store.ts";
import type { Databases } from "../../platform/db/databases.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { FileFault, lookAtFile, shapeOf } from "../../platform/db/file-fault.ts";
import { currentVersion } from "../../platform/db/migrate.ts";
import { forgetMarks, lostLogSentence } from "../../platform/db/open-marks.ts";
import { setAsideRows } from "../../platform/db/set-aside.store.ts";
import { lookAtWorkspace, workspaceIds, workspacePath } from "../../platform/db/workspace-files.ts";
import { ASK_EVERY_MS } from "../../platform/db/workspace-handles.ts";
import { AppError, because, notFound } from "../../platform/errors.ts";
import { log } from "../../platform/log.ts";
import type { InspectFile } from "../ports.ts";
import { namesOf } from "./workspace-files.store.ts";

type Desk = { databases: Databases; dataDir: string; clock: Clock; inspect: InspectFile };

/** Faults that may disappear by themselves, for instance when a mount or a permission is restored. */
const PASSING = ["io_error", "unreadable", "missing"];
const PASSING_EVERY_MS = 60_000;
const LOOK_EVERY_MS = 300_000;
const AT_ONCE = 50;

/** Workspaces that are set aside and other damage, for the administrator. */
export function readDamageReport(databases: Databases) {
  const { system } = databases;
  const setAside = databases.setAsideRows().map((row) => ({ ...row, ...namesOf(system, row) }));
  return { setAside, notices: unreadDamage(system) };
}

/**
 * Marks a notice as read by the administrator. Reading the notice that system.db is an older copy ends the hold.
 *
 * @returns the notice's kind.
 * @throws AppError `not_found` when there is none to read.
 */
export function readNotice(system: Connection, id: number, now: number): DamageKind {
  const kind = readDamage(system, id, now);
  if (kind === undefined) {
    throw notFound("notice");
  }
  return kind;
}

/** What /readyz reports about workspaces: how many are set aside and why, without names; and that all are on hold. */
export function setAsideSentence(databases: Databases): string {
  const rows = databases.setAsideRows();
  const reasons = [...new Set(rows.map(({ reason }) => reason))].join(", ");
  const aside = rows.length === 0 ? [] : [`${rows.length} set aside: ${reasons}`];
  const held = isOnHold(databases.system) ? ["on hold: system.db is an older copy"] : [];
  return [...held, ...aside].join("; ");
}

/**
 * Checks every workspace's file from outside, and sets aside those that cannot be used or whose write-ahead log was
 * lost. Must be called before anything opens them.
 */
export function lookAtAll(
  databases: Databases,
  dataDir: string,
  lostLogs: readonly string[],
): void {
  const ids = workspaceIds(databases.system);
  for (const id of ids) {
    const path = workspacePath(dataDir, id);
    const fault = lookAtFile(path, currentVersion("workspace"), true);
    if (fault !== undefined) {
      databases.setAside(id, fault);
    } else if (lostLogs.includes(id)) {
      databases.setAside(id, new FileFault("log_missing", lostLogSentence(dataDir, id)));
    }
  }
  // A workspace whose entry could not be stored is found again at the next start, by its mark.
  databases.setAsideIds();
  const known = setAsideRows(databases.system).map(({ workspaceId }) => workspaceId);
  forgetMarks(
    dataDir,
    lostLogs.filter((id) => known.includes(id) || !ids.includes(id)),
  );
}

/**
 * Reads the whole file of a workspace that is set aside and, when it is intact, brings the workspace back.
 *
 * @throws AppError `not_found` when it is not set aside.
 */
export async function checkAgain(desk: Desk, workspaceId: string): Promise<FileFault | undefined> {
  const row = rowOf(desk.databases, workspaceId);
  // A connection that opened the file without its log may have left an empty one.
  const isLogStillLost =
    row.reason === "log_missing" && (shapeOf(`${row.path}-wal`)?.bytes ?? 0) === 0;
  const fault = isLogStillLost
    ? new FileFault("log_missing", row.detail)
    : await desk.inspect(row.path);
  if (fault === undefined && (await bringBack(desk, workspaceId))) {
    log.info({ workspaceId }, "a workspace is intact and in use again");
  }
  return fault;
}

/** Resolves when every thread uses the workspace again. @returns false when it was not set aside. */
async function bringBack({ databases, clock }: Desk, workspaceId: string): Promise<boolean> {
  const isBack = databases.bringBack(workspaceId, clock());
  // Until then another thread may still refuse the workspace, although the caller was told that it is back.
  await Bun.sleep(ASK_EVERY_MS);
  return isBack;
}

/**
 * Uses a workspace as it is, without its lost write-ahead log.
 *
 * @throws AppError `not_found` when it is not set aside, `illegal_state` when it was set aside for another reason or
 * the file itself is damaged.
 */
export async function acceptAsItIs(desk: Desk, workspaceId: string): Promise<void> {
  const row = rowOf(desk.databases, workspaceId);
  if (row.reason !== "log_missing") {
    throw new AppError("illegal_state", because("only_lost_logs"));
  }
  const fault = await desk.inspect(row.path);
  if (fault !== undefined) {
    throw new AppError("illegal_state", because("file_also_damaged", { fault: fault.message }));
  }
  await bringBack(desk, workspaceId);
  log.warn({ workspaceId }, "a workspace is used without the changes in its lost log");
}

function rowOf(databases: Databases, workspaceId: string) {
  const row = databases.setAsideRows().find((aside) => aside.workspaceId === workspaceId);
  if (row === undefined) {
    throw notFound("workspace_set_aside");
  }
  return row;
}

/**
 * Monitors the files while the server runs: unused files are checked from time to time, and faults that may have
 * disappeared are checked again. Workspaces set aside before the start come first.
 *
 * @returns a function that stops the monitoring.
 */
export function watchFiles(desk: Desk): () => void {
  let stopped = false;
  const checkAll = async (reasons?: readonly string[]) => {
    for (const { workspaceId, reason } of desk.databases.setAsideRows()) {
      if (!stopped && (reasons === undefined || reasons.includes(reason))) {
        await checkAgain(desk, workspaceId);
      }
    }
  };
  const passing = setInterval(() => void checkAll(PASSING).catch(logFailure), PASSING_EVERY_MS);
  const looking = setInterval(
    () => void lookSlowly(desk, () => stopped).catch(logFailure),
    LOOK_EVERY_MS,
  );
  void checkAll().catch(logFailure);
  return () => {
    stopped = true;
    clearInterval(passing);
    clearInterval(looking);
  };
}

async function lookSlowly({ databases, dataDir }: Desk, isStopped: () => boolean): Promise<void> {
  for (const [i, id] of workspaceIds(databases.system).entries()) {
    if (i % AT_ONCE === 0) {
      await Bun.sleep(1);
    }
    if (isStopped()) {
      return;
    }
    const fault = lookAtWorkspace(dataDir, id);
    if (fault !== undefined) {
      databases.setAside(id, fault);
    }
  }
}

function logFailure(error: unknown): void {
  log.error({ err: error }, "checking the workspaces' files failed; it is tried again");
}
