import { existsSync } from "node:fs";
import { HOLD_REMEDY } from "../features/auth/system-hold.service.ts";
import { consentVersion } from "../platform/db/consent-version.store.ts";
import { type DamageNotice, unreadDamage } from "../platform/db/damage.store.ts";
import type { Connection } from "../platform/db/driver.ts";
import { type FaultReason, FileFault, faultOf, lookAtFile } from "../platform/db/file-fault.ts";
import { identityFault } from "../platform/db/file-identity.store.ts";
import { lookAtLog } from "../platform/db/log-base.ts";
import { lookInside } from "../platform/db/look-inside.ts";
import { currentVersion } from "../platform/db/migrate.ts";
import {
  lostLogSentence,
  lostSystemLog,
  workspacesWithLostLog,
} from "../platform/db/open-marks.ts";
import { isOverwritten } from "../platform/db/overwritten.ts";
import { setAsideRows } from "../platform/db/set-aside.store.ts";
import {
  isAbsent,
  systemFault,
  systemFileFault,
  systemLogFault,
  systemPath,
} from "../platform/db/system-file.ts";
import { systemLoss, systemSeenPath } from "../platform/db/system-seen.ts";
import { workspaceIds, workspacePath } from "../platform/db/workspace-files.ts";
import { seenVersion } from "../platform/db/workspace-seen.store.ts";
import { messageOf } from "../platform/errors.ts";
import { isInUse } from "../platform/instance-lock.ts";
import { adviceFor, type Finding } from "./doctor-checks.ts";
import { databaseFiles } from "./scrub.ts";

const NAMED = 5;
const LACKING =
  "its -wal file was cut, or it is an older copy. People who have unsubscribed may be mailable again; restore a newer copy, or check who has unsubscribed before you send";

/** Since this version, `system.db` counts its changes. */
const VERSIONED_SINCE = 22;
const OLDER_SYSTEM =
  "keys that were revoked and people who were removed would have access again, so nobody but an administrator with a new password can sign in, API keys are turned off, and nothing is sent";

const advice: Record<FaultReason, string> = {
  missing: "Restore the file from your backup",
  unreadable: "Give the server's user permission to read and write it",
  not_a_database: "Restore the file from your backup",
  damaged: "Restore the file from your backup, or repair it with sqlite3's .recover",
  newer: "Run the newer SwiftMail that wrote it",
  migration_failed: "Restore the file from your backup, and report this",
  io_error: "Check the disk and its cable, then the file",
  replaced: "Make sure that the file in its place is the right one",
  log_missing:
    "Restore the file ending in -wal, or use the workspace without it on the instance page. Some of the most recent changes may then be missing",
  no_tables:
    "Restore the file ending in -wal if you have it, because it contained everything. Otherwise restore both files from your backup",
  other_workspace:
    "Put the right file back under this name. If two files were swapped, swap them back",
  wrong_log:
    "Put back the file that was there before, and keep the file ending in -wal, because it contains the latest changes. If you no longer have it, restore the file from your backup and move the -wal file away",
};

