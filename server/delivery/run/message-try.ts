import { domainOf } from "../../platform/address.rules.ts";
import { messageOf } from "../../platform/errors.ts";
import { log } from "../../platform/log.ts";
import type { UndotFact } from "../facts.ts";
import { renderMessage } from "../render/message.ts";
import { renderSigned, type Signer } from "../render/signer.ts";
import type { Rendered, SmtpOutcome } from "../types.ts";
import { dotFact, undotFact } from "./outcome-fact.ts";
import type { Recorder } from "./recorder.ts";
import type { MessageInFlight, Run } from "./run.ts";

export type MessageTry = {
  /** Unix ms. Becomes the message's Date, unless it has been tried before. */
  startedAt: number;
  /** Cancels the message as long as its dot has not been written. */
  signal: AbortSignal;
  /** Throws when the recipient must not be mailed any more. */
  mayMail: () => void;
  /** Reports how long rendering occupied this thread. */
  onRendered: (ms: number) => void;
  /** Called when a `dot` fact is in the journal but the dot was not written. */
  onUndot: (fact: UndotFact) => void;
};

/**
 * Renders a message and sends it. The `dot` fact is made durable before the terminating dot. After a crash, a message
 * with a `dot` fact is ambiguous, and one without it was certainly not sent.
 *
 * Consent is checked synchronously right before MAIL and right before the dot, so nothing can change in between.
 *
 * @throws TemplateError, and the errors of `mayMail`. When it throws, the dot was not written.
 */
export async function tryMessage(
  parts: { recorder: Recorder; signer: Signer },
  run: Run,
  item: MessageInFlight,
  { startedAt, signal, mayMail, onRendered, onUndot }: MessageTry,
): Promise<SmtpOutcome> {
  const began = performance.now();
  let rendering: Rendered | Promise<Rendered>;
  try {
    rendering = render(parts.signer, run, item, startedAt);
  } finally {
    onRendered(performance.now() - began);
  }
  const rendered = await rendering;
  let refusal: { error: unknown } | undefined;
  const isStillWanted = () => {
    try {
      mayMail();
    } catch (error) {
      refusal = { error };
    }
    return refusal === undefined;
  };
  let announced = false;
  const { campaignRoute, site, source } = item.lane.target;
  const domain = domainOf(item.recipient.address);
  const sentAt = performance.now();
  const outcome = await campaignRoute.egress
    .send(rendered, {
      signal,
      target: source === undefined ? { domain, site } : { domain, site, source },
      isStillWanted,
      beforeDot: async () => {
        await parts.recorder.once(dotFact(run, item, startedAt));
        announced = true;
        // The last moment at which a recipient who has just unsubscribed can be left out.
        if (!isStillWanted()) {
          throw refusal?.error;
        }
      },
    })
    .catch((error: unknown): SmtpOutcome => {
      if (!announced || refusal !== undefined) {
        throw error;
      }
      return failedPastDot(item, error, Math.round(performance.now() - sentAt));
    });
  if (announced && outcome.kind === "abandoned") {
    onUndot(undotFact(run, item, startedAt));
  }
  if (refusal !== undefined && outcome.kind === "abandoned") {
    throw refusal.error;
  }
  return outcome;
}

/** SwiftMail failed after the dot may have been written, so the server may have the message. */
function failedPastDot(item: MessageInFlight, error: unknown, durationMs: number): SmtpOutcome {
  const { workspaceId, campaignId } = item.lane.run.parts;
  log.error(
    { workspaceId, campaignId, seq: item.recipient.seq, err: error },
    "sending a message failed after its dot was announced",
  );
  const reason = messageOf(error);
  return {
    kind: "ambiguous",
    error: `SwiftMail had an internal error: ${reason}`,
    host: item.lane.target.site.name,
    durationMs,
  };
}

/** Synchronous unless the message is signed: signing runs on another thread. */
function render(
  signer: Signer,
  run: Run,
  item: MessageInFlight,
  startedAt: number,
): Rendered | Promise<Rendered> {
  const { compiled } = run.parts;
  const { signingKey } = item.lane.target.campaignRoute;
  const options = { date: item.firstTriedAt ?? startedAt, run: item.run };
  if (signingKey === undefined) {
    return renderMessage(compiled, item.recipient, options);
  }
  return renderSigned(compiled, item.recipient, options, { key: signingKey, signer });
}
