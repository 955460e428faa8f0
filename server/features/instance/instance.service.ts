// Settings of the instance. Other slices read them; the setup wizard and the console write them.
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

/** True once the setup wizard has finished. It never becomes false again. */
export function isSetUp(system: Connection): boolean {
  return readSetting<{ at: number }>(system, SETUP_DONE) !== undefined;
}

/** Marks the setup as finished. */
export function markSetUp(system: Connection, now: number): void {
  writeSetting(system, SETUP_DONE, { at: now }, now);
}

/**
 * The URL at which browsers and links in mail reach this instance, such as `https://mail.example.com`, without a
 * trailing slash. The PUBLIC_URL variable takes precedence over what the setup stored.
 */
export function publicUrlOf(config: Config, system: Connection): string {
  return (
    config.publicUrl ?? readSetting<string>(system, PUBLIC_URL) ?? `http://localhost:${config.port}`
  );
}

export function storePublicUrl(system: Connection, url: string, now: number): void {
  writeSetting(system, PUBLIC_URL, url, now);
}

/**
 * Addresses and networks of the reverse proxies whose X-Forwarded-For is trusted. TRUSTED_PROXIES takes precedence;
 * by default only those on this machine.
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
 * True when relays may be on this machine or in a private network. Off until an administrator allows it, because
 * members of a workspace could otherwise probe that network.
 */
export function allowsPrivateRelays(system: Connection): boolean {
  return readSetting<boolean>(system, PRIVATE_RELAYS) ?? false;
}

export function storePrivateRelays(system: Connection, isAllowed: boolean, now: number): void {
  writeSetting(system, PRIVATE_RELAYS, isAllowed, now);
}

/**
 * True when workspaces may send directly to receiving servers from this host's IP addresses. The administrator decides,
 * because the reputation of those addresses is at stake.
 */
export function allowsDirectSending(system: Connection): boolean {
  return readSetting<boolean>(system, DIRECT_SENDING) ?? false;
}

export function storeDirectSending(system: Connection, isAllowed: boolean, now: number): void {
  writeSetting(system, DIRECT_SENDING, isAllowed, now);
}

/**
 * True when recipients' mail servers may be on this machine or in a private network. Off by default even when private
 * relays are allowed, because the owner of a recipient's domain controls where it points.
 */
export function allowsPrivateTargets(system: Connection): boolean {
  return readSetting<boolean>(system, PRIVATE_TARGETS) ?? false;
}

export function storePrivateTargets(system: Connection, isAllowed: boolean, now: number): void {
  writeSetting(system, PRIVATE_TARGETS, isAllowed, now);
}
