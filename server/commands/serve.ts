import type { Config } from "../config.ts";
import { assets } from "../platform/http/assets.gen.ts";
import { log } from "../platform/log.ts";
import { type RunningServer, startServer } from "../start-server.ts";
import type { Terminal } from "./terminal.ts";

/** Two signals this close together count as one. */
const SAME_SIGNAL_MS = 1_000;

/** A server in this process, and its exit code once it has stopped. */
export type ServedProcess = { server: RunningServer; stopped: Promise<number> };

/**
 * Starts the server and runs until it is stopped. On an instance that is not set up, it prints the setup link for the
 * operator in addition to the log.
 *
 * @returns The exit code.
 */
export async function serve(config: Config, terminal: Terminal): Promise<number> {
  const { server, stopped } = await startServing(config);
  if (server.setupToken !== undefined) {
    const address = config.publicUrl ?? server.url;
    terminal.err(`SwiftMail is not set up yet. Open ${address}/setup?token=${server.setupToken}`);
    terminal.err(`(setup token ${server.setupToken}, valid until the next start)`);
  }
  return await stopped;
}

/**
 * Starts the server and ties it to this process. SIGTERM and SIGINT shut it down cleanly; a second signal ends it at
 * once. A dead thread or an uncaught error ends it with code 1, so that a supervisor restarts it.
 */
export async function startServing(config: Config): Promise<ServedProcess> {
  const { promise: stopped, resolve } = Promise.withResolvers<number>();
  const die = (reason: string, error?: unknown) => {
    log.fatal({ err: error, reason }, "the process cannot continue");
    process.exit(1);
  };
  process.on("uncaughtException", (error) => die("uncaught exception", error));
  process.on("unhandledRejection", (error) => die("unhandled rejection", error));
  const server = await startServer(config, { assets, onFatal: die });
  let stoppingSince: number | undefined;
  const stop = (signal: NodeJS.Signals) => {
    if (stoppingSince !== undefined) {
      // Ctrl C reaches every process of the terminal, and a parent process may pass it on as well, so a signal right
      // after the first is ignored.
      if (performance.now() - stoppingSince < SAME_SIGNAL_MS) {
        return;
      }
      log.warn({ signal }, "second signal: stopping at once");
      process.exit(130);
    }
    stoppingSince = performance.now();
    server.stop().then(
      () => resolve(0),
      (error: unknown) => die("stopping failed", error),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  return { server, stopped };
}
