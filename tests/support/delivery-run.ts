// A small sending node: every part of server/delivery/run/ that a campaign passes through, wired like the pipeline,
// over a real journal in a temporary folder. The test controls the clock and the servers' replies.
import { afterEach, beforeEach } from "bun:test";
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fact, ResultFact } from "../../server/delivery/facts.ts";
import type { Refusal } from "../../server/delivery/limiter/limit-state.ts";
import { type CompiledCampaign, compileCampaign } from "../../server/delivery/render/compile.ts";
import { Dispatcher, type DispatcherParts } from "../../server/delivery/run/dispatcher.ts";
import { Feedback, type FeedbackParts } from "../../server/delivery/run/feedback.ts";
import { Intake } from "../../server/delivery/run/intake.ts";
import { Ledger } from "../../server/delivery/run/ledger.ts";
import { nowhereFact } from "../../server/delivery/run/outcome-fact.ts";
import { Placer } from "../../server/delivery/run/placing.ts";
import { Recorder } from "../../server/delivery/run/recorder.ts";
import type { CampaignRoute } from "../../server/delivery/run/routing.ts";
import {
  type ChunkInHand,
  emptyMessage,
  type Lane,
  type MessageInFlight,
  type MessageInHand,
  Run,
  type RunParts,
} from "../../server/delivery/run/run.ts";
import { Traffic } from "../../server/delivery/run/traffic.ts";
import type { Egress, EgressStatus, Site, Target } from "../../server/delivery/smtp/egress.ts";
import type { Envelope, SendOptions } from "../../server/delivery/smtp/transaction.ts";
import type { Route, SmtpOutcome } from "../../server/delivery/types.ts";
import type { Clocks } from "../../server/platform/clock.ts";
import { JournalReader } from "../../server/platform/journal/reader.ts";
import { streamStart } from "../../server/platform/journal/segments.ts";
import { openJournal } from "../../server/platform/journal/writer.ts";
import { spokenReason } from "../../server/reasons/because.ts";
import { campaignContent, contactFields, testTokenKeys } from "./campaign-content.ts";
import { loopbackRoute } from "./smtp-messages.ts";

export const WORKSPACE = "01jd0000000000000000000000";
export const NOON = Date.UTC(2026, 10, 20, 12);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export type Answered = Exclude<SmtpOutcome, { kind: "abandoned" }>;
/**
 * A server's handling of one message. `dot` resolves when the dot is written, and rejects when it must not be;
 * `recalled` resolves when the message is cancelled.
 */
export type Step = (dot: () => Promise<void>, recalled: Promise<void>) => Promise<SmtpOutcome>;

class TakenBack extends Error {}

export const accepted: Answered = {
  kind: "accepted",
  reply: { code: 250, enhanced: "2.0.0", text: "queued" },
  host: "mx.example",
  durationMs: 5,
};
export const ambiguous: Answered = {
  kind: "ambiguous",
  error: "the connection was lost",
  host: "mx.example",
  durationMs: 5,
};

/** A refusal, at RCPT unless given. */
export function refused(
  code: number,
  text: string,
  changes: Partial<Extract<SmtpOutcome, { kind: "refused" }>> & { enhanced?: string } = {},
): Answered {
  const { enhanced = "", ...rest } = changes;
  const reply = { code, enhanced, text };
  return { kind: "refused", stage: "rcpt", reply, host: "mx.example", durationMs: 5, ...rest };
}

/** A failed connection, unless given otherwise. */
export function broken(changes: Partial<Extract<SmtpOutcome, { kind: "broken" }>> = {}): Answered {
  return {
    ...{ kind: "broken", stage: "connect", fault: "connection", error: "connection refused" },
    ...{ host: "mx.example", durationMs: 5 },
    ...changes,
  };
}

/** A server that accepts the message up to its dot and then replies this. */
export function answers(outcome: Answered): Step {
  return async (dot) => {
    await dot();
    return outcome;
  };
}

/** A server that replies this before the dot. */
export function answersEarly(outcome: Answered): Step {
  return () => Promise.resolve(outcome);
}

/** A server that does not reply until the message is cancelled. */
export const silent: Step = async (_dot, recalled) => {
  await recalled;
  return { kind: "abandoned" };
};

/** A pool of connections that was closed. */
export const closed: Step = () => Promise.resolve({ kind: "abandoned" });

/** An egress whose servers reply what the test has scripted. */
export class ScriptedEgress implements Egress {
  readonly route: Route;
  /** Connections that carry messages. */
  connections: number;
  /** When the next connection is attempted while there is none, and why there is none. */
  trouble: { retryAt: number; error: string } | undefined;
  opening: EgressStatus["opening"];
  /** The sites of domains; other domains have their own site, or the relay's. */
  readonly sites = new Map<string, Site | Promise<Site>>();
  /** Handling of the next messages, in turn; after these, all are accepted. */
  readonly script: Step[] = [];
  /** Recipients whose dot was written, once per dot. */
  readonly dots: string[] = [];

