import { type SkipReason, WAITS_FOR_MERGED } from "../consent.store.ts";
import type { DotFact, ReleaseFact, ResultFact, UndotFact } from "../facts.ts";
import type { SmtpOutcome, Verdict } from "../types.ts";
import type { MessageInFlight, MessageInHand, Run } from "./run.ts";

const MAX_TEXT = 300;

/**
 * The fact that the dot is about to be written. `at` is when the attempt began. The time of the first attempt becomes
 * the message's Date and never changes.
 */
export function dotFact({ parts }: Run, { recipient }: MessageInHand, at: number): DotFact {
  return { k: "dot", w: parts.workspaceId, c: parts.campaignId, s: recipient.seq, at };
}

/** Revokes the `dot` fact of a message whose dot was not written. */
export function undotFact({ parts }: Run, { recipient }: MessageInHand, at: number): UndotFact {
  return { k: "undot", w: parts.workspaceId, c: parts.campaignId, s: recipient.seq, at };
}

export function releaseFact(
  { parts }: Run,
  { claim }: MessageInHand["chunk"],
  at: number,
): ReleaseFact {
  const { workspaceId: w, campaignId: c } = parts;
  return { k: "release", w, c, ch: claim.chunkNo, ep: claim.epoch, at };
}

/** How long a message waits while another message to the same person is being sent. */
const TWIN_WAIT_MS = 2_000;

/**
 * The result of a message that is not tried, because its recipient must not be mailed or another message to the same
 * person comes first.
 */
export function unsentFact(
  run: Run,
  item: MessageInHand,
  why: SkipReason | typeof WAITS_FOR_MERGED,
  at: number,
): ResultFact {
  return why === WAITS_FOR_MERGED
    ? postponedFact(run, item, at + TWIN_WAIT_MS, at)
    : { ...head(run, item, at), st: "skipped", oc: "", cat: why, n: 0 };
}

/** The result of a message that must wait and was not tried, so it has no attempt. */
export function postponedFact(run: Run, item: MessageInHand, due: number, at: number): ResultFact {
  return { ...head(run, item, at), st: "deferred", oc: "", cat: "postponed", n: 0, due };
}

/** The result of a message to a domain for which none of the campaign's routes may be used. */
export function nowhereFact(run: Run, item: MessageInHand, domain: string, at: number): ResultFact {
  const text = `No sending method of this campaign allows ${domain}.`;
  return { ...head(run, item, at), st: "failed", oc: "failed", cat: "no_route", n: 1, text };
}

/** The result of a message that cannot be rendered. A retry would fail in the same way. */
export function unrenderableFact(
  run: Run,
  item: MessageInHand,
  why: string,
  at: number,
): ResultFact {
  const text = why.slice(0, MAX_TEXT);
  return { ...head(run, item, at), st: "failed", oc: "failed", cat: "render_error", n: 1, text };
}

/** The result of an SMTP attempt. */
export function attemptFact(
  run: Run,
  item: MessageInFlight,
  outcome: Exclude<SmtpOutcome, { kind: "abandoned" }>,
  verdict: Verdict,
  at: number,
): ResultFact {
  return {
    ...head(run, item, at),
    st: verdict.state,
    oc: outcomeName(outcome, verdict),
    cat: verdict.category,
    ...(verdict.dueAt === undefined ? {} : { due: verdict.dueAt }),
    n: verdict.countsAsAttempt ? 1 : 0,
    ...wordsOf(outcome),
    rt: item.lane.target.campaignRoute.egress.route.id,
    host: outcome.host,
    ms: outcome.durationMs,
    ...(verdict.suppress === undefined ? {} : { sup: verdict.suppress }),
    ...(verdict.strike === undefined ? {} : { strike: verdict.strike }),
  };
}

function head({ parts }: Run, { recipient, chunk }: MessageInHand, at: number) {
  return {
    k: "result" as const,
    w: parts.workspaceId,
    c: parts.campaignId,
    s: recipient.seq,
    ch: chunk.claim.chunkNo,
    ep: chunk.claim.epoch,
    at,
  };
}

function outcomeName(outcome: SmtpOutcome, verdict: Verdict): string {
  if (outcome.kind === "accepted" || outcome.kind === "ambiguous") {
    return outcome.kind;
  }
  return verdict.state === "bounced" || verdict.state === "failed" ? verdict.state : "deferred";
}

function wordsOf(outcome: Exclude<SmtpOutcome, { kind: "abandoned" }>) {
  switch (outcome.kind) {
    case "accepted":
      return { stage: "dot", code: outcome.reply.code, ...replyWords(outcome.reply) };
    case "refused":
      return { stage: outcome.stage, code: outcome.reply.code, ...replyWords(outcome.reply) };
    case "broken":
      return { stage: outcome.stage, text: outcome.error.slice(0, MAX_TEXT) };
    case "ambiguous":
      return { stage: "dot", text: outcome.error.slice(0, MAX_TEXT) };
  }
}

function replyWords(reply: { enhanced: string; text: string }) {
  return { enh: reply.enhanced, text: reply.text.slice(0, MAX_TEXT) };
}
