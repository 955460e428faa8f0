import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newId } from "../../platform/ids.ts";
import { newDurableMark } from "../../platform/journal/segments.ts";
import { type Journal, openJournal } from "../../platform/journal/writer.ts";
import { log } from "../../platform/log.ts";
import { type Caller, connect, serve } from "../../platform/workers/channel.ts";
import type { OutsideFact } from "../facts.ts";
import type { DeliveryPorts } from "../ports.ts";
import type {
  DeliveryMethods,
  MainMethods,
  Recovered,
  RunProgress,
  TestMessage,
  WriterEvents,
  WriterMethods,
} from "../protocol.ts";
import type { HeldDecision, RetryCount, RetryFilter } from "../queue/requeue.ts";
import type { QueueLimit, QueueSnapshot, SmtpOutcome } from "../types.ts";
import { streamDir } from "./journal-streams.ts";
import { OutsideFacts } from "./outside-facts.ts";

export type DeliveryOptions = {
  dataDir: string;
  masterKeyFile?: string | undefined;
  ports: DeliveryPorts;
  /** Threads that sign; the number of cores unless said otherwise. */
  signerThreads?: number;
  /** Whom direct routes ask for MX hosts, e.g. `192.0.2.53` or `127.0.0.1:5353`; none = the system's name servers. */
  dnsServers?: readonly string[] | undefined;
  /** A thread of delivery died. What is durable is safe; the process should end and start again. */
  onFatal: (reason: string) => void;
};

/** Something about a campaign changed: its rows, its status, or how fast it goes. */
export type CampaignProgress = {
  workspaceId: string;
  campaignId: number;
  /** Set when the campaign moved on by itself. */
  settled: string | undefined;
  /** Set while it is being sent. */
  running: Pick<RunProgress, "perSecond" | "bottleneck"> | undefined;
};

/** The running delivery: its threads, its journal, and what one may ask of it. */
export type Delivery = {
  /** What the start found and mended. */
  readonly recovered: Recovered;
  /** Undefined while everything can be written; else why nothing is sent, as a sentence. */
  trouble(): string | undefined;
  /**
   * Freezes the audience of a `preparing` campaign, which then goes to `sending`. Resolves with the number
   * of recipients, or undefined when it was cancelled meanwhile. Asked twice, it is done once; after a
   * crash it goes on by itself.
   */
  prepareCampaign(workspaceId: string, campaignId: number): Promise<number | undefined>;
  /**
   * Called before a change of status is committed: resolves when it is durable that the workspace is
   * looked at, so that a crash between the commit and `notice` is made up for.
   */
  expect(workspaceId: string): Promise<void>;
  /**
   * The campaign's status was changed: one that is `preparing` is frozen, one that is `sending` goes on,
   * one that is `pausing` or `cancelling` takes back what is before its dot and ends.
   */
  notice(workspaceId: string, campaignId: number): void;
  /**
   * Owes messages again that ended badly. @throws AppError `not_found`; `illegal_state` for a campaign that was
   * cancelled or not begun.
   */
  retry(workspaceId: string, campaignId: number, filter: RetryFilter): Promise<RetryCount>;
  /** Ends the wait of held messages, of all or of those named; answers with how many. @throws as `retry`. */
  decideHeld(
    workspaceId: string,
    campaignId: number,
    decision: HeldDecision,
    seqs?: number[],
  ): Promise<number>;
  /**
   * Resolves when the fact is durable and, where somebody left or reported a message, when delivery knows it: from
   * then on they get nothing more, also not what is under way. Every other way of saying no is a change of a
   * database, where delivery finds it by itself.
   *
   * @throws AppError `unavailable` when it cannot be kept.
   */
  recordFact(fact: OutsideFact): Promise<void>;
  /**
   * The person wants mail again, and the database says so already: delivery asks it alone from the moment when it
   * knows everything else that was said before, so that a newer no is not lost. Resolves then, and never rejects.
   */
  resubscribed(workspaceId: string, address: string): Promise<void>;
  /** A route was changed, switched off or removed: running campaigns load it again. */
  routeChanged(workspaceId: string, routeId: number): void;
  /** The rules about what servers say were changed: from now on they are as they are now. */
  rulesChanged(): void;
  /** Sends one message now and says how it went. Nothing is recorded. */
  sendOne(message: TestMessage): Promise<SmtpOutcome>;
  /** What is in hand now, of one workspace or of all. */
  queue(workspaceId: string | undefined): Promise<QueueSnapshot>;
  /** Ends a suspension now; false when there was none. */
  resumeLimit(limit: QueueLimit): Promise<boolean>;
  /** Leaves a limit alone for a while. */
  suspendLimit(limit: QueueLimit & { forMs: number; reason: string }): Promise<void>;
  /** Hears of every change of every campaign, a few times a second. Returns how to stop hearing. */
  onProgress(listener: (event: CampaignProgress) => void): () => void;
  /** How the campaign is going now; undefined when it is not being sent. */
  running(workspaceId: string, campaignId: number): RunProgress | undefined;
  /** Results applied since the start of this process, by the state they moved their message to. */
  outcomes(): ReadonlyMap<string, number>;
  /**
   * Removes from the disk what the journal still holds of facts that are applied: the words of servers name people.
   *
   * @throws AppError `unavailable` while the journal cannot be written.
   */
  forgetJournal(): Promise<void>;
  /** Closes everything of a workspace, before its file is removed or replaced. */
  forgetWorkspace(workspaceId: string): Promise<void>;
  /** Takes back what is before its dot, lets the rest finish, applies the journal, ends the threads. */
  stop(): Promise<void>;
};

