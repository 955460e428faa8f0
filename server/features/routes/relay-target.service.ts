import { isIP } from "node:net";
import type { Connection } from "../../platform/db/driver.ts";
import { invalidField } from "../../platform/errors.ts";
import { relayTargets } from "../../platform/target-guard.ts";
import { allowsPrivateRelays } from "../instance/instance.service.ts";

type Addresses = {
  host?: string | undefined;
  oauth?: { tokenUrl?: string | undefined } | null | undefined;
};

/**
 * Refuses to store an address that delivery would refuse to dial. What a host name leads to can change and is
 * looked at when it is dialled.
 *
 * @throws AppError `invalid_input` that names the field.
 */
export function requireAllowedTargets(system: Connection, { host, oauth }: Addresses): void {
  const isAllowed = relayTargets(!allowsPrivateRelays(system));
  const tokenHost = URL.parse(oauth?.tokenUrl ?? "")?.hostname;
  for (const [field, name] of [
    ["host", host],
    ["oauth.tokenUrl", tokenHost],
  ] as const) {
    const address = addressOf(name ?? "");
    if (address !== undefined && !isAllowed(address)) {
      throw invalidField(
        field,
        "is an address of this machine, of a private network or of a cloud's metadata service",
        "Give a public address, or ask an administrator of this instance to allow private relays in Instance → Settings.",
      );
    }
  }
}

/** As `requireAllowedTargets`, for what a change alters: what is stored may stay when the setting has changed since. */
export function requireAllowedChange(
  system: Connection,
  stored: Addresses,
  change: Addresses,
): void {
  requireAllowedTargets(system, {
    host: change.host === stored.host ? undefined : change.host,
    oauth: change.oauth?.tokenUrl === stored.oauth?.tokenUrl ? undefined : change.oauth,
  });
}

/** The address that a host is without asking DNS; undefined for any other name. */
function addressOf(host: string): string | undefined {
  const name = host
    .trim()
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");
  if (isIP(name) !== 0) {
    return name;
  }
  return name === "localhost" || name.endsWith(".localhost") ? "127.0.0.1" : undefined;
}
