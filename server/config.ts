import { isProxyRange } from "./platform/http/client-address.ts";
import { LOG_LEVELS } from "./platform/log.ts";

/** Settings from the environment. Everything else is configured in the product. */
export type Config = {
  /** HTTP port; 0 picks a free one. */
  port: number;
  dataDir: string;
  /** Overrides the public URL that the wizard stored; undefined keeps the stored one. */
  publicUrl: string | undefined;
  /** Overrides the reverse proxies that the administrator configured; undefined keeps those. */
  trustedProxies: readonly string[] | undefined;
  /** Port of the SMTP listener; 0 picks a free one. */
  smtpInPort: number;
  /** The listening address: this machine only, or all addresses, which receiving bounces requires. */
  smtpInHost: "127.0.0.1" | "0.0.0.0" | "::";
  logLevel: string;
  masterKeyFile: string | undefined;
  cluster: "standalone" | "litefs";
};

/**
 * Reads and validates the environment.
 *
 * @throws Error naming the variable, its value and the allowed values when one is invalid.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  return {
    port: port("PORT", env["PORT"], 8080),
    dataDir: env["DATA_DIR"] || "./data",
    publicUrl: publicUrl(env["PUBLIC_URL"]),
    trustedProxies: trustedProxies(env["TRUSTED_PROXIES"]),
    smtpInPort: port("SMTP_IN_PORT", env["SMTP_IN_PORT"], 2525),
    smtpInHost: oneOf("SMTP_IN_HOST", env["SMTP_IN_HOST"], ["127.0.0.1", "0.0.0.0", "::"]),
    logLevel: oneOf("LOG_LEVEL", env["LOG_LEVEL"], LOG_LEVELS),
    masterKeyFile: env["MASTER_KEY_FILE"] || undefined,
    cluster: oneOf("CLUSTER", env["CLUSTER"], ["standalone", "litefs"]),
  };
}

function port(name: string, value: string | undefined, fallback: number): number {
  if (value === undefined || value === "") {
    return fallback;
  }
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    throw new Error(`${name} is "${value}"; it must be a port number from 0 to 65535`);
  }
  return number;
}

function oneOf<T extends string>(name: string, value: string | undefined, allowed: [T, ...T[]]): T {
  if (value === undefined || value === "") {
    return allowed[0];
  }
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) {
    throw new Error(`${name} is "${value}"; it must be one of ${allowed.join(", ")}`);
  }
  return found;
}

function trustedProxies(value: string | undefined): string[] | undefined {
  if (value === undefined || value === "") {
    return undefined;
  }
  const ranges = value.split(/[\s,]+/).filter((range) => range !== "");
  const wrong = ranges.find((range) => !isProxyRange(range));
  if (wrong !== undefined) {
    throw new Error(
      `TRUSTED_PROXIES contains "${wrong}"; it must contain addresses and ranges such as 10.0.0.7 or 172.28.0.0/16`,
    );
  }
  return ranges;
}

function publicUrl(value: string | undefined): string | undefined {
  if (value === undefined || value === "") {
    return undefined;
  }
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Error(`PUBLIC_URL is "${value}"; it must be a URL such as https://mail.example.com`);
  }
  return url.origin;
}
