import type { Connection } from "../../platform/db/driver.ts";
import { log } from "../../platform/log.ts";
import { cancelSome } from "../queue/claim.store.ts";
import { nextTurn } from "./steps.ts";

export type CancellingParts = {
  /** The workspace's connection; undefined when the workspace has been deleted. */
  find: (workspaceId: string) => Connection | undefined;
  /** Resolves when the workspace's file is not locked. */
  turn: (workspaceId: string) => Promise<void>;
  isStopped: () => boolean;
  /** All messages of the campaign have been cancelled. */
  onDone: (workspaceId: string, db: Connection) => void;
  clock: () => number;
};

/** Ends the messages of cancelled campaigns in small transactions. Each campaign is processed only once at a time. */
export class Cancelling {
  readonly #parts: CancellingParts;
  readonly #underWay = new Set<string>();

  constructor(parts: CancellingParts) {
    this.#parts = parts;
  }

  /** Never rejects: an error is logged, and the next `look` at the workspace starts again. */
  async cancel(workspaceId: string, campaignId: number): Promise<void> {
    const key = `${workspaceId}/${campaignId}`;
    if (this.#underWay.has(key)) {
      return;
    }
    this.#underWay.add(key);
    const { find, turn, isStopped, onDone, clock } = this.#parts;
    try {
      let skipped = 1;
      while (skipped > 0 && !isStopped()) {
        await turn(workspaceId);
        const db = find(workspaceId);
        skipped = db === undefined ? 0 : cancelSome(db, campaignId, clock());
        await nextTurn();
      }
      const db = isStopped() ? undefined : find(workspaceId);
      if (db !== undefined) {
        onDone(workspaceId, db);
      }
    } catch (error) {
      log.error(
        { workspaceId, campaignId, err: error },
        "cancelling a campaign failed; it will be retried",
      );
    } finally {
      this.#underWay.delete(key);
    }
  }
}
