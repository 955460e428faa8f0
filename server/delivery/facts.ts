// The facts that go through the journal: DESIGN §5. JSON payloads with short keys, because there are
// millions of them. A stream is written by one thread and applied by the ingester.

/** Message `s` of campaign `c` is about to get its terminating dot. */
export type DotFact = { k: "dot"; w: string; c: number; s: number; at: number };

/** The announced dot was not written after all: the message was taken back while its record was made durable. */
export type UndotFact = { k: "undot"; w: string; c: number; s: number; at: number };

/** What became of an attempt. */
export type ResultFact = {
  k: "result";
  w: string;
  c: number;
  s: number;
  /** Number of the chunk and the epoch of its lease. */
  ch: number;
  ep: number;
  at: number;
  /** State the message moves to. */
  st: "sent" | "deferred" | "bounced" | "failed" | "held" | "skipped";
  /** accepted, deferred, bounced, failed, ambiguous; empty when no attempt was made (skipped). */
  oc: string;
  cat: string;
  due?: number;
  /** 1 when the campaign says, at the time this is applied, whether the message is held instead. */
  ask?: 1;
  /** 1 when the try counts against the retry schedule. */
  n: 0 | 1;
  stage?: string;
  code?: number;
  enh?: string;
  text?: string;
  rt?: number;
  host?: string;
  ms?: number;
  sup?: "hard_bounce";
  /** Category under which this failure counts against the address. */
  strike?: string;
};

/** The lease of a chunk is given back: all its messages have a result, or were not started. */
export type ReleaseFact = {
  k: "release";
  w: string;
  c: number;
  ch: number;
  ep: number;
  at: number;
};

/** An open, click or web view, as the tracking endpoint saw it. */
export type EngagementFact = {
  k: "open" | "click" | "view";
  w: string;
  c: number;
  s: number;
  link?: number;
  at: number;
  ip: string;
  ua: string;
  /** What the request said of itself: `head` for HEAD, `prefetch` for a Purpose header. */
  hint?: "head" | "prefetch";
};

/** Somebody asked not to be mailed any more by this workspace. */
export type UnsubscribeFact = {
  k: "unsubscribe";
  w: string;
  c: number;
  s: number;
  at: number;
  /** one_click is RFC 8058; webhook is what the person told a provider. */
  via: "one_click" | "page" | "mailto" | "webhook";
  ip: string;
  ua: string;
  /** The contact and the address it has now, by the token: they hold when the message is deleted. */
  ct?: number;
  a?: string;
};

/**
 * A message that its server had taken came back, or was said to be late: a delivery status notification
 * (RFC 3464) to its return path, or a provider's webhook. Its producer has authenticated the message.
 */
export type BounceFact = {
  k: "bounce";
  w: string;
  c: number;
  s: number;
  at: number;
  via: "dsn" | "webhook";
  action: "failed" | "delayed";
  /** 0 when the report names none. */
  code: number;
  /** Empty when the report names none. */
  enh: string;
  text: string;
  /** Whom the report is about, as it says; the message's own address is the one that counts. */
  address?: string;
};

/** The recipient told their provider that the message is spam: a feedback report (RFC 5965), or a webhook. */
export type ComplaintFact = {
  k: "complaint";
  w: string;
  c: number;
  s: number;
  at: number;
  via: "arf" | "webhook";
  /** The report's type, e.g. `abuse`. */
  kind: string;
  address?: string;
};

/** What comes from outside: the web, the SMTP listener, providers. */
export type OutsideFact = EngagementFact | UnsubscribeFact | BounceFact | ComplaintFact;

export type Fact = DotFact | UndotFact | ResultFact | ReleaseFact | OutsideFact;
