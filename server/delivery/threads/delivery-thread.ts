import type { Clocks } from "../../platform/clock.ts";
import type { Databases } from "../../platform/db/databases.ts";
import { AppError, because, messageOf } from "../../platform/errors.ts";
import type { Journal } from "../../platform/journal/writer.ts";
import { log } from "../../platform/log.ts";
import type { KeyRing } from "../../platform/secrets.ts";
import { startBeat } from "../../platform/workers/beat.ts";
import type { Caller } from "../../platform/workers/channel.ts";
import type { MainMethods, TestMessage, WriterMethods } from "../protocol.ts";
import { workspaceCap } from "../queue/load.store.ts";
import { loadSigningKey } from "../render/dkim.ts";
import { renderMessage } from "../render/message.ts";
import { createSigner, renderSigned, type Signer } from "../render/signer.ts";
import { RuleBook } from "../result/limit-rules.ts";
import { fillRuleBook } from "../result/rule-book.ts";
import { Compiler } from "../run/compiler.ts";
import { Dispatcher } from "../run/dispatcher.ts";
import { routeKey, routeSiteKey } from "../run/limits.ts";
import { Pipeline } from "../run/pipeline.ts";
import { takeSnapshot } from "../run/queue-snapshot.ts";
import { Recorder } from "../run/recorder.ts";
import { RoutePools } from "../run/route-pools.ts";
import type { Run } from "../run/run.ts";
import { Traffic } from "../run/traffic.ts";
import { TrafficFile } from "../run/traffic-file.ts";
import { sendAlone } from "../smtp/send-alone.ts";
import { oneOffTimeouts } from "../smtp/timeouts.ts";
import { loadTokenKeys } from "../tokens.ts";
import type { QueueSnapshot, Rendered, SmtpOutcome } from "../types.ts";

const TICK_MS = 1_000;
const PROGRESS_MS = 500;

export type DeliveryThreadParts = {
  dataDir: string;
  main: Caller<MainMethods>;
  writer: Caller<WriterMethods>;
  journal: Journal;
  databases: Databases;
  keyRing: KeyRing;
  signerThreads: number;
  /** DNS servers to ask for MX hosts; none = the system's. */
  dnsServers: readonly string[] | undefined;
  clocks: Clocks;
};

/** The objects of the delivery thread, and its periodic tasks. */
export class DeliveryThread {
  readonly pipeline: Pipeline;
  readonly #parts: DeliveryThreadParts;
  readonly #pools: RoutePools;
  readonly #traffic: Traffic;
  readonly #trafficFile: TrafficFile;
  readonly #signer: Signer;
  readonly #dispatcher: Dispatcher;
  readonly #rules = new RuleBook();
  readonly #compiler: Compiler;
  readonly #measured = new WeakMap<Run, { finished: number; at: number }>();
  /** Functions that stop the periodic tasks. */
  readonly #beats: (() => void)[] = [];

