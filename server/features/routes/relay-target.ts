import { isIP } from "node:net";
import type { Connection } from "../../platform/db/driver.ts";
import { because, invalidField } from "../../platform/errors.ts";
import { relayTargets } from "../../platform/target-guard.ts";
import { allowsPrivateRelays } from "../instance/instance.service.ts";

type Addresses = {
  host?: string | undefined;
  oauth?: { tokenUrl?: string | undefined } | null | undefined;
};

/**
 * Refuses to store an address that delivery would refuse to connect to. What a host name resolves to can change, so
 * it is checked when connecting.
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
      throw invalidField(field, because("private_relay"));
    }
  }
}

/**
 * Like `requireAllowedTargets`, but only for the parts that a change alters. Stored values remain valid if the setting
 * has changed since.
 */
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

/** The IP address that a host literally is; undefined for a name. */
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
