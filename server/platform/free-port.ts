import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Below the ports that operating systems use for outgoing connections (from 32768 on Linux, from 49152 on macOS and
 * Windows). Otherwise such a connection could take the port between the search and its use.
 */
const LOWEST = 15_000;
const HIGHEST = 32_000;
const TRIES = 50;

/**
 * Finds a port on which nothing listens, for servers whose URL must be known before they listen.
 *
 * @param host The address on which the port must be free; without it, all addresses.
 * @throws the error of the last attempt when 50 random ports are taken or the address cannot be used.
 */
export async function freePort(host?: string): Promise<number> {
  for (let tried = 1; ; tried += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    try {
      await listenOnce(port, host);
      return port;
    } catch (error) {
      if (tried === TRIES) {
        throw error;
      }
    }
  }
}

function listenOnce(port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, host }, () => server.close(() => resolve()));
  });
}
