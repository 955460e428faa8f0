import { watchFiles } from "./features/workspace-files/workspace-files.service.ts";
import { inspectInThread } from "./jobs/inspect.ts";
import { systemClock } from "./platform/clock.ts";
import type { Databases } from "./platform/db/databases.ts";
import { watchSystemFile } from "./platform/db/system-watch.ts";

/**
 * Sets aside workspaces whose file cannot be used any more, and ends the process when `system.db` is taken away.
 *
 * @returns ends the watch.
 */
export function watchDatabases(
  dataDir: string,
  databases: Databases,
  server: { onFatal: (reason: string) => void; stop: () => Promise<void> },
): () => void {
  const inspect = inspectInThread;
  const endFiles = watchFiles({ databases, dataDir, clock: systemClock, inspect });
  const endSystem = watchSystemFile(dataDir, ({ reason, canBeSaved }) => {
    const end = () => server.onFatal(reason);
    (canBeSaved ? server.stop() : Promise.resolve()).then(end, end);
  });
  return () => {
    endFiles();
    endSystem();
  };
}