const DRAIN_MS = 10_000;
const RUNNING_FOR_MS = 2_000;

/**
 * Starts delivery. First everything that an earlier process left in the journal is applied, and its
 * ambiguous messages are named; only then is anything sent.
 *
 * This is the only place that starts `writer.worker.ts` and `delivery.worker.ts`.
 *
 * @throws Error when the journal or a database cannot be opened.
 */
export async function startDelivery(options: DeliveryOptions): Promise<Delivery> {
  mkdirSync(join(options.dataDir, "local"), { recursive: true });
  const marks = { delivery: newDurableMark(), web: newDurableMark() };
  const identity = {
    dataDir: options.dataDir,
    node: nodeId(join(options.dataDir, "local", "node-id")),
    boot: newId(),
  };
  const state = new EngineState(options.ports);
  // Until the delivery thread is there, nothing is under way that would have to be halted.
  let toHalt: (campaign: { workspaceId: string; campaignId: number }) => void = () => undefined;
  const writerThread = new Worker(new URL("./writer.worker.ts", import.meta.url).href);
  const writer = connect<WriterMethods>(writerThread);
  serve<WriterEvents>(
    writerThread,
    {
      applied: (event) => {
        state.applied(event);
        for (const campaignId of event.pausing ?? []) {
          toHalt({ workspaceId: event.workspaceId, campaignId });
        }
      },
      deposed: () => options.onFatal("another process has taken over the data folder"),
    },
    logFailure,
  );
  watch(writerThread, "writer", writer, options.onFatal);
  const recovered = await writer.call("start", { ...identity, marks });

  const web = openJournal({
    dir: streamDir(options.dataDir, "web"),
    above: recovered.above.web,
    durable: marks.web,
    onHealth: (health) => state.setHealth("web", health.writable ? undefined : health.reason),
  });
  const deliveryThread = new Worker(new URL("./delivery.worker.ts", import.meta.url).href);
  const delivery = connect<DeliveryMethods>(deliveryThread);
  toHalt = (campaign) => delivery.tell("notice", campaign);
  serve<MainMethods>(deliveryThread, state.methods, logFailure);
  watch(deliveryThread, "delivery", delivery, options.onFatal);
  const { port1, port2 } = new MessageChannel();
  writerThread.postMessage({ t: "port", port: port1 }, [port1]);
  deliveryThread.postMessage({ t: "port", port: port2 }, [port2]);
  await delivery.call("start", {
    ...identity,
    marks,
    above: recovered.above.delivery,
    masterKeyFile: options.masterKeyFile,
    signerThreads: options.signerThreads ?? navigator.hardwareConcurrency,
    dnsServers: options.dnsServers,
  });
  if (recovered.ambiguous > 0 || recovered.leases > 0) {
    log.warn(recovered, "recovered what an earlier process left");
  }
  return deliveryOf({
    state,
    writer,
    delivery,
    web,
    recovered,
    threads: [writerThread, deliveryThread],
  });
}

type Parts = {
  state: EngineState;
  writer: Caller<WriterMethods>;
  delivery: Caller<DeliveryMethods>;
  web: Journal;
  recovered: Recovered;
  threads: Worker[];
};

