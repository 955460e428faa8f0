import type { Connection } from "../platform/db/driver.ts";
import { readSetting, writeSetting } from "../platform/settings.store.ts";

const SETTING = "inbound";

/** What an administrator says of the SMTP listener as the world sees it. */
export type InboundSettings = {
  /** The name MX records point to; empty = the public URL's. */
  mxHost: string;
  /** Where bounces of workspaces without a bounce domain of their own go; empty = nowhere. A-label. */
  bounceDomain: string;
  /** Paths of a PEM certificate chain and its key; both empty = no STARTTLS. */
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
