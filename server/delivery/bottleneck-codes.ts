import type { InnerReason } from "../reasons/sentence.ts";
// What can slow a campaign down, as data. Delivery and the campaign's progress choose the code.
// `run/bottleneck-words.ts` turns it into an English sentence for the API, and the web into a sentence in the reader's
// language.

/** What a limit applies to. Names that do not exist at a level are empty. */
export type LimitSubject = {
  level:
    | "node"
    | "workspace"
    | "workspace_provider"
    | "campaign"
    | "campaign_provider"
    | "route"
    | "route_provider"
    | "route_site"
    | "source_provider"
    | "sender_provider"
    | "sender_site";
  /** Name of the sending method, the source address, or the domain of the sender. */
  name: string;
  /** The provider or destination to which mail is limited. */
  provider: string;
  /** The sending method of a `sender_site`. */
  route: string;
};

/** What a server has not done yet; `other` for stages at which a message is under way. */
export type OpeningStage = "dns" | "connect" | "greeting" | "ehlo" | "starttls" | "auth" | "other";

/** Why messages wait for their next attempt, if all wait for the same reason. */
export type RetryCause =
  | "connection"
  | "tls"
  | "dns"
  | "mailbox_full"
  | "limit"
  | "connection_lost"
  | "asked_later"
  | "not_accepted"
  | "server_problem";

type None = Record<string, never>;

/** Why a limit applies: in API answers, a reason with its code, or the words of a server or a person. */
export type Why = string | InnerReason;

/**
 * Times are Unix ms, and rates are messages a second. `reason` is a stored reason (an object in API answers), or the
 * words of a server, a rule or a person.
 */
type BottleneckParams = {
  journal_unwritable: { reason: Why };
  /** All messages in flight wait for connections. This one has been opening for the longest time. */
  opening_unanswered: { server: string; route: string; stage: OpeningStage; since: number };
  /** `server` is empty when there are several. */
  messages_unanswered: { server: string; servers: number; messages: number; since: number };
  campaign_suspended: { reason: Why };
  /** `until` is null when it ends with another message. */
  suspended: { subject: LimitSubject; until: number | null; reason: Why };
  quota_used: {
    subject: LimitSubject;
    until: number | null;
    allowed: number;
    period: "hour" | "day" | "month";
  };
  first_connection: { subject: LimitSubject };
  no_more_connections: { subject: LimitSubject; allowed: number; reason: Why };
  all_connections_used: { subject: LimitSubject };
  few_at_once: { subject: LimitSubject; allowed: number; reason: Why };
  node_share: None;
  node_opening: None;
  node_memory: None;
  spread: { perSecond: number };
  warm_up: { subject: LimitSubject; perSecond: number };
  slowed_down: { subject: LimitSubject; perSecond: number; reason: Why };
  rate: { subject: LimitSubject; perSecond: number };
  looking_up_domains: None;

  selecting_recipients: None;
  paused: { reason: Why };
  route_rate: { route: string; perSecond: number };
  workspace_rate: { perSecond: number };
  held: { messages: number };
  /** `at` is when the first is due; null when that is not known. */
  waiting_retries: { messages: number; at: number | null; cause: RetryCause | null };
  saving_results: None;
  full_speed: None;
  waiting_turn: None;
  sending_next: None;
};

export type BottleneckCode = keyof BottleneckParams;

/** What slows a campaign down. */
export type Bottleneck<C extends BottleneckCode = BottleneckCode> = {
  [K in C]: { code: K; params: BottleneckParams[K] };
}[C];

/** One function for each code, so that the compiler reports a code without a sentence. */
export type BottleneckWords<More extends unknown[] = []> = {
  [K in BottleneckCode]: (params: BottleneckParams[K], ...more: More) => string;
};

/** A bottleneck in the API: for programs, and in English for people. */
export type BottleneckAnswer = Bottleneck & { detail: string };
