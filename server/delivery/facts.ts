// The facts written to the journal: DESIGN §5. They are JSON with short keys, because there are millions of them. Each
// stream is written by one thread and applied by the ingester.

/** The terminating dot of message `s` of campaign `c` is about to be sent. */
export type DotFact = { k: "dot"; w: string; c: number; s: number; at: number };

/** The dot was not sent after all: the message was cancelled while its `dot` record was being synced. */
export type UndotFact = { k: "undot"; w: string; c: number; s: number; at: number };

/** The result of an attempt. */
export type ResultFact = {
  k: "result";
  w: string;
  c: number;
  s: number;
  /** The chunk's number and the epoch of its lease. */
  ch: number;
  ep: number;
  at: number;
  /** The state the message moves to. */
  st: "sent" | "deferred" | "bounced" | "failed" | "held" | "skipped";
  /** The outcome: accepted, deferred, bounced, failed or ambiguous; empty when no attempt was made (skipped). */
  oc: string;
  cat: string;
  due?: number;
  /** 1 when the campaign's setting, read when this fact is applied, decides whether the message is held instead. */
  ask?: 1;
  /** 1 when the attempt counts towards the retry schedule. */
  n: 0 | 1;
  stage?: string;
  code?: number;
  enh?: string;
  text?: string;
  rt?: number;
  host?: string;
  ms?: number;
  sup?: "hard_bounce";
  /** Set when this failure counts against the address: the category to count it under. */
  strike?: string;
};

/** A chunk's lease ends: each of its messages has a result or was not started. */
export type ReleaseFact = {
  k: "release";
  w: string;
  c: number;
  ch: number;
  ep: number;
  at: number;
};

/** An open, click or web view, as recorded by the tracking endpoint. */
export type EngagementFact = {
  k: "open" | "click" | "view";
  w: string;
  c: number;
  s: number;
  link?: number;
  at: number;
  ip: string;
  ua: string;
  /** Stated by the request: `head` for a HEAD request, `prefetch` for a Purpose header. */
  hint?: "head" | "prefetch";
};

/** A recipient asked this workspace to stop mailing them. */
export type UnsubscribeFact = {
  k: "unsubscribe";
  w: string;
  c: number;
  s: number;
  at: number;
  /** one_click is RFC 8058; webhook is an unsubscribe reported by a provider. */
  via: "one_click" | "page" | "mailto" | "webhook";
  ip: string;
  ua: string;
  /** The contact and its present address, from the token; they remain known when the message is deleted. */
  ct?: number;
  a?: string;
};

/**
 * An accepted message bounced or was reported delayed, by a delivery status notification (RFC 3464) to its return path
 * or by a provider's webhook. The producer has verified which message it is about.
 */
export type BounceFact = {
  k: "bounce";
  w: string;
  c: number;
  s: number;
  at: number;
  via: "dsn" | "webhook";
  action: "failed" | "delayed";
  /** Reply code; 0 when the report contains none. */
  code: number;
  /** Enhanced status code; empty when the report contains none. */
  enh: string;
  text: string;
  /** The address named in the report. Only the message's own address is acted on. */
  address?: string;
};

/** A spam complaint by the recipient: a feedback report (RFC 5965) or a provider's webhook. */
export type ComplaintFact = {
  k: "complaint";
  w: string;
  c: number;
  s: number;
  at: number;
  via: "arf" | "webhook";
  /** The report's Feedback-Type, e.g. `abuse`. */
  kind: string;
  address?: string;
};

/** Facts from outside: the web, the SMTP listener, providers. */
export type OutsideFact = EngagementFact | UnsubscribeFact | BounceFact | ComplaintFact;

export type Fact = DotFact | UndotFact | ResultFact | ReleaseFact | OutsideFact;
