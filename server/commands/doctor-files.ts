import { existsSync } from "node:fs";
import { type DamageNotice, unreadDamage } from "../platform/db/damage.store.ts";
import type { Connection } from "../platform/db/driver.ts";
import { type FaultReason, FileFault, lookAtFile } from "../platform/db/file-fault.ts";
import { lookInside } from "../platform/db/look-inside.ts";
import {
  lostLogSentence,
  lostSystemLog,
  workspacesWithLostLog,
} from "../platform/db/open-marks.ts";
import { isOverwritten } from "../platform/db/overwritten.ts";
import { setAsideRows } from "../platform/db/set-aside.store.ts";
import { isAbsent, systemFault, systemFileFault, systemPath } from "../platform/db/system-file.ts";
import { workspaceIds, workspacePath } from "../platform/db/workspace-files.ts";
import { messageOf } from "../platform/errors.ts";
import { adviceFor, type Finding } from "./doctor-checks.ts";
import { databaseFiles } from "./scrub.ts";

const NAMED = 5;

const advice: Record<FaultReason, string> = {
  missing: "Restore the file from your backup",
  unreadable: "Give the user of the server the right to read and write it",
  not_a_database: "Restore the file from your backup",
  damaged: "Restore the file from your backup, or repair it with sqlite3's .recover",
  newer: "Run the newer SwiftMail that wrote it",
  migration_failed: "Put the file back from your backup, and report this",
  io_error: "Check the disk and its cable, then the file",
  replaced: "Make sure that the file in its place is the right one",
  log_missing:
    "Put the file ending in -wal back, or use the workspace as it is from the instance console: part of the most recent changes may be missing then",
  no_tables:
    "Put the file ending in -wal back if you have it: everything was in it. Else restore both from your backup",
};

/** Checks that system.db exists, is intact, and has a version that this program can read. */
export function checkSystemDatabase(dataDir: string): Finding {
  const path = systemPath(dataDir);
  const fault = existsSync(dataDir) ? systemFileFault(dataDir) : undefined;
  if (fault !== undefined) {
    return { verdict: "fail", said: fault.said, mend: fault.mend };
  }
  if (isAbsent(dataDir)) {
    return { verdict: "ok", said: "none yet; the first start creates it" };
  }
  const lost = lostSystemLog(dataDir);
  if (lost !== undefined) {
    return { verdict: "fail", said: lost.said, mend: `${lost.mend}.` };
  }
  try {
    const { whole, mode, version } = lookInside(dataDir, path, (db) => ({
      whole: db.pragma("quick_check(1)", { simple: true }),
      mode: db.pragma("journal_mode", { simple: true }),
      version: Number(db.pragma("user_version", { simple: true })),
    }));
    if (whole !== "ok") {
      throw new FileFault("damaged", String(whole));
    }
    return mode === "wal"
      ? { verdict: "ok", said: `system.db is whole, version ${version}` }
      : {
          verdict: "fail",
          said: `system.db has journal mode ${String(mode)}`,
          mend: "Something else changed it; set WAL.",
        };
  } catch (error) {
    const found = systemFault(path, error);
    const said = messageOf(error);
    return {
      verdict: "fail",
      said: found?.said ?? `system.db cannot be read: ${said}`,
      mend: found?.mend ?? adviceFor(error, "Check its owner and mode."),
    };
  }
}