  constructor(changes: Partial<Route> = {}) {
    this.route = loopbackRoute(25, {
      ...{ workspaceId: WORKSPACE, name: "Office", host: "relay.example", maxConnections: 100 },
      ...changes,
    });
    this.connections = this.route.maxConnections;
  }

  siteOf(domain: string): Site | Promise<Site> {
    const known = this.sites.get(domain);
    const name = this.route.kind === "direct" ? `mx.${domain}` : this.route.host;
    return known ?? { key: name, name, provider: "other" };
  }

  async send(message: Envelope, options: SendOptions & { target?: Target }): Promise<SmtpOutcome> {
    const { signal, beforeDot, isStillWanted } = options;
    const step = this.script.shift() ?? answers(accepted);
    if (signal?.aborted === true || isStillWanted?.() === false) {
      return { kind: "abandoned" };
    }
    const recalled = Promise.withResolvers<void>();
    signal?.addEventListener("abort", () => recalled.resolve());
    const dot = async () => {
      await beforeDot().catch(() => {
        throw new TakenBack();
      });
      if (signal?.aborted === true) {
        throw new TakenBack();
      }
      this.dots.push(message.envelopeTo);
    };
    try {
      return await step(dot, recalled.promise);
    } catch (error) {
      if (error instanceof TakenBack) {
        return { kind: "abandoned" };
      }
      throw error;
    }
  }

  usable(): number {
    return this.connections;
  }

