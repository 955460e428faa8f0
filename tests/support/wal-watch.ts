import { closeSync, openSync, readSync } from "node:fs";

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** Commits to a database since the watch began. */
export type WalTotals = { commits: number; pages: number };

/**
 * Counts commits and pages in a database's write-ahead log while others write it: the volume that a replica would
 * receive. Polls every 20 ms, because a checkpoint restarts the log.
 *
 * @see https://www.sqlite.org/fileformat2.html §4.1
 */
export function watchWal(databasePath: string): { stop(): WalTotals } {
  const generations = new Map<string, WalTotals>();
  const look = () => {
    const found = readWal(`${databasePath}-wal`);
    if (found !== undefined) {
      generations.set(found.salt, found);
    }
  };
  look();
  const before = [...generations.values()].at(-1) ?? { commits: 0, pages: 0 };
  const timer = setInterval(look, 20);
  return {
    stop() {
      clearInterval(timer);
      look();
      const totals = { commits: -before.commits, pages: -before.pages };
      for (const { commits, pages } of generations.values()) {
        totals.commits += commits;
        totals.pages += pages;
      }
      return totals;
    },
  };
}

function readWal(path: string): (WalTotals & { salt: string }) | undefined {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    // Nothing has been written yet.
    return undefined;
  }
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    if (readSync(fd, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) {
      return undefined;
    }
    return countFrames(fd, header.readUInt32BE(8), header.toString("hex", 16, 24));
  } finally {
    closeSync(fd);
  }
}

/** A frame of this generation has the header's salts; after the last one are frames of an older generation. */
function countFrames(fd: number, pageBytes: number, salt: string): WalTotals & { salt: string } {
  const frame = Buffer.alloc(FRAME_HEADER_BYTES);
  let commits = 0;
  let pages = 0;
  let pending = 0;
  for (let at = HEADER_BYTES; ; at += FRAME_HEADER_BYTES + pageBytes) {
    const read = readSync(fd, frame, 0, FRAME_HEADER_BYTES, at);
    if (read < FRAME_HEADER_BYTES || frame.toString("hex", 8, 16) !== salt) {
      return { salt, commits, pages };
    }
    pending += 1;
    // The last frame of a transaction contains the database's size in pages.
    if (frame.readUInt32BE(4) > 0) {
      commits += 1;
      pages += pending;
      pending = 0;
    }
  }
}
