import type { Config } from "../config.ts";
import type { Terminal } from "./terminal.ts";

const TIMEOUT_MS = 4_000;

/**
 * Asks the server on this machine whether it is alive. Containers use it as their health check, since an image
 * without a shell has no curl.
 *
 * @returns The exit code: 0 when the server is healthy.
 */
export async function health(config: Config, terminal: Terminal): Promise<number> {
  const url = `http://127.0.0.1:${config.port}/healthz`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    terminal.out(`${url} answered ${response.status}`);
    return response.ok ? 0 : 1;
  } catch (error) {
    terminal.err(`${url} did not answer: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}
