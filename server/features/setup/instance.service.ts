// What the instance knows of itself. Read by other slices; written by the wizard and the console.
import type { Config } from "../../config.ts";
import type { Connection } from "../../platform/db/driver.ts";
import type { MailRoute } from "../../platform/mail.ts";
import { decryptSecret, encryptSecret, type KeyRing } from "../../platform/secrets.ts";
import { readSetting, writeSetting } from "../../platform/settings.store.ts";

const PUBLIC_URL = "public_url";
const SYSTEM_ROUTE = "system_route";
const SETUP_DONE = "setup_done";
const PURPOSE = "setting.system_route.password";

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

/** How the instance's own mail leaves, or undefined when nobody has said. */
export function systemRouteOf(system: Connection, keyRing: KeyRing): MailRoute | undefined {
  const stored = readSetting<MailRoute>(system, SYSTEM_ROUTE);
  if (stored === undefined) {
    return undefined;
  }
  const password = stored.password === "" ? "" : decryptSecret(keyRing, PURPOSE, stored.password);
  return { ...stored, password };
}

/** Stores the route of the instance's own mail, its password encrypted. */
export function storeSystemRoute(
  system: Connection,
  keyRing: KeyRing,
  route: MailRoute,
  now: number,
): void {
  const password = route.password === "" ? "" : encryptSecret(keyRing, PURPOSE, route.password);
  writeSetting(system, SYSTEM_ROUTE, { ...route, password }, now);
}
