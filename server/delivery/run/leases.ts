import type { Clocks } from "../../platform/clock.ts";
import { log } from "../../platform/log.ts";
import type { Caller } from "../../platform/workers/channel.ts";
import { because, storedReason } from "../../reasons/because.ts";
import { isSetAside } from "../ingest/passing.ts";
import type { Leased, WriterMethods } from "../protocol.ts";
import type { Recorder } from "./recorder.ts";
import type { Run } from "./run.ts";
import { CannotSend } from "./run-factory.ts";

/**
 * Renews the leases of a run. A chunk that another owner has by now is dropped with all messages that are not in
 * flight.
 */
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
      // Another owner has the chunk now: its waiting messages must not be sent here, and must not be given back.
      log.error({ workspaceId, campaignId, chunkNo: claim.chunkNo }, "a lease was lost");
      run.dropWaiting((item) => item.chunk === chunk);
      run.chunks.delete(chunk);
    }
  }
}

/** Renews the leases of all runs. Each run is renewed separately, so a locked workspace delays only itself. */
export class Renewals {
  readonly #writer: Caller<WriterMethods>;
  readonly #underWay = new WeakSet<Run>();

  constructor(writer: Caller<WriterMethods>) {
    this.#writer = writer;
  }

  /** Starts a renewal for each run that has none in progress. */
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
      log.error({ workspaceId: run.parts.workspaceId, err: error }, "leases could not be renewed");
    } finally {
      this.#underWay.delete(run);
    }
  }
}

type Claimed = { workspaceId: string; campaignId: number; claims: Leased["claims"] };

/** Gives claimed chunks back untouched, and pauses the campaign with the reason that a person must see. */
export async function refuseClaims(
  parts: { writer: Caller<WriterMethods>; recorder: Recorder; clocks: Clocks },
  claimed: Claimed,
  error: unknown,
): Promise<void> {
  const { workspaceId, campaignId } = claimed;
  if (!(error instanceof CannotSend) && !isSetAside(error)) {
    log.error({ workspaceId, campaignId, err: error }, "a campaign's run could not be started");
  }
  if (!isSetAside(error)) {
    const why = error instanceof CannotSend ? error.why : because("start_failed");
    const reason = storedReason(why);
    await parts.writer
      .call("pause", { workspaceId, campaignId, reason })
      .catch((failure: unknown) =>
        log.error({ workspaceId, campaignId, err: failure }, "a campaign could not be paused"),
      );
  }
  await giveBackClaims(parts, claimed);
}

/** Gives claimed chunks back untouched. */
export async function giveBackClaims(
  parts: { recorder: Recorder; clocks: Clocks },
  { workspaceId, campaignId, claims }: Claimed,
): Promise<void> {
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
