import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { unreadableLimits } from "../delivery/index.ts";
import { FileFault, faultOf, lookAtFile, shapeOf } from "../platform/db/file-fault.ts";
import { lookInside } from "../platform/db/look-inside.ts";
import { currentVersion } from "../platform/db/migrate.ts";
import { systemPath } from "../platform/db/system-file.ts";
import { holderPath, lockHolder } from "../platform/instance-lock.ts";
import type { Finding } from "./doctor-checks.ts";
import { listed } from "./doctor-files.ts";

const INBOX_FILE = /^inbox_[0-9a-z]{26}\.db$/;

const STARTS_ANEW =
  "SwiftMail puts it aside and begins an empty inbox as soon as the inbox is used. If you need the mail in it, stop the server and put the file back from your backup.";

/** Whether the inboxes (captured and received mail) can be read. Reads each from end to end. */
export function checkInboxes(dataDir: string): Finding {
  const paths = filesOf(join(dataDir, "local"), INBOX_FILE);
  const bad = paths.flatMap((path) => {
    const fault = inboxFault(dataDir, path);
    return fault === undefined ? [] : [{ path, fault }];
  });
  if (bad.length === 0) {
    return { verdict: "ok", said: paths.length === 0 ? "none yet" : `${paths.length} can be read` };
  }
  const isInTheWay = bad.some(({ fault }) => !startsAnew(fault));
  const advice = new Set(bad.map(({ fault }) => adviceFor(fault)));
  return {
    verdict: isInTheWay ? "fail" : "warn",
    said: listed(bad.map(({ path, fault }) => `${path}: ${fault.reason} (${fault.message})`)),
    mend: [...advice].join(" "),
  };
}

function inboxFault(dataDir: string, path: string): FileFault | undefined {
  if (shapeOf(path)?.bytes === 0) {
    // A killed process leaves one that was just made so; its tables are made at the next use.
    return undefined;
  }
  try {
    const seen = lookAtFile(path, currentVersion("inbox"));
    if (seen !== undefined) {
      return seen;
    }
    const found = lookInside(dataDir, path, (db) =>
      String(db.pragma("quick_check(1)", { simple: true })),
    );
    return found === "ok" ? undefined : new FileFault("damaged", found);
  } catch (error) {
    return faultOf(error) ?? new FileFault("unreadable", String(error));
  }
}

function startsAnew({ reason }: FileFault): boolean {
  return reason === "not_a_database" || reason === "damaged";
}

function adviceFor(fault: FileFault): string {
  if (startsAnew(fault)) {
    return STARTS_ANEW;
  }
  return fault.reason === "newer"
    ? "Run the newer SwiftMail that wrote it."
    : "Check the disk, and give the user of the server the right to read and write the file.";
}

/** Whether the small files beside the databases hold what SwiftMail writes there. */
export function checkLocalFiles(dataDir: string): Finding {
  if (existsSync(systemPath(dataDir)) && !existsSync(join(dataDir, "local"))) {
    return {
      verdict: "warn",
      said: `${join(dataDir, "local")} is missing, though the instance has run`,
      mend: "Put it back before the next start: the journal with the latest results, opens, clicks and unsubscribes is in it, and so are the test inboxes and uploads that wait.",
    };
  }
  const limits = unreadableLimits(dataDir);
  const isNoteBad = existsSync(holderPath(dataDir)) && lockHolder(dataDir) === undefined;
  const said = limits.map(({ path, why }) => `${path} cannot be read (${why})`);
  const mend: string[] = [];
  if (limits.length > 0) {
    mend.push(
      "Stop the server and put the files in local/limits back from your backup. Without them the next start forgets which quotas are used up, how far warm-ups have come and which limits are suspended, and a relay may be sent more than its quota that day.",
    );
  }
  if (isNoteBad) {
    said.push(`${holderPath(dataDir)} does not say who uses the folder`);
    mend.push("The next start of the server writes instance.json anew; nothing else rests on it.");
  }
  return said.length === 0
    ? { verdict: "ok", said: "can be read" }
    : { verdict: "warn", said: listed(said), mend: mend.join(" ") };
}

function filesOf(folder: string, pattern: RegExp): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(folder, name));
}