  constructor(parts: DeliveryThreadParts) {
    this.#parts = parts;
    this.#pools = new RoutePools({
      dnsServers: parts.dnsServers,
      onReady: (route, siteKey) =>
        this.#dispatcher.reopened(
          siteKey === undefined ? routeKey(route) : routeSiteKey(route, siteKey),
        ),
    });
    this.#trafficFile = new TrafficFile(parts.dataDir);
    this.#traffic = new Traffic(this.#trafficFile.read(), parts.clocks);
    this.#compiler = new Compiler({
      keys: loadTokenKeys(parts.keyRing),
      hasOthers: () => this.pipeline.runs[Symbol.iterator]().next().done !== true,
    });
    this.#signer = createSigner(parts.signerThreads);
    const recorder = new Recorder(parts.journal);
    const { clocks, databases } = parts;
    this.#dispatcher = new Dispatcher({
      recorder,
      clocks,
      traffic: this.#traffic,
      workspaceLimits: (workspaceId) => ({
        perSecond: workspaceCap(databases.system, workspaceId),
      }),
    });
    this.pipeline = new Pipeline(
      {
        ...parts,
        pools: this.#pools,
        traffic: this.#traffic,
        compiler: this.#compiler,
        signer: this.#signer,
        recorder,
        rules: this.#rules,
        random: Math.random,
      },
      this.#dispatcher,
    );
  }

  /** Makes the journal continue in a new segment. */
  rollJournal(): Promise<void> {
    return this.#parts.journal.roll();
  }

  /** Loads the current rules for server replies. */
  reloadRules(): void {
    fillRuleBook(this.#rules, this.#parts.databases.system);
  }

  run(): void {
    this.reloadRules();
    const keep = () => this.#trafficFile.write(this.#traffic.state(), this.#parts.clocks.steady());
    this.#beats.push(
      startBeat(TICK_MS, [() => this.pipeline.tick(), keep], logFailure),
      startBeat(PROGRESS_MS, [() => this.#report()], logFailure),
    );
  }

  /** @throws AppError `invalid_input` when the message cannot be rendered or signed. */
  async sendOne(message: TestMessage): Promise<SmtpOutcome> {
    const rendered = await this.#renderOne(message).catch((error: unknown) => {
      throw new AppError(
        "invalid_input",
        because("message_cannot_be_made", { reason: messageOf(error) }),
      );
    });
    // A separate pool, because the route may not have been saved yet and campaigns must keep their connections.
    return await sendAlone(this.#pools.make(message.route, oneOffTimeouts), rendered);
  }

  /** The current state of the queue, for one workspace or for all. */
  queue(workspaceId: string | undefined): QueueSnapshot {
    return takeSnapshot(this.pipeline.runs, this.#traffic, this.#dispatcher.facts(), workspaceId);
  }

  /** Closes a workspace's file and connections. */
  async forget(workspaceId: string): Promise<void> {
    for (const run of [...this.pipeline.runs]) {
      if (run.parts.workspaceId === workspaceId) {
        this.pipeline.halt(workspaceId, run.parts.campaignId);
      }
    }
    await this.#pools.close(workspaceId);
    this.#parts.databases.closeWorkspace(workspaceId);
  }

  /** Stops within about `withinMs`. Messages past their dot may still get a reply; all others go back to pending. */
  async stop(withinMs: number): Promise<void> {
    for (const end of this.#beats) {
      end();
    }
    await this.pipeline.stop(withinMs);
    this.#dispatcher.stop();
    this.#trafficFile.write(this.#traffic.state(), this.#parts.clocks.steady(), true);
    await Promise.race([this.#pools.close(), Bun.sleep(1_000)]);
    this.#signer.close();
    await this.#parts.journal.close();
    this.#parts.databases.close();
  }

  async #renderOne({ content, contact, to, dkim, messageId }: TestMessage): Promise<Rendered> {
    const compiled = await this.#compiler.alone(content);
    const recipient = { seq: 0, contactId: contact.id, address: to, attempts: 0, contact };
    const options = {
      date: this.#parts.clocks.wall(),
      messageId: messageId ?? `${crypto.randomUUID()}@${content.domain}`,
    };
    return dkim === undefined
      ? renderMessage(compiled, recipient, options)
      : await renderSigned(compiled, recipient, options, {
          key: loadSigningKey(dkim),
          signer: this.#signer,
        });
  }

  #report(): void {
    const now = performance.now();
    for (const run of this.pipeline.runs) {
      const last = this.#measured.get(run) ?? { finished: 0, at: now - PROGRESS_MS };
      this.#measured.set(run, { finished: run.finished, at: now });
      const { workspaceId, campaignId } = run.parts;
      const perSecond = Math.round(((run.finished - last.finished) * 1_000) / (now - last.at));
      const bottleneck = this.#dispatcher.bottleneck(run);
      this.#parts.main.tell("progress", { workspaceId, campaignId, perSecond, bottleneck });
    }
  }
}

function logFailure(error: unknown): void {
  log.error({ err: error }, "a periodic task of the delivery thread failed; it will be retried");
}
