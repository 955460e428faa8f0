import { log } from "../../platform/log.ts";
import type { Settlement } from "../limiter/limit-state.ts";
import { TemplateError } from "../render/liquid-engine.ts";
import type { Signer } from "../render/signer.ts";
import { reasonOf } from "../smtp/failure.ts";
import type { SmtpOutcome } from "../types.ts";
import { type ConsentGate, NotMailed } from "./consent-gate.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Feedback } from "./feedback.ts";
import { type Judge, judgeTry } from "./judge-try.ts";
import type { Ledger } from "./ledger.ts";
import { tryMessage } from "./message-try.ts";
import { attemptFact, unrenderableFact, unsentFact } from "./outcome-fact.ts";
import type { Recorder } from "./recorder.ts";
import type { MessageInFlight, Run } from "./run.ts";

const RETRY_OWN_FAILURE_MS = 2_000;
const MAX_OVER_BUDGET = 20;

export type SenderParts = Judge & {
  recorder: Recorder;
  signer: Signer;
  ledger: Ledger;
  dispatcher: Dispatcher;
  feedback: Feedback;
  gate: ConsentGate;
  /** The route's pool was closed during the run, so the campaign has to restart. */
  onPoolClosed: (run: Run) => void;
  /** The campaign must be paused until a person has looked at it. */
  onPause: (run: Run, reason: string) => void;
  /** A message has ended. */
  onEnd: (run: Run) => void;
};

/** Sends one message: render → consent check → smtp → result → journal. */
export class Sender {
  readonly #parts: SenderParts;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  async send(run: Run, item: MessageInFlight): Promise<void> {
    const startedAt = this.#parts.clocks.wall();
    const startedSteady = this.#parts.clocks.steady();
    const { lane, places } = item;
    const { signal } = lane.target.way.recall;
    let how: Settlement = "not_sent";
    let why = "";
    try {
      const outcome = await this.#attempt(run, item, startedAt, signal);
      run.overBudget = 0;
      if (outcome.kind === "abandoned") {
        this.#abandoned(run, item, signal);
      } else {
        how = this.#learn(run, item, outcome, { startedAt, startedSteady });
        why = how === "pushback" ? pushbackOf(outcome) : "";
      }
    } catch (error) {
      this.#cannot(run, item, error, startedAt);
    } finally {
      this.#parts.dispatcher.finished({ lane, places }, how, why);
      this.#parts.onEnd(run);
    }
  }

  async #attempt(
    run: Run,
    item: MessageInFlight,
    startedAt: number,
    signal: AbortSignal,
  ): Promise<SmtpOutcome> {
    const { gate, ledger, dispatcher } = this.#parts;
    return await tryMessage(this.#parts, run, item, {
      startedAt,
      signal,
      mayMail: () => gate.check(run, item),
      onRendered: (ms) => dispatcher.rendered(run, ms),
      onUndot: (fact) => ledger.record(run, item.chunk, fact),
    });
  }

  #learn(
    run: Run,
    item: MessageInFlight,
    outcome: Exclude<SmtpOutcome, { kind: "abandoned" }>,
    { startedAt, startedSteady }: { startedAt: number; startedSteady: number },
  ): Settlement {
    const tried = {
      outcome,
      verdict: judgeTry(item, outcome, this.#parts),
      startedAt: startedSteady,
    };
    const verdict = this.#parts.feedback.redirect(run, item, tried);
    this.#parts.ledger.settle(run, item, attemptFact(run, item, outcome, verdict, startedAt));
    return this.#parts.feedback.learn(run, item, { ...tried, verdict });
  }

  #cannot(run: Run, item: MessageInFlight, error: unknown, at: number): void {
    const { ledger } = this.#parts;
    if (error instanceof NotMailed) {
      // If this message was the probe of a route, another message must become the probe.
      item.lane.target.way.circuit.endProbe();
      ledger.settle(run, item, unsentFact(run, item, error.why, this.#parts.clocks.wall()));
    } else if (error instanceof TemplateError) {
      ledger.settle(run, item, unrenderableFact(run, item, error.message, at));
      this.#notRendered(run, error);
    } else {
      // The signer failed, or something unforeseen happened. Nothing was sent, so the message stays pending.
      const { workspaceId, campaignId } = run.parts;
      log.error({ workspaceId, campaignId, err: error }, "a message could not be tried");
      const again = this.#parts.clocks.steady() + RETRY_OWN_FAILURE_MS;
      this.#parts.dispatcher.hold(run, again, "SwiftMail itself failed; it tries again.");
      this.#takeBack(run, item);
    }
  }

  /** A single contact's data can exceed the budget of a template. If many in a row do, the campaign is paused. */
  #notRendered(run: Run, error: TemplateError): void {
    run.overBudget = error.code === undefined ? 0 : run.overBudget + 1;
    if (run.overBudget === MAX_OVER_BUDGET) {
      const words = `${MAX_OVER_BUDGET} messages in a row could not be filled in. ${error.message}`;
      this.#parts.onPause(run, words);
    }
  }

  #abandoned(run: Run, item: MessageInFlight, signal: AbortSignal): void {
    const wasRecalled = signal.aborted;
    if (!wasRecalled && this.#parts.recorder.trouble === undefined) {
      // The pool was closed because its route changed: the campaign restarts with the new settings.
      this.#parts.onPoolClosed(run);
    }
    this.#takeBack(run, item);
    item.lane.target.way.circuit.endProbe();
    if (wasRecalled && !run.isHalted) {
      this.#parts.feedback.findOtherWay(run, item.lane.target.way);
    }
  }

  /** Returns the message to pending, as if it had never been loaded. */
  #takeBack(run: Run, item: MessageInFlight): void {
    if (run.isHalted) {
      this.#parts.ledger.giveBack(run, [item]);
    } else {
      run.putBack(item);
      this.#parts.dispatcher.laneReady(run);
    }
  }
}

/** The reason for a pushback, worded as the end of a sentence. Tells a reply from failing connections. */
function pushbackOf(outcome: SmtpOutcome): string {
  return outcome.kind === "refused"
    ? `the server said “${reasonOf(outcome)}”`
    : `connections fail (${reasonOf(outcome)})`;
}
