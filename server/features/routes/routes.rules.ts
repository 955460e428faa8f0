import { domainToASCII } from "node:url";
import { because, type FieldProblem, faultyField, invalidFields } from "../../platform/errors.ts";
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
  const [first, ...others] = problems;
  if (first !== undefined) {
    throw invalidFields([first, ...others]);
  }
}

function relayProblems(settings: RouteSettings): FieldProblem[] {
  const { host, port, username, password, oauth } = settings;
  const problems: FieldProblem[] = [];
  if (findPreset(settings.preset) === undefined) {
    problems.push(faultyField("preset", because("unknown_preset")));
  }
  if (!isHost(host)) {
    problems.push(faultyField("host", because("not_a_host")));
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    problems.push(faultyField("port", because("port_missing")));
  }
  if (oauth !== undefined) {
    return [...problems, ...oauthProblems(oauth, username, password)];
  }
  if (username !== "" && password === "") {
    problems.push(faultyField("password", because("password_missing")));
  }
  if (username === "" && password !== "") {
    problems.push(faultyField("username", because("username_missing")));
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
    problems.push(faultyField("username", because("oauth_username_missing")));
  }
  if (password !== "") {
    problems.push(faultyField("password", because("oauth_password_unused")));
  }
  // Over plain http the client secret could be intercepted.
  if (URL.parse(oauth.tokenUrl)?.protocol !== "https:") {
    problems.push(faultyField("oauth.tokenUrl", because("oauth_url_not_https")));
  }
  for (const key of ["clientId", "clientSecret"] as const) {
    if (oauth[key] === "") {
      problems.push(faultyField(`oauth.${key}`, because("oauth_client_missing")));
    }
  }
  return problems;
}

function directProblems(settings: RouteSettings): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const key of ["host", "username", "password"] as const) {
    if (settings[key] !== "") {
      problems.push(faultyField(key, because("unused_when_direct")));
    }
  }
  if (settings.oauth !== undefined) {
    problems.push(faultyField("oauth", because("oauth_unused_when_direct")));
  }
  if (settings.chainDot) {
    problems.push(faultyField("chainDot", because("relays_only")));
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
      problems.push(faultyField(`${field}.address`, because("not_an_ip")));
    }
    if (seen.has(source.address)) {
      problems.push(faultyField(`${field}.address`, because("source_twice")));
    }
    seen.add(source.address);
    const mayBeEmpty = kind === "relay" && source.heloName === "";
    if (!mayBeEmpty && !isFullName(source.heloName)) {
      problems.push(notFullName(`${field}.heloName`));
    }
    const { warmUp } = source;
    if (warmUp !== undefined && warmUp.target < warmUp.firstDay) {
      problems.push(faultyField(`${field}.warmUp.target`, because("warm_up_target_small")));
    }
  }
  return problems;
}

function notFullName(field: string): FieldProblem {
  return faultyField(field, because("not_a_full_host"));
}

function isFullName(name: string): boolean {
  return isHost(name) && !isIp(name) && name.includes(".");
}

function domainProblems({ allowDomains, denyDomains }: RouteSettings): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const [field, domains] of Object.entries({ allowDomains, denyDomains })) {
    const bad = domains.find((domain) => !isFullName(domain.replace(/^\*\./, "")));
    if (bad !== undefined) {
      problems.push(faultyField(field, because("not_a_domain_pattern", { domain: bad })));
    }
  }
  const both = allowDomains.find((domain) => denyDomains.includes(domain));
  if (both !== undefined) {
    problems.push(
      faultyField("denyDomains", because("domain_allowed_and_denied", { domain: both })),
    );
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
