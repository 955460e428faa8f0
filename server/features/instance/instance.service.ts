// What the instance knows of itself. Read by other slices; written by the wizard and the console.
import type { Config } from "../../config.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { DEFAULT_PROXIES } from "../../platform/http/client-address.ts";
import { readSetting, writeSetting } from "../../platform/settings.store.ts";

const PUBLIC_URL = "public_url";
const TRUSTED_PROXIES = "trusted_proxies";
const PRIVATE_RELAYS = "private_relays";
const DIRECT_SENDING = "direct_sending";
const PRIVATE_TARGETS = "private_targets";
const SETUP_DONE = "setup_done";

/** True once the wizard has finished; it never becomes false again. */
export function isSetUp(system: Connection): boolean {
  return readSetting<{ at: number }>(system, SETUP_DONE) !== undefined;
}

/** Marks the setup as finished for good. */
export function markSetUp(system: Connection, now: number): void {
  writeSetting(system, SETUP_DONE, { at: now }, now);
}

/** `https://host` under which people and mail reach this instance, without a trailing slash; PUBLIC_URL wins. */
export function publicUrlOf(config: Config, system: Connection): string {
  return (
    config.publicUrl ?? readSetting<string>(system, PUBLIC_URL) ?? `http://localhost:${config.port}`
  );
}

export function storePublicUrl(system: Connection, url: string, now: number): void {
  writeSetting(system, PUBLIC_URL, url, now);
}

/**
 * Addresses and ranges of the reverse proxies whose X-Forwarded-For is believed; TRUSTED_PROXIES wins. When
 * nobody has named any, those on this machine.
 */
export function trustedProxiesOf(config: Config, system: Connection): readonly string[] {
  return config.trustedProxies ?? readSetting<string[]>(system, TRUSTED_PROXIES) ?? DEFAULT_PROXIES;
}

export function storeTrustedProxies(
  system: Connection,
  ranges: readonly string[],
  now: number,
): void {
  writeSetting(system, TRUSTED_PROXIES, ranges, now);
}

/**
 * True when relays may be on this machine or in a private network: of workspaces, whose people could then find out
 * what answers there, and of the instance itself. Not before an administrator says so.
 */
export function allowsPrivateRelays(system: Connection): boolean {
  return readSetting<boolean>(system, PRIVATE_RELAYS) ?? false;
}

export function storePrivateRelays(system: Connection, isAllowed: boolean, now: number): void {
  writeSetting(system, PRIVATE_RELAYS, isAllowed, now);
}

/**
 * True when workspaces may send straight to the recipients' mail servers, from this host's addresses: it is
 * the administrator whose addresses get a reputation by it.
 */
export function allowsDirectSending(system: Connection): boolean {
  return readSetting<boolean>(system, DIRECT_SENDING) ?? false;
}

export function storeDirectSending(system: Connection, isAllowed: boolean, now: number): void {
  writeSetting(system, DIRECT_SENDING, isAllowed, now);
}

/**
 * True when mail servers of recipients may be on this machine or in a private network. Not at first, also
 * where private relays are allowed: whoever owns a recipient's domain chooses where it leads.
 */
export function allowsPrivateTargets(system: Connection): boolean {
  return readSetting<boolean>(system, PRIVATE_TARGETS) ?? false;
}

export function storePrivateTargets(system: Connection, isAllowed: boolean, now: number): void {
  writeSetting(system, PRIVATE_TARGETS, isAllowed, now);
}
