import { chmodSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { log } from "./log.ts";

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const OTHERS = 0o077;
/** SwiftMail's own files outside local/. Other files in the data folder are left unchanged. */
const OWN_FILES = /^(system\.db|t_[0-9a-z]{26}\.db|master\.key)/;

/**
 * Removes other users' access to the data folder and all of SwiftMail's files in it: folders 0700, files 0600. Symbolic
 * links are not followed.
 *
 * @returns paths that remain accessible to others because they belong to another user.
 */
export function makePrivate(dataDir: string): string[] {
  const left: string[] = [];
  close(dataDir, left);
  for (const name of readdirSync(dataDir)) {
    if (name === "local") {
      closeTree(join(dataDir, name), left);
    } else if (OWN_FILES.test(name)) {
      close(join(dataDir, name), left);
    }
  }
  if (left.length > 0) {
    log.warn(
      { paths: left.slice(0, 5), n: left.length },
      "other users can access files of the data folder",
    );
  }
  return left;
}

/** Paths of the data folder that other users of this machine can access. */
export function openToOthers(dataDir: string): string[] {
  const own = readdirSync(dataDir).filter((name) => name === "local" || OWN_FILES.test(name));
  return [dataDir, ...own.map((name) => join(dataDir, name))].filter((path) => {
    const entry = lstatSync(path, { throwIfNoEntry: false });
    return entry !== undefined && !entry.isSymbolicLink() && (entry.mode & OTHERS) !== 0;
  });
}

function closeTree(path: string, left: string[]): void {
  close(path, left);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) {
      closeTree(inside, left);
    } else {
      close(inside, left);
    }
  }
}

function close(path: string, left: string[]): void {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (entry === undefined || entry.isSymbolicLink() || (entry.mode & OTHERS) === 0) {
    return;
  }
  try {
    chmodSync(path, entry.isDirectory() ? FOLDER_MODE : FILE_MODE);
  } catch {
    left.push(path);
  }
}
