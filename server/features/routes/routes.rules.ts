import { AppError, type FieldProblem } from "../../platform/errors.ts";

/** How a relay is reached, as it will be stored. */
export type RelaySettings = {
  host: string;
  port: number;
  security: "starttls" | "tls" | "none";
  username: string;
};

const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** True for a host name or an IP address literal, which is all that may be dialled. */
export function isHost(host: string): boolean {
  if (host.length > 253 || host === "") {
    return false;
  }
  if (IPV4.test(host) || isIpv6(host)) {
    return true;
  }
  const labels = host.split(".");
  const last = labels.at(-1) ?? "";
  return labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(last);
}

function isIpv6(host: string): boolean {
  return host.includes(":") && URL.canParse(`http://[${host}]/`);
}

/** True for a relay on this machine or in a private network: RFC 1918, RFC 4193, loopback, link-local. */
export function isPrivateHost(host: string): boolean {
  const name = host.toLowerCase();
  if (name === "localhost" || /\.(localhost|local|internal|test|lan)$/.test(name)) {
    return true;
  }
  if (IPV4.test(name)) {
    return /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(name);
  }
  return isIpv6(name) ? /^(::1$|f[cd]|fe[89ab])/.test(name) : !name.includes(".");
}

/** Refuses settings that cannot work, naming each field. @throws AppError `invalid_input`. */
export function requireUsable(settings: RelaySettings, hasPassword: boolean): void {
  const problems: FieldProblem[] = [];
  if (!isHost(settings.host)) {
    problems.push({
      field: "host",
      reason: "is not a host name or an IP address",
      hint: "For example smtp.example.com, without https:// and without a port.",
    });
  }
  if (!Number.isInteger(settings.port) || settings.port < 1 || settings.port > 65_535) {
    problems.push({
      field: "port",
      reason: "is missing",
      hint: "Usually 587 with STARTTLS, 465 with TLS from the start.",
    });
  }
  if (settings.username !== "" && !hasPassword) {
    problems.push({ field: "password", reason: "is missing for this user name" });
  }
  if (settings.username === "" && hasPassword) {
    problems.push({ field: "username", reason: "is missing for this password" });
  }
  const first = problems[0];
  if (first !== undefined) {
    throw new AppError("invalid_input", `${first.field}: ${first.reason}`, { fields: problems });
  }
}
