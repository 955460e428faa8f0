import { chmodSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { log } from "./log.ts";

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const OTHERS = 0o077;
/** What SwiftMail makes beside local/. A data folder may hold other things too, which are left alone. */
const OWN_FILES = /^(system\.db|t_[0-9a-z]{26}\.db|master\.key)/;

/**
 * Takes away what others on this machine may do with the data folder and everything SwiftMail keeps in it:
 * folders 0700, files 0600. Symbolic links are not followed.
 *
 * @returns paths that others may still reach, because they belong to somebody else.
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
      "others may read files of the data folder",
    );
  }
  return left;
}

/** Paths of the data folder that others on this machine may reach. */
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
