import { log } from "../../platform/log.ts";
import type { UnnamedProxies } from "../ports.ts";

const MAX_KEPT = 20;

/** Remembers proxies that forward requests but are not trusted, so that an administrator can notice them. */
export function createUnnamedProxies(): UnnamedProxies {
  const addresses = new Set<string>();
  return {
    note(address) {
      if (addresses.has(address) || addresses.size >= MAX_KEPT) {
        return;
      }
      addresses.add(address);
      log.warn(
        { address },
        "X-Forwarded-For is ignored, because the address that sent it is not a trusted proxy",
      );
    },
    seen: () => [...addresses],
  };
}
