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
  /** These campaigns of the workspace begin to pause. */
  onPausing: (workspaceId: string, campaigns: number[]) => void;
};

/**
 * Notices the file of a workspace that was put back from an older copy, when the journal no longer holds everything
 * that happened after the copy was made. That is said once, and the campaigns that are being sent are paused:
 * nobody can tell who of those that wait has the message already.
 */
export class OlderCopies {
  readonly #parts: OlderCopyParts;
  readonly #checked = new Set<string>();

  constructor(parts: OlderCopyParts) {
    this.#parts = parts;
  }

  /** Looks at a file before anything is applied to it or sent from it. @throws errors of SQLite; it is looked at again then. */
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

  /** The workspace's file may be another one when it is used again. */
  forget(workspaceId: string): void {
    this.#checked.delete(workspaceId);
  }

  #say(workspaceId: string, lost: ReturnType<typeof reachedIn>): void {
    const { system, dataDir, clock } = this.#parts;
    const file = workspacePath(dataDir, workspaceId);
    const upTo = lost.map(({ stream, segment, offset }) => `${stream} ${segment}/${offset}`);
    log.error(
      { workspaceId, path: file, upTo },
      "a workspace's file is an older copy, and the journal no longer holds all that happened since: results, opens, clicks and unsubscribes are lost, and its campaigns are paused",
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
    // In the copy chunks may be on loan to this very process, which has long given them back.
    releaseForeignLeases(db, "");
    onPausing(workspaceId, campaigns);
  }
}
