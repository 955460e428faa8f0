import type { Clock } from "../../platform/clock.ts";
import { noteDamage } from "../../platform/db/damage.store.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { workspacePath } from "../../platform/db/workspace-files.ts";
import { comparePositions, streamStart } from "../../platform/journal/segments.ts";
import { log } from "../../platform/log.ts";
import { appliedPositions } from "../ingest/position.store.ts";
import {
  campaignsWithStatus,
  pauseWithReason,
  releaseForeignLeases,
} from "../queue/claim.store.ts";
import { forgetReached, reachedIn } from "./lost-results.store.ts";

const REASON =
  "This workspace's file is an older copy, and some of what happened after it was made is lost. People who still wait here may have received this campaign already, or may have unsubscribed. Resume it to send to them anyway.";

export type OlderCopyParts = {
  system: Connection;
  dataDir: string;
  clock: Clock;
  /** These campaigns of the workspace have changed to `pausing`. */
  onPausing: (workspaceId: string, campaigns: number[]) => void;
};

/**
 * Detects that a workspace's file was restored from an older copy while the journal no longer holds everything that
 * happened after the copy was made. This is reported once, and campaigns that are being sent are paused, because it is
 * unknown which of the pending recipients have already received the message.
 */
export class OlderCopies {
  readonly #parts: OlderCopyParts;
  readonly #checked = new Set<string>();

  constructor(parts: OlderCopyParts) {
    this.#parts = parts;
  }

  /**
   * Checks a file before anything is applied to it or sent from it. @throws errors of SQLite; the next call then
   * checks again.
   */
  check(workspaceId: string, db: Connection): void {
    if (this.#checked.has(workspaceId)) {
      return;
    }
    const { system } = this.#parts;
    const applied = appliedPositions(db);
    const lost = reachedIn(system, workspaceId).filter(
      ({ stream, ...reached }) => comparePositions(applied.get(stream) ?? streamStart, reached) < 0,
    );
    if (lost.length > 0) {
      this.#say(workspaceId, lost);
      this.#pauseAll(workspaceId, db);
      forgetReached(system, workspaceId);
    }
    this.#checked.add(workspaceId);
  }

  /** The workspace's file may be a different one when it is opened again, so it must be checked again. */
  forget(workspaceId: string): void {
    this.#checked.delete(workspaceId);
  }

  #say(workspaceId: string, lost: ReturnType<typeof reachedIn>): void {
    const { system, dataDir, clock } = this.#parts;
    const file = workspacePath(dataDir, workspaceId);
    const upTo = lost.map(({ stream, segment, offset }) => `${stream} ${segment}/${offset}`);
    log.error(
      { workspaceId, path: file, upTo },
      "a workspace's file is an older copy, and the journal no longer holds everything that happened since: results, opens, clicks and unsubscribes are lost, and the workspace's campaigns are paused",
    );
    const notice = { kind: "results_lost" as const, bytes: 0, records: lost.length, kept: "" };
    const path = `${file} (journal up to ${upTo.join(", ")})`;
    noteDamage(system, { ...notice, path, at: clock() });
  }

  #pauseAll(workspaceId: string, db: Connection): void {
    const { clock, onPausing } = this.#parts;
    const campaigns = campaignsWithStatus(db, "sending").filter((id) =>
      pauseWithReason(db, id, REASON, clock()),
    );
    // In the copy, chunks may be leased to this very process, which has released them since.
    releaseForeignLeases(db, "");
    onPausing(workspaceId, campaigns);
  }
}
