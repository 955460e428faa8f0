import { because } from "../../reasons/because.ts";
import type { LimitRule, RuleAction } from "./limit-rules.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const perHour = (times: number) => ({ times, withinMs: HOUR });
const atOnce = { times: 1, withinMs: HOUR };

const suspend = (
  scope: Extract<RuleAction, { do: "suspend" }>["scope"],
  forMs: number,
): RuleAction => ({ do: "suspend", scope, forMs });

const slow = (
  scope: "route_site" | "route_provider",
  forMs: number,
  to: { perSecond?: number; connections?: number; perConnection?: number },
): RuleAction => ({ do: "set", scope, forMs, ...to });

// A consumer domain is identified by its domain name until its MX hosts are known, and then by those.
const google = ["google", "gmail"];
const microsoft = ["microsoft", "outlook"];

/** Increment with every change of the rules below. */
export const SHIPPED_VERSION = 2;

const perProvider: LimitRule[] = [
  {
    key: "google-rate",
    name: because("rule_google_rate").text,
    match: { providers: google, codes: ["4xx"], text: "unusual rate|4\\.7\\.28|rate limited" },
    trigger: perHour(2),
    actions: [slow("route_provider", 30 * MINUTE, { perSecond: 0.2 })],
  },
  {
    key: "google-authentication",
    name: because("rule_google_authentication").text,
    match: { providers: google, enhanced: ["*.7.26", "*.7.27", "*.7.30", "*.7.32"] },
    trigger: perHour(3),
    actions: [suspend("sender_provider", HOUR)],
  },
  {
    key: "google-address",
    name: because("rule_google_address").text,
    match: { providers: google, enhanced: ["*.7.23", "*.7.25", "*.7.29"] },
    trigger: perHour(2),
    actions: [{ do: "rotate_source", forMs: 6 * HOUR }, suspend("route_provider", 10 * MINUTE)],
  },
  {
    key: "google-domain-reputation",
    name: because("rule_google_domain_reputation").text,
    match: { providers: google, codes: ["5xx"], text: "low reputation of the sending domain" },
    trigger: perHour(5),
    actions: [suspend("sender_provider", 4 * HOUR)],
  },
  {
    key: "microsoft-block-list",
    name: because("rule_microsoft_block_list").text,
    match: { providers: microsoft, text: "S31[45]0|banned sending IP|OU-00[12]|block list" },
    trigger: perHour(3),
    actions: [{ do: "rotate_source", forMs: 6 * HOUR }, suspend("route_provider", HOUR)],
  },
  {
    key: "microsoft-rate",
    name: because("rule_microsoft_rate").text,
    match: { providers: microsoft, codes: ["4xx"], text: "temporarily rate limited|RP-00[123]" },
    trigger: perHour(2),
    actions: [suspend("route_provider", 30 * MINUTE)],
  },
  {
    key: "microsoft-connections",
    name: because("rule_microsoft_connections").text,
    match: { providers: microsoft, codes: ["421"], text: "connection" },
    trigger: perHour(3),
    actions: [slow("route_provider", HOUR, { connections: 2 })],
  },
  {
    key: "microsoft-authentication",
    name: because("rule_microsoft_authentication").text,
    match: { providers: microsoft, enhanced: ["5.7.515", "5.7.509"] },
    trigger: perHour(2),
    actions: [suspend("sender_provider", 2 * HOUR)],
  },
  {
    key: "yahoo-volume",
    name: because("rule_yahoo_volume").text,
    match: { providers: ["yahoo"], text: "\\[TSS04\\]|\\[TS0[12]\\]|\\[GL01\\]" },
    trigger: perHour(2),
    actions: [suspend("route_provider", 2 * HOUR)],
  },
  {
    key: "yahoo-complaints",
    name: because("rule_yahoo_complaints").text,
    match: { providers: ["yahoo"], text: "\\[TSS0[5-9]\\]|\\[TS03\\]" },
    trigger: perHour(2),
    actions: [{ do: "rotate_source", forMs: 12 * HOUR }, suspend("route_provider", 4 * HOUR)],
  },
  {
    key: "yahoo-connections",
    name: because("rule_yahoo_connections").text,
    match: { providers: ["yahoo"], codes: ["421"], text: "too many (?:messages|connections)" },
    trigger: perHour(3),
    actions: [slow("route_provider", HOUR, { connections: 3, perConnection: 10 })],
  },
  {
    key: "apple-policy",
    name: because("rule_apple_policy").text,
    match: { providers: ["apple"], text: "\\[(?:CS01|HM0[78])\\]|local policy" },
    trigger: perHour(5),
    actions: [suspend("route_provider", HOUR)],
  },
  {
    key: "apple-connections",
    name: because("rule_apple_connections").text,
    match: { providers: ["apple"], codes: ["421"], text: "connections|too many" },
    trigger: perHour(2),
    actions: [slow("route_provider", HOUR, { connections: 2, perConnection: 5 })],
  },
  {
    key: "gmx-connections",
    name: because("rule_gmx_connections").text,
    match: { providers: ["gmx"], codes: ["421"], text: "connections" },
    trigger: perHour(2),
    actions: [slow("route_provider", HOUR, { connections: 1 })],
  },
  {
    key: "gmx-rate",
    name: because("rule_gmx_rate").text,
    match: { providers: ["gmx"], codes: ["4xx"], text: "rate limit" },
    trigger: perHour(2),
    actions: [slow("route_provider", 30 * MINUTE, { perSecond: 0.5 })],
  },
  {
    key: "gmx-block-list",
    name: because("rule_gmx_block_list").text,
    match: { providers: ["gmx"], codes: ["554"], stages: ["greeting"], text: "black listed|PTR" },
    trigger: perHour(2),
    actions: [{ do: "rotate_source", forMs: 12 * HOUR }, suspend("route_provider", 2 * HOUR)],
  },
  {
    key: "tonline-rate",
    name: because("rule_tonline_rate").text,
    match: { providers: ["tonline"], codes: ["421"], text: "rate limit" },
    trigger: perHour(2),
    actions: [slow("route_provider", HOUR, { perSecond: 0.2, connections: 1 })],
  },
  {
    key: "orange-connections",
    name: because("rule_orange_connections").text,
    match: { providers: ["orange"], text: "OFR004_104|too many connections" },
    trigger: perHour(2),
    actions: [slow("route_provider", HOUR, { connections: 1, perSecond: 1 })],
  },
  {
    key: "qq-frequency",
    name: because("rule_qq_frequency").text,
    match: { providers: ["qq"], text: "frequency limited" },
    trigger: perHour(2),
    actions: [suspend("route_provider", HOUR)],
  },
  {
    key: "ses-daily-quota",
    name: because("rule_ses_daily_quota").text,
    match: { providers: ["ses"], codes: ["454"], text: "daily message quota" },
    trigger: atOnce,
    actions: [suspend("route_provider", HOUR)],
  },
];

