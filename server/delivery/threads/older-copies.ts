import type { Clock } from "../../platform/clock.ts";
import { noteDamage } from "../../platform/db/damage.store.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { workspacePath } from "../../platform/db/workspace-files.ts";
import { holdCause, noteHeld } from "../../platform/db/workspace-seen.store.ts";
import { comparePositions, streamStart } from "../../platform/journal/segments.ts";
import { log } from "../../platform/log.ts";
import { because, storedBecause, storedReason } from "../../reasons/because.ts";
import { appliedPositions } from "../ingest/position.store.ts";
import {
  campaignsWithStatus,
  pauseWithReason,
  releaseForeignLeases,
} from "../queue/claim.store.ts";
import { forgetReached, reachedPositions } from "./lost-results.store.ts";
import {
  holdPreparing,
  holdUnstartedCampaigns,
  recordStarted,
  startedSince,
} from "./started-campaigns.store.ts";

const STARTED = because("older_copy_sent");
const REASON_STARTED = storedReason(STARTED);
/**
 * Reasons that mark drafts as already reported, including the sentences that earlier versions stored instead of
 * reasons.
 */
const TOLD = [REASON_STARTED, STARTED.text] as const;
const REASONS = {
  started: REASON_STARTED,
  unstarted: storedBecause("older_copy_unstarted"),
};
const REASON = storedBecause("older_copy_running");
const REASON_SYSTEM = storedBecause("older_system_file");
const REASONS_SYSTEM = { started: REASON_STARTED, unstarted: REASON_SYSTEM };
const REASON_JOURNAL = storedBecause("journal_lost");

export type OlderCopyParts = {
  system: Connection;
  dataDir: string;
  clock: Clock;
  /** These campaigns of the workspace have changed to `pausing`. */
  onPausing: (workspaceId: string, campaigns: number[]) => void;
  /** The file was opened and checked. It may have work that this process does not know of: the right file put back. */
  onChecked: (workspaceId: string) => void;
};

/**
 * Detects that a workspace's file was restored from an older copy. There are three signs: the journal no longer
 * contains everything that happened after the copy was made, a campaign that was started is not started in the copy, or
 * the file has fewer changes of consent than before. An older system.db counts too, because addresses may be missing
 * from its lists of suppressed addresses and blocked domains. This is reported once. Every campaign that would send by
 * itself waits for a person, because it may have been sent, changed or cancelled since, and it is unknown which of the
 * pending recipients have already received the message. Campaigns are also stopped here when the journal has lost
 * records.
 */
export class OlderCopies {
  readonly #parts: OlderCopyParts;
  #checked = new WeakSet<Connection>();

  constructor(parts: OlderCopyParts) {
    this.#parts = parts;
  }

  /**
   * Checks a file, each time it is opened, before anything is applied to it or sent from it. @throws errors of SQLite; the next call then
   * checks again.
   */
  check(workspaceId: string, db: Connection): void {
    if (this.#checked.has(db)) {
      return;
    }
    const { system } = this.#parts;
    const applied = appliedPositions(db);
    const lost = reachedPositions(system, workspaceId).filter(
      ({ stream, ...reached }) => comparePositions(applied.get(stream) ?? streamStart, reached) < 0,
    );
    const started = startedSince(system, workspaceId, db, TOLD);
    if (lost.length > 0) {
      this.#sayLost(workspaceId, lost);
    } else if (started.length > 0) {
      this.#sayOlder(workspaceId);
    }
    // This was already reported when the file was opened (platform/db/lost-changes.ts).
    const cause = holdCause(system, workspaceId);
    const isOlder = lost.length > 0 || started.length > 0 || cause === "file";
    if (isOlder || cause === "system") {
      const reasons = isOlder ? REASONS : REASONS_SYSTEM;
      holdUnstartedCampaigns(db, started, reasons, this.#parts.clock());
      this.#pauseAll(workspaceId, db, isOlder ? REASON : REASON_SYSTEM);
      // In the copy, chunks may be leased to this very process, which has released them since.
      releaseForeignLeases(db, "");
    } else if (cause === "journal") {
      // A scheduled campaign is refused when its time comes, unless the notice of the loss has been dismissed by then.
      holdPreparing(db, REASON_JOURNAL, this.#parts.clock());
      this.#pauseAll(workspaceId, db, REASON_JOURNAL);
    }
    if (lost.length > 0) {
      forgetReached(system, workspaceId);
    }
    if (cause !== undefined) {
      noteHeld(system, workspaceId);
    }
    recordStarted(system, workspaceId, db);
    this.#checked.add(db);
    this.#parts.onChecked(workspaceId);
  }

  /** Checks each file again at its next use. */
  checkAgain(): void {
    this.#checked = new WeakSet();
  }

  /**
   * Records that campaigns were started, so that a copy from before the start is recognized. If a crash prevents this,
   * it is done later.
   */
  recordStarted(workspaceId: string, db: Connection): void {
    recordStarted(this.#parts.system, workspaceId, db);
  }

  #sayLost(workspaceId: string, lost: ReturnType<typeof reachedPositions>): void {
    const { system, dataDir, clock } = this.#parts;
    const file = workspacePath(dataDir, workspaceId);
    const upTo = lost.map(({ stream, segment, offset }) => `${stream} ${segment}/${offset}`);
    log.error(
      { workspaceId, path: file, upTo },
      "a workspace's file is an older copy, and the journal no longer contains everything that happened since: results, opens, clicks and unsubscribes are lost, and the workspace's campaigns are paused",
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
      "a workspace's file is an older copy, made before some of its campaigns were sent, so its campaigns wait for a person",
    );
    const notice = { kind: "older_copy" as const, path, bytes: 0, records: 0, kept: "" };
    noteDamage(system, { ...notice, at: clock() });
  }

  #pauseAll(workspaceId: string, db: Connection, reason: string): void {
    const { clock, onPausing } = this.#parts;
    const campaigns = campaignsWithStatus(db, "sending").filter((id) =>
      pauseWithReason(db, id, reason, clock()),
    );
    onPausing(workspaceId, campaigns);
  }
}
