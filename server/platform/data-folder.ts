import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "./errors.ts";

/** Folders inside the data folder that the server reads and writes; each is created when it is needed. */
const FOLDERS = [
  "",
  "local",
  "local/journal",
  "local/journal/delivery",
  "local/journal/web",
  "local/limits",
  "local/exports",
  "local/imports",
  "local/kept",
  "local/inboxes",
];
const FILES = ["local/instance.lock", "local/node-id", "local/system-seen"];

/** A path in the data folder that the server cannot use, and what to do about it. */
export type FolderFault = { said: string; mend: string };

/**
 * Finds the first path in the data folder that is not a folder or file as it should be, or that this user cannot read
 * and write. Without this check a start fails in the middle with the bare error of a system call.
 */
export function folderFault(dataDir: string): FolderFault | undefined {
  for (const [names, kind] of [
    [FOLDERS, "folder"],
    [FILES, "file"],
  ] as const) {
    for (const name of names) {
      const fault = faultAt(join(dataDir, name), kind);
      if (fault !== undefined) {
        return fault;
      }
    }
  }
  return undefined;
}

function faultAt(path: string, kind: "folder" | "file"): FolderFault | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) {
      return undefined;
    }
    if (found.isDirectory() !== (kind === "folder")) {
      return {
        said: `${path} is not a ${kind}.`,
        mend: "Restore it from your backup, or move it away: the server makes it again, without what was in it.",
      };
    }
    const search = kind === "folder" ? constants.X_OK : 0;
    accessSync(path, constants.R_OK | constants.W_OK | search);
    return undefined;
  } catch (error) {
    return {
      said: `${path} cannot be read and written (${messageOf(error)}).`,
      mend: "Give the user that runs SwiftMail permission to read and write the data folder and everything in it.",
    };
  }
}
