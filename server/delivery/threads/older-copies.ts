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
import { holdUnstartedCampaigns, recordStarted, startedSince } from "./started-campaigns.store.ts";

const REASON_STARTED =
  "This workspace's file is an older copy. This campaign was sent after the copy was made, so its recipients would get it twice. To send it anyway, duplicate it and send the duplicate.";
const REASON_UNSTARTED =
  "This workspace's file is an older copy. This campaign may have been sent, changed or cancelled after the copy was made. Check that before you send it.";
const REASONS = { started: REASON_STARTED, unstarted: REASON_UNSTARTED };
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
 * Detects that a workspace's file was restored from an older copy. Two things tell: the journal no longer holds
 * everything that happened after the copy was made, or a campaign that was started is not started in the copy. This is
 * reported once. Every campaign that would send by itself waits for a person, because it may have been sent, changed or
 * cancelled since, and it is unknown which of the pending recipients have already received the message.
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
    const started = startedSince(system, workspaceId, db, REASON_STARTED);
    if (lost.length > 0) {
      this.#sayLost(workspaceId, lost);
    } else if (started.length > 0) {
      this.#sayOlder(workspaceId);
    }
    if (lost.length > 0 || started.length > 0) {
      holdUnstartedCampaigns(db, started, REASONS, this.#parts.clock());
      this.#pauseAll(workspaceId, db);
    }
    if (lost.length > 0) {
      forgetReached(system, workspaceId);
    }
    recordStarted(system, workspaceId, db);
    this.#checked.add(workspaceId);
  }

  /** Records that campaigns were started, so that a copy from before that is known. A crash in between is made up for. */
  recordStarted(workspaceId: string, db: Connection): void {
    recordStarted(this.#parts.system, workspaceId, db);
  }

  /** The workspace's file may be a different one when it is opened again, so it must be checked again. */
  forget(workspaceId: string): void {
    this.#checked.delete(workspaceId);
  }

  #sayLost(workspaceId: string, lost: ReturnType<typeof reachedIn>): void {
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

  #sayOlder(workspaceId: string): void {
    const { system, dataDir, clock } = this.#parts;
    const path = workspacePath(dataDir, workspaceId);
    log.error(
      { workspaceId, path },
      "a workspace's file is an older copy, made before campaigns of it were sent: its campaigns wait for a person",
    );
    const notice = { kind: "older_copy" as const, path, bytes: 0, records: 0, kept: "" };
    noteDamage(system, { ...notice, at: clock() });
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
