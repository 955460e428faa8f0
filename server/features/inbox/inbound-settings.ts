import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { domainToASCII } from "node:url";
import {
  type InboundSettings,
  readInboundSettings,
  storeInboundSettings,
} from "../../inbound/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { because, invalidField, messageOf } from "../../platform/errors.ts";

const NAME = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/;

/**
 * Changes the host names and certificate of the SMTP listener. Names take effect at once, a certificate after a
 * restart.
 *
 * @throws AppError `invalid_input` for invalid names, and for a certificate and key that cannot be read or do not
 * match.
 */
export function changeInboundSettings(
  system: Connection,
  change: Partial<InboundSettings>,
  now: number,
): InboundSettings {
  const next = { ...readInboundSettings(system), ...change };
  const settings = {
    ...next,
    mxHost: nameOf(next.mxHost, "mxHost"),
    bounceDomain: nameOf(next.bounceDomain, "bounceDomain"),
  };
  requireCertificate(settings);
  storeInboundSettings(system, settings, now);
  return settings;
}

function nameOf(typed: string, field: string): string {
  const name = domainToASCII(typed.trim().replace(/\.$/, ""));
  if (typed.trim() !== "" && !NAME.test(name)) {
    throw invalidField(field, because("not_a_host_name"));
  }
  return name;
}

function requireCertificate({ certFile, keyFile }: InboundSettings): void {
  if (certFile === "" && keyFile === "") {
    return;
  }
  if (certFile === "" || keyFile === "") {
    throw invalidField(certFile === "" ? "certFile" : "keyFile", because("certificate_incomplete"));
  }
  try {
    createSecureContext({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
  } catch (error) {
    throw invalidField("certFile", because("certificate_unusable", { fault: messageOf(error) }));
  }
}
