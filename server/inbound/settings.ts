import type { Connection } from "../platform/db/driver.ts";
import { readSetting, writeSetting } from "../platform/settings.store.ts";

const SETTING = "inbound";

/** An administrator's settings for the SMTP listener as seen from outside. */
export type InboundSettings = {
  /** The host name for MX records; empty = that of the public URL. */
  mxHost: string;
  /** Bounce domain for workspaces without one of their own, as A-label; empty = none. */
  bounceDomain: string;
  /** Paths of a PEM certificate chain and its private key; both empty = no STARTTLS. */
  certFile: string;
  keyFile: string;
};

const nothing: InboundSettings = { mxHost: "", bounceDomain: "", certFile: "", keyFile: "" };

export function readInboundSettings(system: Connection): InboundSettings {
  return { ...nothing, ...readSetting<Partial<InboundSettings>>(system, SETTING) };
}

export function storeInboundSettings(
  system: Connection,
  settings: InboundSettings,
  now: number,
): void {
  writeSetting(system, SETTING, settings, now);
}
