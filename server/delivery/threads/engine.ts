import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isId, newId } from "../../platform/ids.ts";
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
import { type CampaignProgress, EngineState } from "./engine-state.ts";
import { streamDir } from "./journal-streams.ts";
import { OutsideFacts } from "./outside-facts.ts";

export type DeliveryOptions = {
  dataDir: string;
  masterKeyFile?: string | undefined;
  ports: DeliveryPorts;
  /** Number of threads that sign; default: the number of cores. */
  signerThreads?: number;
  /** DNS servers that direct routes ask for MX hosts, e.g. `192.0.2.53` or `127.0.0.1:5353`; none = the system's. */
  dnsServers?: readonly string[] | undefined;
  /** A delivery thread has died. Durable data is safe; the process should exit and start again. */
  onFatal: (reason: string) => void;
};

/** The running delivery: its threads, its journal, and the calls that other code may make. */
export type Delivery = {
  /** What was recovered at the start. */
  readonly recovered: Recovered;
  /** Why nothing can be sent, as a sentence; undefined while the journal can be written. */
  trouble(): string | undefined;
  /**
   * Freezes the audience of a `preparing` campaign and moves it to `sending`. Resolves with the number of recipients,
   * or undefined when the campaign was cancelled in the meantime. Concurrent calls share one freeze. After a crash the
   * freeze resumes by itself.
   */
  prepareCampaign(workspaceId: string, campaignId: number): Promise<number | undefined>;
  /**
   * Must be called before a change of status is committed. Resolves once it is durable that the workspace must be
   * checked, so that a crash between the commit and `notice` is recovered from.
   */
  expect(workspaceId: string): Promise<void>;
  /**
   * Must be called after a campaign's status has changed. A `preparing` campaign is frozen, a `sending` one continues,
   * a `pausing` or `cancelling` one cancels messages before the dot and ends.
   */
  notice(workspaceId: string, campaignId: number): void;
  /**
   * Makes messages that failed pending again. @throws AppError `not_found`; `illegal_state` for a campaign that was
   * cancelled or has not started.
   */
  retry(workspaceId: string, campaignId: number, filter: RetryFilter): Promise<RetryCount>;
  /**
   * Applies a decision to held messages, to all or to those in `seqs`; resolves with their number.
   *
   * @throws the errors of `retry`.
   */
  decideHeld(
    workspaceId: string,
    campaignId: number,
    decision: HeldDecision,
    seqs?: number[],
  ): Promise<number>;
  /**
   * Resolves when the fact is durable. For an unsubscribe or a complaint it also waits until delivery knows about it:
   * from then on the person gets nothing more, and messages to them that are before the dot are cancelled. Any other
   * opt-out is a change in a database, which delivery notices by itself.
   *
   * @throws AppError `unavailable` when the fact cannot be stored.
   */
  recordFact(fact: OutsideFact): Promise<void>;
  /**
   * The person has resubscribed, and the database already says so. As soon as the database contains all earlier facts,
   * delivery relies on it alone for them; a newer unsubscribe is not lost. Resolves then, and never rejects.
   */
  resubscribed(workspaceId: string, address: string): Promise<void>;
  /** A route was changed, disabled or removed: running campaigns load it again. */
  routeChanged(workspaceId: string, routeId: number): void;
  /** The rules for server replies were changed: delivery loads them again. */
  rulesChanged(): void;
  /** Sends one message now and returns the outcome. Nothing is recorded. */
  sendOne(message: TestMessage): Promise<SmtpOutcome>;
  /** The current state of the queue, for one workspace or for all. */
  queue(workspaceId: string | undefined): Promise<QueueSnapshot>;
  /** Ends a suspension; false when there was none. */
  resumeLimit(limit: QueueLimit): Promise<boolean>;
  /** Suspends a limit for `forMs`. */
  suspendLimit(limit: QueueLimit & { forMs: number; reason: string }): Promise<void>;
  /**
   * Calls the listener for every change of every campaign, a few times a second. Returns a function that unsubscribes.
   */
  onProgress(listener: (event: CampaignProgress) => void): () => void;
  /** The current progress of a campaign; undefined when it is not being sent. */
  running(workspaceId: string, campaignId: number): RunProgress | undefined;
  /** Number of results applied since the process started, by the message state they led to. */
  outcomes(): ReadonlyMap<string, number>;
  /**
   * Deletes applied facts from the journal's files, because the server replies in them contain personal data.
   *
   * @throws AppError `unavailable` while the journal cannot be written.
   */
  forgetJournal(): Promise<void>;
  /** Closes all files and connections of a workspace before its file is removed or replaced. */
  forgetWorkspace(workspaceId: string): Promise<void>;
  /** Cancels messages before the dot, lets the rest finish, applies the journal and ends the threads. */
  stop(): Promise<void>;
};

const DRAIN_MS = 10_000;

/**
 * Starts delivery. First, everything that an earlier process left in the journal is applied and its ambiguous messages
 * are recorded; only then does sending start.
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
  const writerThread = new Worker(new URL("./writer.worker.ts", import.meta.url).href);
  const writer = connect<WriterMethods>(writerThread);
  serve<WriterEvents>(
    writerThread,
    {
      applied: (event) => state.applied(event),
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
  state.halt = (campaign) => delivery.tell("notice", campaign);
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
    log.warn(recovered, "recovered unfinished work of an earlier process");
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

/**
 * The name of this data folder's journal. If local/ is lost, a new name is created, so that positions start over and
 * the loss is detected.
 */
function nodeId(path: string): string {
  const found = existsSync(path) ? readFileSync(path, "utf8").trim() : "";
  if (isId(found)) {
    return found;
  }
  // A power cut can leave a new file empty, so a file without a name is replaced.
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
