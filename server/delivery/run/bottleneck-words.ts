import { openedReason, spokenReason } from "../../reasons/because.ts";
import type {
  Bottleneck,
  BottleneckAnswer,
  BottleneckCode,
  BottleneckWords,
  LimitSubject,
  OpeningStage,
  RetryCause,
  Why,
} from "../bottleneck-codes.ts";

/** The bottleneck with its English sentence, as the API returns it. `now` is Unix ms. */
export function bottleneckAnswer(bottleneck: Bottleneck, now: number): BottleneckAnswer {
  const { code, params } = bottleneck;
  const opened = "reason" in params ? { ...params, reason: openedReason(params.reason) } : params;
  return { code, params: opened, detail: bottleneckDetail(bottleneck, now) } as BottleneckAnswer;
}

/**
 * Describes a bottleneck in English.
 *
 * @param now Unix ms; times of the same day are given without the date.
 */
export function bottleneckDetail<C extends BottleneckCode>(
  { code, params }: Bottleneck<C>,
  now: number,
): string {
  const sentence = words[code](params, now);
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

const words: BottleneckWords<[now: number]> = {
  journal_unwritable: ({ reason }) =>
    `Nothing is sent while the journal cannot be written: ${textOf(reason)}`,
  opening_unanswered: ({ server, route, stage, since }, now) =>
    unanswered[stage](
      `the server ${server} (sending method “${route}”)`,
      `Waiting since ${clockTime(since, now)} for`,
    ),
  messages_unanswered: ({ server, servers, messages: n, since }, now) => {
    const whose = servers === 1 ? `the server ${server}` : `${servers} servers`;
    const what = n === 1 ? "the message" : `the ${n} messages`;
    return `Waiting since ${clockTime(since, now)} for ${whose} to answer ${what} in progress.`;
  },
  campaign_suspended: ({ reason }) => textOf(reason),
  suspended: ({ subject, until, reason }, now) =>
    `Sending is paused for ${subjectOf(subject)}${untilTime(until, now)}: ${textOf(reason) || "no reason was given."}`,
  quota_used: ({ subject, until, allowed, period }, now) =>
    `The quota for ${subjectOf(subject)} is used up${untilTime(until, now)}: ${messages(allowed)} ${periods[period]}.`,
  first_connection: ({ subject }) => `Opening the first connection for ${subjectOf(subject)}.`,
  no_more_connections: ({ subject, allowed, reason }) => {
    const why = reason === "" ? "." : `: ${textOf(reason)}`;
    const connections = allowed === 1 ? "1 connection" : `${allowed} connections`;
    return `${subjectOf(subject)} has ${connections} and cannot open more at the moment${why}`;
  },
  all_connections_used: ({ subject }) => `All connections for ${subjectOf(subject)} are in use.`,
  few_at_once: ({ subject, allowed, reason }) => {
    const sends = `${subjectOf(subject)} is limited to ${messages(allowed)} at a time`;
    return reason === ""
      ? `${sends}. The limit rises as messages are accepted.`
      : `${sends} for now: ${textOf(reason)}`;
  },
  node_share: () =>
    "This workspace is sending as many messages at once as it is allowed to. The remaining capacity of this server is reserved for other workspaces.",
  node_opening: () =>
    "This server is opening as many connections at once as it can. More will follow.",
  node_memory: () => "This server is sending as many messages at once as its memory allows.",
  spread: ({ perSecond }) => `Spread over the period you chose: ${rateOf(perSecond)}.`,
  warm_up: ({ subject, perSecond }) =>
    `${subjectOf(subject)} is being warmed up: ${rateOf(perSecond)}, spread evenly over the day.`,
  slowed_down: ({ subject, perSecond, reason }) => {
    const sends = `${subjectOf(subject)} is slowed down to ${rateOf(perSecond)}`;
    return reason === ""
      ? `${sends}. It speeds up again as messages are accepted.`
      : `${sends} for now: ${textOf(reason)}`;
  },
  rate: ({ subject, perSecond }) => `Limited to ${rateOf(perSecond)} by ${subjectOf(subject)}.`,
  looking_up_domains: () => "Looking up the mail servers of the recipients' domains.",
  selecting_recipients: () => "Selecting recipients.",
  paused: ({ reason }) => (reason === "" ? "Paused." : `Paused: ${textOf(reason)}`),
  route_rate: ({ route, perSecond }) =>
    `The sending method “${route}” is limited to ${rateOf(perSecond)}. Change it in Sending → Sending methods.`,
  workspace_rate: ({ perSecond }) =>
    `This workspace is limited to ${rateOf(perSecond)}. An administrator can change it.`,
  held: ({ messages: n }) =>
    `${n === 1 ? "1 message needs" : `${grouped(n)} messages need`} your decision: the connection or the record of the outcome was lost, so they may or may not have arrived.`,
  waiting_retries: ({ messages: n, at, cause }, now) => {
    const many = n === 1 ? "1 message is waiting" : `${grouped(n)} messages are waiting`;
    const first = at === null ? "" : `, ${n === 1 ? "" : "the first "}at ${clockTime(at, now)}`;
    const why = cause === null ? "" : `, because ${causes[cause]}`;
    return `${many} for the next attempt${first}${why}.`;
  },
  saving_results: () => "All messages have been handled. The last results are being saved.",
  full_speed: () => "No limit: sending as fast as this server and the receiving servers allow.",
  waiting_turn: () => "Waiting for its turn on this server.",
  sending_next: () => "The next messages are being sent.",
};

const textOf = (why: Why): string =>
  typeof why === "string" ? spokenReason(why).reason : why.text;

/** All codes, for the schema of the API. */
export const bottleneckCodes = Object.keys(words) as BottleneckCode[];

const unanswered: Record<OpeningStage, (server: string, waiting: string) => string> = {
  dns: (server, waiting) => `${waiting} DNS to return the address of ${server}.`,
  connect: (server, waiting) => `${waiting} ${server} to accept the connection.`,
  greeting: (server, waiting) => `${server} accepted the connection. ${waiting} its greeting.`,
  ehlo: (server, waiting) => `${waiting} ${server} to answer our greeting (EHLO).`,
  starttls: (server, waiting) => `${waiting} ${server} to answer STARTTLS.`,
  auth: (server, waiting) => `${waiting} ${server} to answer our sign-in.`,
  other: (server, waiting) => `${waiting} ${server} to answer.`,
};

const causes: Record<RetryCause, string> = {
  connection: "connections to the receiving servers failed",
  tls: "no sufficiently secure connection was possible",
  dns: "their domains could not be looked up in DNS",
  mailbox_full: "their mailboxes are full",
  limit: "a limit applies to their receiving servers",
  connection_lost: "the connection was lost before the servers replied",
  asked_later: "the receiving servers asked SwiftMail to try again later",
  not_accepted: "the receiving servers do not accept mail from this server at the moment",
  server_problem: "the receiving servers have problems",
};

const periods = { hour: "an hour", day: "in 24 hours", month: "in 30 days" };

function subjectOf({ level, name, provider, route }: LimitSubject): string {
  switch (level) {
    case "node":
      return "this server";
    case "workspace":
      return "the workspace";
    case "workspace_provider":
      return `the workspace to ${provider}`;
    case "campaign":
      return "the campaign";
    case "campaign_provider":
      return `the campaign to ${provider}`;
    case "route":
      return `the sending method “${name}”`;
    case "route_provider":
    case "route_site":
      return `the sending method “${name}” to ${provider}`;
    case "source_provider":
      return `the address ${name} to ${provider}`;
    case "sender_provider":
      return `mail from ${name} to ${provider}`;
    case "sender_site":
      return `mail from ${name} through the sending method “${route}” to ${provider}`;
  }
}

function messages(n: number): string {
  return n === 1 ? "1 message" : `${n} messages`;
}

function grouped(n: number): string {
  return n.toLocaleString("en");
}

function untilTime(until: number | null, now: number): string {
  return until === null ? "" : ` until ${clockTime(until, now)}`;
}

/** Time only for today, otherwise date and time. */
function clockTime(unixMs: number, now: number): string {
  const at = new Date(unixMs).toISOString();
  const isToday = at.slice(0, 10) === new Date(now).toISOString().slice(0, 10);
  return `${isToday ? "" : `${at.slice(0, 10)} `}${at.slice(11, 16)} UTC`;
}

/** The rate per second, minute or hour: the shortest of these in which at least one message is sent. */
function rateOf(perSecond: number): string {
  const [n, unit] =
    perSecond >= 1
      ? [perSecond, "second"]
      : perSecond * 60 >= 1
        ? [perSecond * 60, "minute"]
        : [perSecond * 3_600, "hour"];
  return `${messages(rounded(n))} ${unit === "hour" ? "an" : "a"} ${unit}`;
}

function rounded(n: number): number {
  return n < 10 ? Math.round(n * 10) / 10 : Math.round(n);
}