/** Checks that every workspace's file can be used: which are set aside, and what is visible from outside. */
export function checkWorkspaces(dataDir: string, newestVersion: number): Finding {
  return withSystem(dataDir, (system) => {
    const ids = workspaceIds(system);
    const found = new Map(
      setAsideRows(system).map(({ workspaceId, path, reason, detail }) => [
        workspaceId,
        { path, reason, detail },
      ]),
    );
    for (const id of workspacesWithLostLog(dataDir)) {
      const path = workspacePath(dataDir, id);
      found.set(id, { path, reason: "log_missing", detail: lostLogSentence(dataDir, id) });
    }
    for (const id of ids) {
      const path = workspacePath(dataDir, id);
      const fault = lookAtFile(path, newestVersion, true);
      if (fault !== undefined && !found.has(id)) {
        found.set(id, { path, reason: fault.reason, detail: fault.message });
      }
    }
    const bad = [...found.values()];
    return bad.length === 0
      ? { verdict: "ok", said: `${ids.length} can be used` }
      : {
          verdict: "fail",
          said: listed(bad.map(({ path, reason, detail }) => `${path}: ${reason} (${detail})`)),
          mend: listed([...new Set(bad.map(({ reason }) => `${advice[reason]}.`))]),
        };
  });
}

/** Reports damage that nobody has acknowledged on the instance console. */
export function checkDamage(dataDir: string): Finding {
  return withSystem(dataDir, (system) => {
    const notices = unreadDamage(system);
    const said = notices.map(noticeLine);
    return notices.length === 0
      ? { verdict: "ok", said: "none that nobody has read of" }
      : { verdict: "warn", said: listed(said), mend: "Read about it on the instance console." };
  });
}

/** Checks for files from before deleted content was overwritten, which may still contain it. */
export function checkDeleted(dataDir: string): Finding {
  return withSystem(dataDir, () => {
    const old = databaseFiles(dataDir).filter((path) => !isClean(dataDir, path));
    return old.length === 0
      ? { verdict: "ok", said: "is overwritten in every file" }
      : {
          verdict: "warn",
          said: listed(
            old.map(
              (path) => `${path} is from an older version and may still hold what was deleted then`,
            ),
          ),
          mend: "Stop the server and run `swiftmail scrub` once; it needs free space of twice the size of the largest file.",
        };
  });
}

/** An unreadable file is reported by another check. */
function isClean(dataDir: string, path: string): boolean {
  try {
    return lookInside(dataDir, path, isOverwritten);
  } catch {
    return true;
  }
}

function noticeLine({ kind, path, bytes, records, kept }: DamageNotice): string {
  const place = kept === "" ? "" : `, kept as ${kept}`;
  switch (kind) {
    case "older_copy":
      return `${path} is an older copy, made before campaigns of it were sent: those that would send by themselves are paused or drafts again`;
    case "results_lost":
      return `${path} is an older copy, and the journal no longer holds all that happened since: its numbers are too low, and its campaigns are paused because people who wait there may have the message already or may have unsubscribed`;
    case "journal_missing":
      return `${path} is missing: results, opens, clicks and unsubscribes that were in it are lost; if all of local/ was missing, so are the test inboxes and uploads that waited`;
    case "journal_bytes":
      return `${path}: ${bytes} bytes could not be read, at least ${records} records are lost${place}`;
    case "inbox_damaged":
      return `${path} was damaged, and an empty inbox took its place${place}`;
    case "inbox_missing":
      return `${path} was missing, and an empty inbox took its place`;
    case "inbox_unusable":
      return `${path} cannot be used, and no mail comes into this inbox`;
    case "limits_lost":
      return `${path} was missing or could not be read: it is not known any more which quotas are used up, how far warm-ups have come and which limits are suspended${place}`;
    case "holder_unreadable":
      return `${path} could not be read and was written anew; nothing else rests on it, but its disk may be failing`;
  }
}

function withSystem(dataDir: string, look: (system: Connection) => Finding): Finding {
  if (!existsSync(dataDir) || isAbsent(dataDir)) {
    return { verdict: "ok", said: "none yet" };
  }
  return lookInside(dataDir, systemPath(dataDir), (system) => {
    const isMade = Number(system.pragma("user_version", { simple: true })) > 0;
    return isMade ? look(system) : { verdict: "ok", said: "none yet" };
  });
}

/** Lists the first few and the number of the others. */
export function listed(lines: string[]): string {
  const more = lines.length - NAMED;
  return `${lines.slice(0, NAMED).join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}
