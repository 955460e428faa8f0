import type { InnerReason } from "../reasons/sentence.ts";
// What can hold a campaign back, as data. Delivery and the progress of a campaign choose the code; whoever shows it
// words it: `run/bottleneck-words.ts` in English for the API, the web in the reader's language.

/** What a limit applies to. Names that a level does not have are empty. */
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

/** Why a limit applies: in answers, a reason with its code, or text of a server or a person. */
export type Why = string | InnerReason;

/** Times are Unix ms, rates are messages a second, and `reason` is a stored reason, opened in answers, or what a server, a rule or a person said. */
type BottleneckParams = {
  journal_unwritable: { reason: Why };
  /** All messages in flight wait for connections; this one has been opening for longest. */
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

/** What holds a campaign back. */
export type Bottleneck<C extends BottleneckCode = BottleneckCode> = {
  [K in C]: { code: K; params: BottleneckParams[K] };
}[C];

/** One function for each code, so that the compiler finds a code that nobody words. */
export type BottleneckWords<More extends unknown[] = []> = {
  [K in BottleneckCode]: (params: BottleneckParams[K], ...more: More) => string;
};

/** A bottleneck in the API: for programs, and in English for people. */
export type BottleneckAnswer = Bottleneck & { detail: string };
