import { shapeOf } from "./file-fault.ts";
import { systemPath } from "./system-file.ts";

/** How often the file is looked for (ms), because SQLite keeps writing to one that was removed. */
const LOOK_EVERY_MS = 1_000;

/** What happened to `system.db` while it was open. */
export type SystemLoss = {
  /** The problem and the remedy, as sentences. */
  reason: string;
  /** True when the connections still have everything, so that closing them saves it to the file. */
  canBeSaved: boolean;
};

/**
 * Reports once that `system.db` or its log was removed, replaced or cut while it is open: what is written from then on
 * would be lost. Call it when the file is open.
 *
 * @returns ends the watch.
 */
export function watchSystemFile(dataDir: string, onLost: (loss: SystemLoss) => void): () => void {
  const path = systemPath(dataDir);
  const inode = shapeOf(path)?.inode;
  const logInode = shapeOf(`${path}-wal`)?.inode;
  let bytes = shapeOf(path)?.bytes ?? 0;

  const look = (): SystemLoss | undefined => {
    const shape = shapeOf(path);
    if (shape?.inode !== inode) {
      const what = shape === undefined ? "removed" : "replaced";
      return lost(`${path} was ${what} while the server was running.`);
    }
    // SwiftMail never shortens the file.
    if (shape !== undefined && shape.bytes < bytes) {
      return lost(`${path} was cut while the server was running.`);
    }
    bytes = shape?.bytes ?? 0;
    return shapeOf(`${path}-wal`)?.inode === logInode
      ? undefined
      : {
          reason: `${path}-wal was removed or replaced while the server was running. Its content was saved. Start the server again.`,
          canBeSaved: true,
        };
  };
  const timer = setInterval(() => {
    const loss = look();
    if (loss !== undefined) {
      clearInterval(timer);
      onLost(loss);
    }
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

const lost = (said: string): SystemLoss => ({
  reason: `${said} Put the file back, or restore it from your backup, and start the server again.`,
  canBeSaved: false,
});
