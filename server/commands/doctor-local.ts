import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  inboxIds,
  localFaults,
  lookAtInbox,
} from "../features/workspace-files/local-files.service.ts";
import { folderFault } from "../platform/data-folder.ts";
import { FileFault, faultOf, shapeOf } from "../platform/db/file-fault.ts";
import { inboxPath, isReplaced } from "../platform/db/inbox-file.ts";
import { lookInside } from "../platform/db/look-inside.ts";
import { systemPath } from "../platform/db/system-file.ts";
import type { Finding } from "./doctor-checks.ts";
import { listed } from "./doctor-files.ts";

const STARTS_ANEW =
  "SwiftMail moves it away and creates an empty inbox as soon as the inbox is used. If you need the mail in it, stop the server and restore the file from your backup.";

const IS_MISSING =
  "SwiftMail creates an empty inbox at the next start. If you need the mail in it, stop the server and restore the file from your backup first.";

/** Checks that the inboxes (captured and received mail) exist and are readable. Reads each completely. */
export function checkInboxes(dataDir: string): Finding {
  const { missingInboxes, badInboxes } = localFaults(dataDir, (path) => inboxFault(dataDir, path));
  if (missingInboxes.length === 0 && badInboxes.length === 0) {
    const count = inboxIds(dataDir).length;
    return { verdict: "ok", said: count === 0 ? "none yet" : `${count} can be read` };
  }
  const isInTheWay = badInboxes.some(({ fault }) => !isReplaced(fault));
  const advice = new Set(badInboxes.map(({ fault }) => adviceFor(fault)));
  return {
    verdict: isInTheWay ? "fail" : "warn",
    said: listed([
      ...missingInboxes.map((id) => `${inboxPath(dataDir, id)} is missing`),
      ...badInboxes.map(({ path, fault }) => `${path}: ${fault.reason} (${fault.message})`),
    ]),
    mend: [...(missingInboxes.length === 0 ? [] : [IS_MISSING]), ...advice].join(" "),
  };
}

function inboxFault(dataDir: string, path: string): FileFault | undefined {
  const seen = lookAtInbox(path);
  if (seen !== undefined || shapeOf(path)?.bytes === 0) {
    return seen;
  }
  try {
    const found = lookInside(dataDir, path, (db) =>
      String(db.pragma("quick_check(1)", { simple: true })),
    );
    return found === "ok" ? undefined : new FileFault("damaged", found);
  } catch (error) {
    return faultOf(error) ?? new FileFault("unreadable", String(error));
  }
}

function adviceFor(fault: FileFault): string {
  if (isReplaced(fault)) {
    return STARTS_ANEW;
  }
  return fault.reason === "newer"
    ? "Run the newer SwiftMail that wrote it."
    : "Check the disk, and give the server's user permission to read and write the file.";
}

/** Checks that the small files beside the databases contain what SwiftMail writes there. */
export function checkLocalFiles(dataDir: string): Finding {
  if (existsSync(systemPath(dataDir)) && !existsSync(join(dataDir, "local"))) {
    return {
      verdict: "warn",
      said: `${join(dataDir, "local")} is missing, although this instance has been used`,
      mend: "Restore it before the next start: it contains the journal with the latest results, opens, clicks and unsubscribes, the test inboxes and waiting uploads.",
    };
  }
  const fault = existsSync(dataDir) ? folderFault(dataDir) : undefined;
  if (fault !== undefined) {
    return { verdict: "fail", ...fault };
  }
  const { limits, holder } = localFaults(dataDir);
  const said = limits.map(({ path, why }) =>
    why === "" ? `${path} is missing` : `${path} cannot be read (${why})`,
  );
  const mend: string[] = [];
  if (limits.length > 0) {
    mend.push(
      "Stop the server and restore the files in local/limits from your backup. Without them SwiftMail forgets used quotas, the progress of warm-ups and suspended limits, and may exceed a relay's quota that day.",
    );
  }
  if (holder !== undefined) {
    said.push(`${holder} does not say which process uses the folder`);
    mend.push("The server rewrites instance.json at its next start; nothing else depends on it.");
  }
  return said.length === 0
    ? { verdict: "ok", said: "can be read" }
    : { verdict: "warn", said: listed(said), mend: mend.join(" ") };
}