/** Checks that system.db exists, is intact, and has a version that this program can read. */
export function checkSystemDatabase(dataDir: string): Finding {
  const path = systemPath(dataDir);
  const fault = existsSync(dataDir) ? systemFileFault(dataDir) : undefined;
  if (fault !== undefined) {
    return { verdict: "fail", said: fault.said, mend: fault.mend };
  }
  if (isAbsent(dataDir)) {
    return { verdict: "ok", said: "none yet; it is created when the server first starts" };
  }
  const lost = lostSystemLog(dataDir);
  if (lost !== undefined) {
    return { verdict: "fail", said: lost.said, mend: `${lost.mend}.` };
  }
  try {
    const wrongLog = isInUse(dataDir) ? undefined : systemLogFault(dataDir, lookFrom(dataDir));
    if (wrongLog !== undefined) {
      return { verdict: "fail", said: wrongLog.said, mend: wrongLog.mend };
    }
    const { whole, mode, version } = lookInside(dataDir, path, (db) => ({
      whole: db.pragma("quick_check(1)", { simple: true }),
      mode: db.pragma("journal_mode", { simple: true }),
      version: Number(db.pragma("user_version", { simple: true })),
    }));
    if (whole !== "ok") {
      throw new FileFault("damaged", String(whole));
    }
    return mode === "wal"
      ? { verdict: "ok", said: `system.db is intact, version ${version}` }
      : {
          verdict: "fail",
          said: `system.db has journal mode ${String(mode)}`,
          mend: "Another program changed it; set it back to WAL.",
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
      const fault =
        lookAtFile(path, newestVersion, true) ??
        faultOfLog(dataDir, path) ??
        faultInside(dataDir, path, id);
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

/** Reads the whole file, which takes seconds for a large one. A migration is left to the server. */
function faultInside(dataDir: string, path: string, id: string): FileFault | undefined {
  try {
    return lookInside(dataDir, path, (db) => {
      const found = String(db.pragma("quick_check(1)", { simple: true }));
      const isCurrent = db.pragma("user_version", { simple: true }) === currentVersion("workspace");
      return found === "ok"
        ? isCurrent
          ? identityFault(db, id)
          : undefined
        : new FileFault("damaged", found);
    });
  } catch (error) {
    return faultOf(error) ?? new FileFault("unreadable", messageOf(error));
  }
}

/** Not compared while a server runs: the server compares each file when it opens it, and may be changing it now. */
function faultOfLog(dataDir: string, path: string): FileFault | undefined {
  const hasLog = existsSync(`${path}-wal`);
  const fault = hasLog && !isInUse(dataDir) ? lookAtLog(path, lookFrom(dataDir)) : undefined;
  return fault !== undefined && isInUse(dataDir) ? undefined : fault;
}

function lookFrom(dataDir: string): Parameters<typeof lookAtLog>[1] {
  return (file, look) => lookInside(dataDir, file, look);
}

/** Reports damage whose notice nobody has read on the instance page. */
export function checkDamage(dataDir: string): Finding {
  return withSystem(dataDir, (system) => {
    const lacking = workspaceIds(system)
      .filter((id) => lacksChanges(dataDir, system, id))
      .map((id) => `${workspacePath(dataDir, id)} lacks changes that were saved: ${LACKING}`);
    const said = [
      ...systemLines(dataDir, system),
      ...lacking,
      ...unreadDamage(system).map(noticeLine),
    ];
    return said.length === 0
      ? { verdict: "ok", said: "no unread notices" }
      : { verdict: "warn", said: listed(said), mend: "See the instance page for details." };
  });
}

/** Checks for files from before deleted content was overwritten, which may still contain it. */
export function checkDeleted(dataDir: string): Finding {
  return withSystem(dataDir, () => {
    const old = databaseFiles(dataDir).filter((path) => !isClean(dataDir, path));
    return old.length === 0
      ? { verdict: "ok", said: "deleted data is overwritten in every file" }
      : {
          verdict: "warn",
          said: listed(
            old.map(
              (path) =>
                `${path} is from an older version and may still contain data that was deleted then`,
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

/** True if a start would find that changes of the file are lost. Another check reports files that cannot be read. */
function lacksChanges(dataDir: string, system: Connection, id: string): boolean {
  const seen = seenVersion(system, id);
  try {
    return seen > 0 && lookInside(dataDir, workspacePath(dataDir, id), consentVersion) < seen;
  } catch {
    return false;
  }
}

/** What a start would find about system.db. A running server has already compared it, and may be changing it now. */
function systemLines(dataDir: string, system: Connection): string[] {
  const isComparable = Number(system.pragma("user_version", { simple: true })) >= VERSIONED_SINCE;
  const loss = isComparable && !isInUse(dataDir) ? systemLoss(dataDir, system) : undefined;
  const path = systemPath(dataDir);
  switch (loss) {
    case undefined:
      return [];
    case "unknown":
      return [
        `${systemSeenPath(dataDir)} is missing or cannot be read, so it is unknown whether system.db is an older copy`,
      ];
    default:
      return [`${path} lacks changes that were saved: ${OLDER_SYSTEM}. ${HOLD_REMEDY}`];
  }
}

const JOURNAL_HOLD =
  "campaigns are paused, because unsubscribes may be among the lost records: check who unsubscribed and dismiss the notice under Instance";

function noticeLine({ kind, path, bytes, records, kept }: DamageNotice): string {
  const place = kept === "" ? "" : `, kept as ${kept}`;
  switch (kind) {
    case "older_copy":
      return `${path} is an older copy, from before some of its campaigns were sent: campaigns that would send automatically were paused or turned back into drafts`;
    case "changes_lost":
      return `${path} lacks changes that were saved: ${LACKING}. Campaigns that would send automatically were paused or turned back into drafts`;
    case "results_lost":
      return `${path} is an older copy, and the journal no longer contains everything that happened since: its figures are too low, and its campaigns are paused because waiting recipients may already have the message or may have unsubscribed`;
    case "journal_missing":
      return `${path} is missing: results, opens, clicks and unsubscribes that were in it are lost; if all of local/ was missing, the test inboxes and waiting uploads are lost too; ${JOURNAL_HOLD}`;
    case "journal_bytes":
      return `${path}: ${bytes} bytes could not be read, at least ${records} records are lost${place}; ${JOURNAL_HOLD}`;
    case "inbox_damaged":
      return `${path} was damaged, and was replaced by an empty inbox${place}`;
    case "inbox_missing":
      return `${path} was missing, and was replaced by an empty inbox`;
    case "inbox_unusable":
      return `${path} cannot be used, and this inbox receives no mail`;
    case "limits_lost":
      return `${path} was missing or could not be read: used quotas, the progress of warm-ups and suspended limits are unknown${place}`;
    case "system_older":
      return `${path} is an older copy, or its -wal file was cut: ${OLDER_SYSTEM}. ${HOLD_REMEDY}`;
    case "system_unchecked":
      return `${path} was missing or could not be read, so it is unknown whether system.db is an older copy: check who has access`;
    case "workspace_unknown":
      return `${path} is the file of a workspace that system.db does not list, because it is an older copy: keep the file, and restore a newer system.db if you have one`;
    case "holder_unreadable":
      return `${path} could not be read and was rewritten; nothing else depends on it, but its disk may be failing`;
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
