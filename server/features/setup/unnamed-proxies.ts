import { log } from "../../platform/log.ts";

const MAX_KEPT = 20;

/** Addresses that sent X-Forwarded-For without being named as proxies, since the start. */
export type UnnamedProxies = {
  /** Notes an address; the first time it is logged too. Beyond 20 addresses no more are kept. */
  note(address: string): void;
  seen(): string[];
};

/** Keeps what an administrator must see to find out that the instance is behind a proxy it does not know. */
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
        "X-Forwarded-For is ignored: the address that sent it is not named as a trusted proxy",
      );
    },
    seen: () => [...addresses],
  };
}
