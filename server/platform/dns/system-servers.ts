import { readFileSync } from "node:fs";
import { type DnsServer, parseServer } from "./transport.ts";

const RESOLV_CONF = "/etc/resolv.conf";

/** The system's name servers, in order; localhost when none is configured, as in the C library. */
export function systemServers(file = RESOLV_CONF): DnsServer[] {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw error;
    }
  }
  const named = [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].flatMap(([, address = ""]) => {
    try {
      return [parseServer(address)];
    } catch {
      return []; // The C library ignores such a line as well.
    }
  });
  return named.length > 0 ? named : [{ address: "127.0.0.1", port: 53 }];
}
