import type { Clock } from "../platform/clock.ts";
import type { Databases } from "../platform/db/databases.ts";
import { AppError } from "../platform/errors.ts";
import type { Journal } from "../platform/journal/writer.ts";
import { log } from "../platform/log.ts";
import type { KeyRing } from "../platform/secrets.ts";
import type { Caller } from "../platform/workers/channel.ts";
import type { MainMethods, TestMessage } from "./delivery-methods.ts";
import { Dispatcher } from "./dispatcher.ts";
import { newGate } from "./gate.ts";
import { Pipeline } from "./pipeline.ts";
import { Recorder } from "./recorder.ts";
import { compileCampaign } from "./render/compile.ts";
import { prepareSigned } from "./render/dkim.ts";
import { renderMessage } from "./render/message.ts";
import { createSigner, type Signer } from "./render/signer.ts";
import { RoutePools } from "./route-pools.ts";
import type { Run } from "./run.ts";
import { signingKeyOf } from "./run-factory.ts";
import { loadTokenKeys, type TokenKeys } from "./tokens.ts";
import type { SmtpOutcome } from "./types.ts";
import type { WriterMethods } from "./writer-methods.ts";

const TICK_MS = 1_000;
const PROGRESS_MS = 500;

export type DeliveryThreadParts = {
  main: Caller<MainMethods>;
  writer: Caller<WriterMethods>;
  journal: Journal;
  databases: Databases;
  keyRing: KeyRing;
  signerThreads: number;
  clock: Clock;
};

/** What lives on the delivery thread, and its beat. */
export class DeliveryThread {
  readonly pipeline: Pipeline;
  readonly #parts: DeliveryThreadParts;
  readonly #pools = new RoutePools();
  readonly #signer: Signer;
  readonly #dispatcher: Dispatcher;
  readonly #keys: TokenKeys;
  readonly #measured = new WeakMap<Run, { finished: number; at: number }>();
  #tick: ReturnType<typeof setTimeout> | undefined;
  #progress: ReturnType<typeof setInterval> | undefined;

  constructor(parts: DeliveryThreadParts) {
    this.#parts = parts;
    this.#keys = loadTokenKeys(parts.keyRing);
    this.#signer = createSigner(parts.signerThreads);
    const recorder = new Recorder(parts.journal);
    const { clock, databases } = parts;
    this.#dispatcher = new Dispatcher({ gate: newGate(databases), recorder, clock });
    this.pipeline = new Pipeline(
      {
        ...parts,
        pools: this.#pools,
        keys: this.#keys,
        signer: this.#signer,
        recorder,
      },
      this.#dispatcher,
    );
  }

  run(): void {
    const beat = () => {
      this.#tick = setTimeout(() => void this.#beat().then(beat), TICK_MS);
    };
    void this.#beat().then(beat);
    this.#progress = setInterval(() => this.#report(), PROGRESS_MS);
  }

  wake(workspaceId: string): void {
    this.pipeline.refill(workspaceId).catch(logFailure);
  }

  /** @throws AppError `not_found` without the route, `invalid_input` when the message cannot be made. */
  async sendOne(message: TestMessage): Promise<SmtpOutcome> {
    const { workspaceId, routeId, content, campaignId } = message;
    const { main, clock } = this.#parts;
    const route = await main.call("loadRoute", { workspaceId, routeId });
    if (route === undefined) {
      throw new AppError("not_found", "The route was removed or switched off.");
    }
    const key = await signingKeyOf({ main }, workspaceId, content.domain, route);
    const compiled = await compileCampaign(content, { campaignId, keys: this.#keys });
    const { address, contact } = message;
    const recipient = { seq: 0, contactId: contact.id, address, attempts: 0, contact };
    const messageId = `${crypto.randomUUID()}@${content.domain}`;
    const options = { date: clock(), messageId };
    const unsigned = key && prepareSigned(compiled, recipient, options, key);
    const rendered =
      key === undefined || unsigned === undefined
        ? renderMessage(compiled, recipient, options)
        : unsigned.finish(await this.#signer.sign(key, unsigned.digest));
    // Nothing remembers a test message, so there is nothing to make durable before its dot.
    return await this.#pools.get(route).send(rendered, { beforeDot: () => Promise.resolve() });
  }

  /** Lets go of a workspace's file and connections. */
  async forget(workspaceId: string): Promise<void> {
    for (const run of [...this.pipeline.runs]) {
      if (run.parts.workspaceId === workspaceId) {
        this.pipeline.halt(workspaceId, run.parts.campaignId);
      }
    }
    await this.#pools.close(workspaceId);
    this.#parts.databases.closeWorkspace(workspaceId);
  }

  /** Ends within about `withinMs`: what is past its dot may still be answered, everything else goes back. */
  async stop(withinMs: number): Promise<void> {
    clearTimeout(this.#tick);
    clearInterval(this.#progress);
    await this.pipeline.stop(withinMs);
    this.#dispatcher.stop();
    await Promise.race([this.#pools.close(), Bun.sleep(1_000)]);
    this.#signer.close();
    await this.#parts.journal.close();
    this.#parts.databases.close();
  }

  async #beat(): Promise<void> {
    await this.pipeline.tick().catch(logFailure);
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
  log.error({ err: error }, "the delivery thread failed at a regular task and tries again");
}
