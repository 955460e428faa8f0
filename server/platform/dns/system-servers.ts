import { readFileSync } from "node:fs";
import { type DnsServer, parseServer } from "./transport.ts";

const RESOLV_CONF = "/etc/resolv.conf";

/** The name servers of this system, in order; this machine's own when none is named, as the C library does it. */
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
      return []; // A line the C library would pass over too.
    }
  });
  return named.length > 0 ? named : [{ address: "127.0.0.1", port: 53 }];
}