  status(): EgressStatus {
    return {
      ...{ open: this.connections, ready: this.connections, busy: 0, waiting: 0 },
      limit: this.route.maxConnections,
      retryAt: this.trouble?.retryAt,
      lastError: this.trouble?.error ?? "",
      opening: this.opening,
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export type NewRun = Partial<RunParts> & { egresses?: readonly ScriptedEgress[] };
export type NewChunk = {
  /** The chunk's provider; `other` has recipients of many providers. */
  provider?: string;
  /** Domains of the recipients, which take turns. */
  domains?: readonly string[];
  leaseMs?: number;
  judgedAt?: number;
};
export type NodeOptions = Pick<DispatcherParts, "places"> & {
  random?: () => number;
  feedback?: Partial<FeedbackParts>;
};

export type SendingNode = Awaited<ReturnType<typeof newSendingNode>>;

let compiling: Promise<CompiledCampaign> | undefined;

/** Starts at noon on both clocks. Close it when the test is over. */
export async function newSendingNode(options: NodeOptions = {}) {
  compiling ??= compileCampaign(campaignContent(), { campaignId: 1, keys: testTokenKeys });
  const compiled = await compiling;
  const { clocks, pass, step } = newClocks();
  const journal = newJournalFolder();
  const { recorder } = journal;
  const traffic = new Traffic(undefined, clocks);
  const runs = new Set<Run>();
  /** Messages handed out and lanes parked by the dispatcher, runs whose chunks were released, and pauses. */
  const seen = {
    handed: [] as MessageInFlight[],
    parked: [] as { lane: Lane; refusal: Refusal }[],
    released: [] as Run[],
    pauses: [] as string[],
  };
  const dispatcher = new Dispatcher({
    ...{ recorder, clocks, traffic, workspaceLimits: () => ({}) },
    ...(options.places === undefined ? {} : { places: options.places }),
  });
  const ledger = new Ledger({
    ...{ recorder, clock: clocks.wall },
    onReleased: (run) => seen.released.push(run),
  });
  const placer = new Placer({
    ...{ book: traffic, clocks },
    onPlaced: (run) => dispatcher.laneReady(run),
    onEmptied: (lane) => dispatcher.tidy(lane),
    onNowhere: (run, item, domain) =>
      ledger.settle(run, item, nowhereFact(run, item, domain, clocks.wall())),
  });
  const intake = new Intake(clocks, ledger, dispatcher, options.random ?? (() => 0.5));
  const feedback = new Feedback({
    ...{ clocks, traffic, dispatcher, placer, runs: () => runs },
    onPause: (_run, reason) => seen.pauses.push(spokenReason(reason).reason),
    onLostAnswers: () => undefined,
    ...options.feedback,
  });
  dispatcher.start({
    send: (_run, item) => seen.handed.push(item),
    parked: (lane, refusal) => {
      seen.parked.push({ lane, refusal });
      intake.parked(lane, refusal);
    },
  });
  let lastSeq = 0;
  let lastChunk = 0;
  return {
    ...{ clocks, pass, step, journal, recorder, traffic },
    ...{ runs, dispatcher, ledger, placer, intake, feedback, ...seen },

    /** A campaign over these routes in order of preference; over one relay when none is given. */
    campaign({ egresses = [new ScriptedEgress()], ...changes }: NewRun = {}): Run {
      const run = new Run({
        ...{ workspaceId: WORKSPACE, campaignId: 1, launchedAt: NOON, spreadMinutes: undefined },
        ...{ onAmbiguous: "resend", total: 10_000, remaining: 10_000, compiled },
        consent: () => new Map(),
        routes: egresses.map((egress, position) => wayOf(egress, position, traffic)),
        ...changes,
      });
      runs.add(run);
      dispatcher.add(run);
      return run;
    },

    /** Takes a chunk of this many messages in hand and places them; `dispatcher.wake()` starts sending. */
    take(run: Run, messages: number, chunk: NewChunk = {}): MessageInHand[] {
      const { provider = "other", domains = ["reader.example"], leaseMs = HOUR } = chunk;
      lastChunk += 1;
      const inHand: ChunkInHand = {
        claim: {
          ...{ campaignId: run.parts.campaignId, chunkNo: lastChunk, provider, epoch: 1 },
          ...{ firstSeq: lastSeq + 1, lastSeq: lastSeq + messages },
          leaseUntil: clocks.wall() + leaseMs,
        },
        ...{ open: messages, unrecorded: 0 },
      };
      run.chunks.add(inHand);
      const items = Array.from({ length: messages }, (_, i): MessageInHand => {
        lastSeq += 1;
        const message = emptyMessage(lastSeq);
        const address = `r${lastSeq}@${domains[i % domains.length]}`;
        const contact = contactFields({ email: address });
        const recipient = { ...message.recipient, address, contact };
        return { ...message, recipient, chunk: inHand, judgedAt: chunk.judgedAt ?? 0 };
      });
      for (const item of items) {
        placer.place(run, item);
      }
      return items;
    },

    /** Reports the message to the dispatcher as finished successfully. */
    end(item: MessageInFlight | undefined): void {
      if (item !== undefined) {
        dispatcher.finished(item, "success");
      }
    },

    async close(): Promise<void> {
      dispatcher.stop();
      await journal.close();
    },
  };
}

/** Gives each test of a file a node of its own, and closes it afterwards. */
export function nodePerTest(use: (node: SendingNode) => void): void {
  let node: SendingNode;
  beforeEach(async () => {
    node = await newSendingNode();
    use(node);
  });
  afterEach(() => node.close());
}

/** The route that a campaign prefers. */
export function firstRouteOf(run: Run): CampaignRoute {
  const [first] = run.parts.routes;
  if (first === undefined) {
    throw new Error("the campaign has no route");
  }
  return first;
}

export function isResult(fact: Fact): fact is ResultFact {
  return fact.k === "result";
}

function wayOf(egress: ScriptedEgress, position: number, traffic: Traffic): CampaignRoute {
  return {
    ...{ egress, position, weight: 1, signingKey: undefined, hasDelivered: false },
    ...{ circuit: traffic.circuitOf(egress.route), cancellation: new AbortController() },
  };
}

/** `pass` advances time; `step` changes the host's clock, which the steady clock does not notice. */
function newClocks() {
  let steady = NOON;
  let wall = NOON;
  const clocks: Clocks = { wall: () => wall, steady: () => steady };
  return {
    clocks,
    pass(ms: number): void {
      steady += ms;
      wall += ms;
    },
    step(ms: number): void {
      wall += ms;
    },
  };
}

function newJournalFolder() {
  const root = mkdtempSync(join(tmpdir(), "delivery-run-"));
  const dir = join(root, "journal");
  const journal = openJournal({ dir });
  const recorder = new Recorder(journal);
  return {
    recorder,
    /** All facts of the journal in order, once every one of them is durable. */
    async facts(): Promise<Fact[]> {
      while (recorder.waiting > 0) {
        await Bun.sleep(1);
      }
      const reader = new JournalReader({ dir, from: streamStart });
      const facts: Fact[] = [];
      for (let records = reader.next(); records.length > 0; records = reader.next()) {
        facts.push(...records.map(({ payload }) => JSON.parse(payload) as Fact));
      }
      reader.close();
      return facts;
    },
    /** From now on the journal cannot be written, as if its disk had failed. */
    async breakDown(): Promise<void> {
      renameSync(dir, `${dir}-away`);
      await journal.roll().catch(() => undefined);
    },
    mend(): void {
      renameSync(`${dir}-away`, dir);
    },
    async close(): Promise<void> {
      await journal.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
