import type { Clocks } from "../../platform/clock.ts";
import { log } from "../../platform/log.ts";
import type { Caller } from "../../platform/workers/channel.ts";
import { isSetAside } from "../ingest/passing.ts";
import type { Leased, WriterMethods } from "../protocol.ts";
import type { Recorder } from "./recorder.ts";
import type { Run } from "./run.ts";
import { CannotSend } from "./run-factory.ts";

/** Keeps a run's chunks for longer; one that somebody else has by now is dropped, with what is not started. */
async function renewLeases(writer: Caller<WriterMethods>, run: Run): Promise<void> {
  const { workspaceId, campaignId } = run.parts;
  const chunks = [...run.chunks];
  const held = chunks.map(({ claim }) => ({
    campaignId,
    chunkNo: claim.chunkNo,
    epoch: claim.epoch,
  }));
  const renewed = await writer.call("renew", { workspaceId, held });
  for (const chunk of chunks) {
    const { claim } = chunk;
    if (renewed.held.some((lease) => lease.chunkNo === claim.chunkNo)) {
      claim.leaseUntil = renewed.leaseUntil;
    } else if (run.chunks.has(chunk)) {
      // Somebody else has it now: what is not started must not be, and there is nothing to give back.
      log.error({ workspaceId, campaignId, chunkNo: claim.chunkNo }, "a lease was lost");
      run.dropWaiting((item) => item.chunk === chunk);
      run.chunks.delete(chunk);
    }
  }
}

/** Keeps the chunks of many runs. Each is renewed on its own: a workspace that is locked may keep only itself waiting. */
export class Renewals {
  readonly #writer: Caller<WriterMethods>;
  readonly #underWay = new WeakSet<Run>();

  constructor(writer: Caller<WriterMethods>) {
    this.#writer = writer;
  }

  /** Begins to renew what each run has; one of which the last renewal is not over yet goes on with that. */
  begin(runs: Iterable<Run>): void {
    for (const run of runs) {
      if (!this.#underWay.has(run)) {
        this.#underWay.add(run);
        void this.#renew(run);
      }
    }
  }

  async #renew(run: Run): Promise<void> {
    try {
      await renewLeases(this.#writer, run);
    } catch (error) {
      log.error({ workspaceId: run.parts.workspaceId, err: error }, "leases not renewed");
    } finally {
      this.#underWay.delete(run);
    }
  }
}

type Claimed = { workspaceId: string; campaignId: number; claims: Leased["claims"] };

/** Gives claimed chunks back untouched, and pauses the campaign when there is a reason for people. */
export async function refuseClaims(
  parts: { writer: Caller<WriterMethods>; recorder: Recorder; clocks: Clocks },
  { workspaceId, campaignId, claims }: Claimed,
  error: unknown,
): Promise<void> {
  if (!(error instanceof CannotSend) && !isSetAside(error)) {
    log.error({ workspaceId, campaignId, err: error }, "a campaign could not be started");
  }
  const reason = error instanceof CannotSend ? error.message : "SwiftMail failed to start it.";
  if (reason !== "" && !isSetAside(error)) {
    await parts.writer
      .call("pause", { workspaceId, campaignId, reason })
      .catch((failure: unknown) =>
        log.error({ workspaceId, campaignId, err: failure }, "a campaign could not be paused"),
      );
  }
  const at = parts.clocks.wall();
  await Promise.all(
    claims.map(({ chunkNo, epoch }) =>
      parts.recorder.keep({
        k: "release",
        w: workspaceId,
        c: campaignId,
        ch: chunkNo,
        ep: epoch,
        at,
      }),
    ),
  );
}
