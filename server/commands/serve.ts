import type { Config } from "../config.ts";
import { assets } from "../platform/http/assets.gen.ts";
import { log } from "../platform/log.ts";
import { type RunningServer, startServer } from "../start-server.ts";
import type { Terminal } from "./terminal.ts";

/** Signals this close together are one. */
const SAME_SIGNAL_MS = 1_000;

/** A server in this process, and the exit code once it has stopped. */
export type ServedProcess = { server: RunningServer; stopped: Promise<number> };

/**
 * Starts the server and serves until it is told to stop. An instance that is not set up prints, for people
 * and beside the log, the link that opens its setup.
 *
 * @returns The exit code.
 */
export async function serve(config: Config, terminal: Terminal): Promise<number> {
  const { server, stopped } = await startServing(config);
  if (server.setupToken !== undefined) {
    const address = config.publicUrl ?? server.url;
    terminal.err(`SwiftMail is not set up yet. Open ${address}/setup?token=${server.setupToken}`);
    terminal.err(`(setup token ${server.setupToken}, good until the next start)`);
  }
  return await stopped;
}

/**
 * Starts the server and ties it to this process: SIGTERM and SIGINT stop it in good order, a second one ends
 * it at once; a dead thread or a fault nobody caught ends it with 1, for a supervisor to start it again.
 */
export async function startServing(config: Config): Promise<ServedProcess> {
  const { promise: stopped, resolve } = Promise.withResolvers<number>();
  const die = (reason: string, error?: unknown) => {
    log.fatal({ err: error, reason }, "the process cannot go on");
    process.exit(1);
  };
  process.on("uncaughtException", (error) => die("uncaught exception", error));
  process.on("unhandledRejection", (error) => die("unhandled rejection", error));
  const server = await startServer(config, { assets, onFatal: die });
  let stoppingSince: number | undefined;
  const stop = (signal: NodeJS.Signals) => {
    if (stoppingSince !== undefined) {
      // Ctrl C reaches every process of the terminal, and one that started this passes it on as well.
      if (performance.now() - stoppingSince < SAME_SIGNAL_MS) {
        return;
      }
      log.warn({ signal }, "told twice: ending at once");
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