function deliveryOf({ state, writer, delivery, web, recovered, threads }: Parts): Delivery {
  const outside = new OutsideFacts({ writer, delivery, web });
  return {
    recovered,
    trouble: () => state.trouble(),
    async prepareCampaign(workspaceId, campaignId) {
      const total = await writer.call("prepare", { workspaceId, campaignId });
      delivery.tell("notice", { workspaceId, campaignId });
      return total;
    },
    expect: (workspaceId) => writer.call("expect", { workspaceId }),
    notice(workspaceId, campaignId) {
      writer.tell("look", { workspaceId });
      delivery.tell("notice", { workspaceId, campaignId });
    },
    async retry(workspaceId, campaignId, filter) {
      const count = await writer.call("retry", { workspaceId, campaignId, filter });
      delivery.tell("notice", { workspaceId, campaignId });
      return count;
    },
    async decideHeld(workspaceId, campaignId, decision, seqs) {
      const request = { workspaceId, campaignId, decision, seqs };
      const decided = await writer.call("decideHeld", request);
      delivery.tell("notice", { workspaceId, campaignId });
      return decided;
    },
    recordFact: (fact) => outside.record(fact),
    resubscribed: (workspaceId, address) => outside.resubscribed(workspaceId, address),
    routeChanged: (workspaceId, routeId) => delivery.tell("routeChanged", { workspaceId, routeId }),
    rulesChanged: () => delivery.tell("rulesChanged", null),
    sendOne: (message) => delivery.call("sendOne", message),
    queue: (workspaceId) => delivery.call("queue", { workspaceId }),
    resumeLimit: (limit) => delivery.call("resumeLimit", limit),
    suspendLimit: (limit) => delivery.call("suspendLimit", limit),
    onProgress: (listener) => state.subscribe(listener),
    running: (workspaceId, campaignId) => state.running(workspaceId, campaignId),
    outcomes: () => state.outcomes,
    async forgetWorkspace(workspaceId) {
      await delivery.call("forget", { workspaceId });
      await writer.call("forget", { workspaceId });
    },
    async forgetJournal() {
      await Promise.all([web.roll(), delivery.call("rollJournal", null)]);
      await writer.call("dropJournal", null);
    },
    async stop() {
      await delivery.call("stop", { withinMs: DRAIN_MS });
      await web.close();
      await writer.call("stop", null);
      for (const thread of threads) {
        thread.terminate();
      }
    },
  };
}

/** What the main thread remembers of delivery, and answers its threads. */
class EngineState {
  readonly methods: MainMethods;
  readonly outcomes = new Map<string, number>();
  readonly #listeners = new Set<(event: CampaignProgress) => void>();
  readonly #running = new Map<string, RunProgress & { at: number }>();
  readonly #troubles = new Map<string, string>();

  constructor(ports: DeliveryPorts) {
    this.methods = {
      loadRoutes: async ({ workspaceId, ...choice }) => ports.loadRoutes(workspaceId, choice),
      loadDkimKey: async ({ workspaceId, domain }) => ports.loadDkimKey(workspaceId, domain),
      progress: (event) => this.#progress(event),
      health: ({ writable, reason }) => this.setHealth("delivery", writable ? undefined : reason),
    };
  }

  applied(event: Parameters<WriterEvents["applied"]>[0]): void {
    const { workspaceId, campaigns, settled } = event;
    for (const [state, n] of Object.entries(event.outcomes)) {
      this.outcomes.set(state, (this.outcomes.get(state) ?? 0) + n);
    }
    for (const campaignId of campaigns) {
      this.#emit({
        workspaceId,
        campaignId,
        settled: settled.find((entry) => entry.campaignId === campaignId)?.status,
        running: this.running(workspaceId, campaignId),
      });
    }
  }

  setHealth(stream: string, reason: string | undefined): void {
    if (reason === undefined) {
      this.#troubles.delete(stream);
      log.info({ stream }, "the journal can be written again");
    } else {
      this.#troubles.set(stream, reason);
      log.error({ stream, reason }, "the journal cannot be written: nothing is sent");
    }
  }

  trouble(): string | undefined {
    const [reason] = this.#troubles.values();
    return reason === undefined ? undefined : `The journal cannot be written: ${reason}`;
  }

  running(workspaceId: string, campaignId: number): RunProgress | undefined {
    const found = this.#running.get(`${workspaceId}/${campaignId}`);
    return found !== undefined && performance.now() - found.at < RUNNING_FOR_MS ? found : undefined;
  }

  subscribe(listener: (event: CampaignProgress) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #progress(event: RunProgress): void {
    const { workspaceId, campaignId } = event;
    const now = performance.now();
    for (const [key, { at }] of this.#running) {
      if (now - at > RUNNING_FOR_MS) {
        this.#running.delete(key);
      }
    }
    this.#running.set(`${workspaceId}/${campaignId}`, { ...event, at: now });
    this.#emit({ workspaceId, campaignId, settled: undefined, running: event });
  }

  #emit(event: CampaignProgress): void {
    for (const listener of this.#listeners) {
      listener(event);
    }
  }
}

/** The name of this data folder's journal: another one after local/ was lost, so that positions start over and the loss is seen. */
function nodeId(path: string): string {
  const found = existsSync(path) ? readFileSync(path, "utf8").trim() : "";
  if (found !== "") {
    return found;
  }
  // An empty file is what a power cut may leave of one that was just made.
  const name = newId();
  writeFileSync(`${path}.new`, name);
  renameSync(`${path}.new`, path);
  return name;
}

function watch(
  thread: Worker,
  name: string,
  caller: { fail(reason: Error): void },
  onFatal: (reason: string) => void,
): void {
  thread.addEventListener("error", (event) => {
    const reason = `the ${name} thread failed: ${event.message}`;
    caller.fail(new Error(reason));
    onFatal(reason);
  });
}

function logFailure(name: string, error: unknown): void {
  log.error({ method: name, err: error }, "an event of a delivery thread could not be handled");
}
