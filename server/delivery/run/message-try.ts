import type { UndotFact } from "../facts.ts";
import { renderMessage } from "../render/message.ts";
import { renderSigned, type Signer } from "../render/signer.ts";
import type { Rendered, SmtpOutcome } from "../types.ts";
import { dotFact, undotFact } from "./outcome-fact.ts";
import type { Recorder } from "./recorder.ts";
import type { MessageInFlight, Run } from "./run.ts";

export type Try = {
  /** Unix ms; the message's Date unless it was tried before. */
  startedAt: number;
  /** Takes the message back as long as its dot is not written. */
  signal: AbortSignal;
  /** Throws when the recipient must not be mailed any more. */
  mayMail: () => void;
  /** How long this thread was busy with filling it in. */
  onRendered: (ms: number) => void;
  /** The journal says that the dot was to come, and it never did. */
  onUndot: (fact: UndotFact) => void;
};

/**
 * Renders one message and hands it to its route, the `dot` fact durable before the terminating dot. A crash
 * after that leaves an ambiguous message, before it one that was certainly not sent.
 *
 * Whether the recipient may be mailed is asked right before MAIL and right before the dot: nothing can come between
 * the answer and what is then written.
 *
 * @throws What `mayMail` throws; TemplateError.
 */
export async function tryMessage(
  parts: { recorder: Recorder; signer: Signer },
  run: Run,
  item: MessageInFlight,
  { startedAt, signal, mayMail, onRendered, onUndot }: Try,
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
  const { way, site, source } = item.lane.target;
  const domain = item.recipient.address.slice(item.recipient.address.lastIndexOf("@") + 1);
  const outcome = await way.egress.send(rendered, {
    signal,
    target: source === undefined ? { domain, site } : { domain, site, source },
    isStillWanted,
    beforeDot: async () => {
      await parts.recorder.once(dotFact(run, item, startedAt));
      announced = true;
      // The last moment at which somebody who has just said no can be spared.
      if (!isStillWanted()) {
        throw refusal?.error;
      }
    },
  });
  if (announced && outcome.kind === "abandoned") {
    onUndot(undotFact(run, item, startedAt));
  }
  if (refusal !== undefined && outcome.kind === "abandoned") {
    throw refusal.error;
  }
  return outcome;
}

/** What is not done at once is signing, on another thread. */
function render(
  signer: Signer,
  run: Run,
  item: MessageInFlight,
  startedAt: number,
): Rendered | Promise<Rendered> {
  const { compiled } = run.parts;
  const { signingKey } = item.lane.target.way;
  const options = { date: item.firstTriedAt ?? startedAt, run: item.run };
  if (signingKey === undefined) {
    return renderMessage(compiled, item.recipient, options);
  }
  return renderSigned(compiled, item.recipient, options, { key: signingKey, signer });
}