/** Rules for all providers without a specific rule above. */
const generic: LimitRule[] = [
  {
    key: "virus",
    name: because("rule_virus").text,
    match: { codes: ["5xx"], stages: ["dot"], text: "\\b(?:virus|malware|trojan|phishing)\\b" },
    trigger: perHour(3),
    actions: [{ do: "pause_campaign" }],
  },
  {
    key: "connections",
    name: because("rule_connections").text,
    match: {
      codes: ["4xx"],
      text: "(?:too many|maximum number of|concurrent)[^.]{0,40}connections",
    },
    trigger: { times: 2, withinMs: 10 * MINUTE },
    actions: [slow("route_site", HOUR, { connections: 1 })],
  },
  {
    key: "deferred",
    name: because("rule_deferred").text,
    match: {
      codes: ["4xx"],
      stages: ["greeting", "ehlo", "mail", "dot"],
      text: "temporarily deferred",
    },
    trigger: perHour(5),
    actions: [slow("route_site", 90 * MINUTE, { connections: 1, perSecond: 0.05 })],
  },
  {
    key: "block-list",
    name: because("rule_block_list").text,
    match: {
      codes: ["5xx"],
      stages: ["greeting", "ehlo", "mail", "rcpt"],
      text: "blocked using|dnsbl|\\brbl\\b|block ?list|blacklist|spamhaus",
    },
    trigger: { times: 3, withinMs: 10 * MINUTE },
    actions: [{ do: "rotate_source", forMs: 6 * HOUR }, suspend("route_site", 30 * MINUTE)],
  },
];

/** The rules that ship with SwiftMail. An administrator can disable or change each one and put others before it. */
export const shippedRules: readonly LimitRule[] = [...perProvider, ...generic];
