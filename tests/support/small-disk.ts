import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Mounting needs root. Without root, a real disk cannot be filled on a developer's machine. */
export const mayMountDisks = process.getuid?.() === 0 || process.env["CI"] === "true";

export type SmallDisk = {
  path: string;
  /** Fills the disk until only `leftBytes` are free. */
  fill(leftBytes: number): void;
  /** Removes what `fill` wrote. */
  empty(): void;
  unmount(): void;
};

/**
 * An in-memory file system of this many megabytes. @throws Error when it cannot be mounted.
 * @throws Error when it cannot be mounted.
 */
export function mountSmallDisk(megabytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), "swiftmail-small-disk-"));
  const size = `size=${megabytes}m`;
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", size, "tmpfs", path]);
  if (mounted.status !== 0) {
    rmSync(path, { recursive: true });
    throw new Error(`mount: ${mounted.stderr.toString()}`);
  }
  const ballast = join(path, "ballast");
  return {
    path,
    fill(leftBytes) {
      const { bavail, bsize } = statfsSync(path);
      writeUpTo(ballast, bavail * bsize - leftBytes);
    },
    empty: () => rmSync(ballast, { force: true }),
    unmount() {
      spawnSync("umount", ["-l", path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Other programs write at the same time, so the disk may be full earlier. */
function writeUpTo(path: string, bytes: number): void {
  const file = openSync(path, "w");
  const block = Buffer.alloc(64 * 1024);
  try {
    for (let left = bytes; left > 0; ) {
      left -= writeSync(file, block, 0, Math.min(block.length, left));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") {
      throw error;
    }
  } finally {
    closeSync(file);
  }
}
