import { log } from "../../platform/log.ts";
import { because, storedBecause, storedReason } from "../../reasons/because.ts";
import type { Settlement } from "../limiter/limit-state.ts";
import { TemplateError } from "../render/liquid-engine.ts";
import type { Signer } from "../render/signer.ts";
import { reasonOf } from "../smtp/failure.ts";
import type { Judgement, SmtpOutcome } from "../types.ts";
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
/** How long a message that was not delivered waits for its next attempt if its outcome could not be judged. */
const UNJUDGED_WAIT_MS = 15 * 60_000;
const MAX_OVER_BUDGET = 20;

type Answered = Exclude<SmtpOutcome, { kind: "abandoned" }>;

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
    const { clocks, dispatcher, feedback, onEnd } = this.#parts;
    const startedAt = clocks.wall();
    const startedSteady = clocks.steady();
    const { lane, places } = item;
    const { signal } = lane.target.campaignRoute.cancellation;
    let how: Settlement = "not_sent";
    let why = "";
    try {
      const outcome = await this.#attempt(run, item, startedAt, signal);
      if (outcome === undefined) {
        return;
      }
      if (outcome.kind === "abandoned") {
        this.#abandoned(run, item, signal);
      } else {
        const verdict = this.#settle(run, item, outcome, { startedAt, startedSteady });
        how = settlementOf(outcome, verdict);
        why = how === "pushback" ? pushbackOf(outcome) : "";
        feedback.learn(run, item, { outcome, verdict, startedAt: startedSteady });
      }
    } catch (error) {
      // The message has been settled or put back before; doing either again would send it twice or lose it.
      log.error({ ...idsOf(run, item), err: error }, "the follow-up of a message failed");
    } finally {
      dispatcher.finished({ lane, places }, how, why);
      onEnd(run);
    }
  }

  /** @returns undefined when the message could not be tried; it has been settled or put back then. */
  async #attempt(
    run: Run,
    item: MessageInFlight,
    startedAt: number,
    signal: AbortSignal,
  ): Promise<SmtpOutcome | undefined> {
    const { gate, ledger, dispatcher } = this.#parts;
    let outcome: SmtpOutcome;
    try {
      outcome = await tryMessage(this.#parts, run, item, {
        startedAt,
        signal,
        mayMail: () => gate.check(run, item),
        onRendered: (ms) => dispatcher.rendered(run, ms),
        onUndot: (fact) => ledger.record(run, item.chunk, fact),
      });
    } catch (error) {
      this.#cannot(run, item, error, startedAt);
      return undefined;
    }
    run.overBudget = 0;
    return outcome;
  }

  /** Records the outcome, also when judging it fails: the server may have the message, so it must not be put back. */
  #settle(
    run: Run,
    item: MessageInFlight,
    outcome: Answered,
    { startedAt, startedSteady }: { startedAt: number; startedSteady: number },
  ): Judgement {
    let verdict: Judgement;
    try {
      const judged = judgeTry(item, outcome, this.#parts);
      const tried = { outcome, verdict: judged, startedAt: startedSteady };
      verdict = this.#parts.feedback.redirect(run, item, tried);
    } catch (error) {
      log.error(
        { ...idsOf(run, item), err: error },
        "the outcome of a message could not be judged",
      );
      verdict = plainVerdict(outcome, this.#parts.clocks.wall());
    }
    this.#parts.ledger.settle(run, item, attemptFact(run, item, outcome, verdict, startedAt));
    return verdict;
  }

  #cannot(run: Run, item: MessageInFlight, error: unknown, at: number): void {
    const { ledger } = this.#parts;
    if (error instanceof NotMailed) {
      ledger.settle(run, item, unsentFact(run, item, error.why, this.#parts.clocks.wall()));
      // If this message was the probe of a route, another message must become the probe.
      item.lane.target.campaignRoute.circuit.endProbe();
    } else if (error instanceof TemplateError) {
      ledger.settle(run, item, unrenderableFact(run, item, error.message, at));
      this.#notRendered(run, error);
    } else {
      // The signer failed, or something unforeseen happened. Nothing was sent, so the message stays pending.
      log.error({ ...idsOf(run, item), err: error }, "a message could not be tried");
      this.#takeBack(run, item);
      const again = this.#parts.clocks.steady() + RETRY_OWN_FAILURE_MS;
      this.#parts.dispatcher.hold(run, again, storedBecause("own_failure"));
    }
  }

  /** A single contact's data can exceed the budget of a template. If many in a row do, the campaign is paused. */
  #notRendered(run: Run, error: TemplateError): void {
    run.overBudget = error.code === undefined ? 0 : run.overBudget + 1;
    if (run.overBudget === MAX_OVER_BUDGET) {
      const why = because("unfilled_in_a_row", { count: MAX_OVER_BUDGET, fault: error.message });
      this.#parts.onPause(run, storedReason(why));
    }
  }

  #abandoned(run: Run, item: MessageInFlight, signal: AbortSignal): void {
    const wasRecalled = signal.aborted;
    this.#takeBack(run, item);
    item.lane.target.campaignRoute.circuit.endProbe();
    if (!wasRecalled && this.#parts.recorder.trouble === undefined) {
      // The pool was closed because its route changed: the campaign restarts with the new settings.
      this.#parts.onPoolClosed(run);
    }
    if (wasRecalled && !run.isHalted) {
      this.#parts.feedback.moveToOtherRoutes(run, item.lane.target.campaignRoute);
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

function idsOf(
  { parts: { workspaceId, campaignId } }: Run,
  { recipient: { seq } }: MessageInFlight,
) {
  return { workspaceId, campaignId, seq };
}

/** The verdict when judging failed. A message that may have arrived is held, so that a person decides about it. */
function plainVerdict({ kind }: Answered, now: number): Judgement {
  const base = { countsAsAttempt: true, pushback: false, actions: [] };
  switch (kind) {
    case "accepted":
      return { ...base, state: "sent", category: "accepted" };
    case "ambiguous":
      return { ...base, state: "held", category: "ambiguous" };
    default:
      return { ...base, state: "deferred", category: "system", dueAt: now + UNJUDGED_WAIT_MS };
  }
}

/** What the limiter learns from the outcome. */
function settlementOf({ kind }: Answered, { pushback }: Judgement): Settlement {
  return pushback ? "pushback" : kind === "accepted" ? "success" : "neutral";
}

/** The reason for a pushback, as the end of a sentence. A reply reads differently from failed connections. */
function pushbackOf(outcome: Answered): string {
  return outcome.kind === "refused"
    ? storedBecause("server_said", { said: reasonOf(outcome) })
    : storedBecause("connections_fail", { fault: reasonOf(outcome) });
}
