import { domainToASCII } from "node:url";
import { AppError, type FieldProblem } from "../../platform/errors.ts";
import { findPreset } from "./route-presets.rules.ts";

/** A route to be stored, with its secrets in clear. */
export type RouteSettings = {
  kind: "relay" | "direct" | "test_inbox";
  preset: string;
  host: string;
  port: number;
  username: string;
  password: string;
  oauth: { tokenUrl: string; clientId: string; clientSecret: string } | undefined;
  heloName: string;
  sources: SourceSettings[];
  allowDomains: string[];
  denyDomains: string[];
  chainDot: boolean;
};

type SourceSettings = {
  address: string;
  heloName: string;
  warmUp?: { firstDay: number; target: number } | undefined;
};

const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** True for a host name or an IP address literal; nothing else can be connected to. */
export function isHost(host: string): boolean {
  if (host.length > 253 || host === "") {
    return false;
  }
  if (isIp(host)) {
    return true;
  }
  const labels = host.split(".");
  const last = labels.at(-1) ?? "";
  return labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(last);
}

function isIp(host: string): boolean {
  return IPV4.test(host) || isIpv6(host);
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

/** Refuses settings that cannot work, naming each field and how to fix it. @throws AppError `invalid_input`. */
export function requireUsable(settings: RouteSettings): void {
  const problems = [
    ...(settings.kind === "relay" ? relayProblems(settings) : []),
    ...(settings.kind === "direct" ? directProblems(settings) : []),
    ...sourceProblems(settings),
    ...domainProblems(settings),
  ];
  const first = problems[0];
  if (first !== undefined) {
    throw new AppError("invalid_input", `${first.field}: ${first.reason}`, { fields: problems });
  }
}

function relayProblems(settings: RouteSettings): FieldProblem[] {
  const { host, port, username, password, oauth } = settings;
  const problems: FieldProblem[] = [];
  if (findPreset(settings.preset) === undefined) {
    const hint = "GET /api/v1/route-presets lists them; leave it empty for any other server.";
    problems.push({ field: "preset", reason: "is no known provider", hint });
  }
  if (!isHost(host)) {
    problems.push({
      field: "host",
      reason: "is not a host name or an IP address",
      hint: "For example smtp.example.com, without https:// and without a port.",
    });
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    problems.push({
      field: "port",
      reason: "is missing",
      hint: "Usually 587 with STARTTLS, 465 with TLS from the start.",
    });
  }
  if (oauth !== undefined) {
    return [...problems, ...oauthProblems(oauth, username, password)];
  }
  if (username !== "" && password === "") {
    problems.push({ field: "password", reason: "is missing for this user name" });
  }
  if (username === "" && password !== "") {
    problems.push({ field: "username", reason: "is missing for this password" });
  }
  return problems;
}

function oauthProblems(
  oauth: NonNullable<RouteSettings["oauth"]>,
  username: string,
  password: string,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (username === "") {
    const hint = "The mailbox that signs in, for example news@example.com.";
    problems.push({ field: "username", reason: "is missing for OAuth 2.0", hint });
  }
  if (password !== "") {
    const hint = "Leave the password empty, or remove OAuth 2.0.";
    problems.push({ field: "password", reason: "is not used with OAuth 2.0", hint });
  }
  // Over plain http the client secret could be intercepted.
  if (URL.parse(oauth.tokenUrl)?.protocol !== "https:") {
    const hint = "It begins with https://, and the provider's documentation names it.";
    problems.push({ field: "oauth.tokenUrl", reason: "is not an https URL", hint });
  }
  for (const key of ["clientId", "clientSecret"] as const) {
    if (oauth[key] === "") {
      const hint = "The provider shows it where the application is registered.";
      problems.push({ field: `oauth.${key}`, reason: "is missing", hint });
    }
  }
  return problems;
}

function directProblems(settings: RouteSettings): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const key of ["host", "username", "password"] as const) {
    if (settings[key] !== "") {
      const hint = "Leave it empty: the servers are found by the recipients' domains.";
      problems.push({ field: key, reason: "is not used for direct sending", hint });
    }
  }
  if (settings.oauth !== undefined) {
    problems.push({ field: "oauth", reason: "is not used for direct sending" });
  }
  if (settings.chainDot) {
    const hint = "Only some relays bear it.";
    problems.push({ field: "chainDot", reason: "is for relays only", hint });
  }
  return problems;
}

function sourceProblems({ kind, sources, heloName }: RouteSettings): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (heloName !== "" && !isFullName(heloName)) {
    problems.push(notFullName("heloName"));
  }
  const seen = new Set<string>();
  for (const [index, source] of sources.entries()) {
    const field = `sources.${index}`;
    if (!isIp(source.address)) {
      const hint = "For example 203.0.113.7; it must be an address of this host.";
      problems.push({ field: `${field}.address`, reason: "is not an IP address", hint });
    }
    if (seen.has(source.address)) {
      const hint = "Give one of them another address, or remove it.";
      problems.push({ field: `${field}.address`, reason: "is there twice", hint });
    }
    seen.add(source.address);
    const mayBeEmpty = kind === "relay" && source.heloName === "";
    if (!mayBeEmpty && !isFullName(source.heloName)) {
      problems.push(notFullName(`${field}.heloName`));
    }
    const { warmUp } = source;
    if (warmUp !== undefined && warmUp.target < warmUp.firstDay) {
      const hint = "The target is what a day may reach in the end.";
      const reason = "is less than the first day";
      problems.push({ field: `${field}.warmUp.target`, reason, hint });
    }
  }
  return problems;
}

function notFullName(field: string): FieldProblem {
  const hint = "The name that the address's PTR record gives, for example mta1.example.com.";
  return { field, reason: "is not a full host name", hint };
}

function isFullName(name: string): boolean {
  return isHost(name) && !isIp(name) && name.includes(".");
}

function domainProblems({ allowDomains, denyDomains }: RouteSettings): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const hint = "A domain such as example.com, or *.example.com for all below it.";
  for (const [field, domains] of Object.entries({ allowDomains, denyDomains })) {
    const bad = domains.find((domain) => !isFullName(domain.replace(/^\*\./, "")));
    if (bad !== undefined) {
      problems.push({ field, reason: `"${bad}" is not a domain`, hint });
    }
  }
  const both = allowDomains.find((domain) => denyDomains.includes(domain));
  if (both !== undefined) {
    const reason = `"${both}" is both allowed and forbidden`;
    problems.push({ field: "denyDomains", reason, hint: "Remove it from one of them." });
  }
  return problems;
}

/** Normalizes recipient domains: A-labels in lower case, without duplicates. Invalid ones stay unchanged. */
export function readDomainList(domains: string[]): string[] {
  const plain = domains.map((domain) => {
    const [, stars = "", name = ""] = /^(\*\.)?(.*)$/.exec(domain.trim().replace(/\.$/, "")) ?? [];
    const ascii = domainToASCII(name);
    return stars + (ascii === "" ? name : ascii);
  });
  return [...new Set(plain.filter((domain) => domain !== ""))];
}
