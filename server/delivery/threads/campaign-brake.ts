import type { Connection } from "../../platform/db/driver.ts";
import { log } from "../../platform/log.ts";
import { spokenReason } from "../../reasons/because.ts";
import type { WriterEvents, WriterMethods } from "../protocol.ts";
import { pauseWithReason } from "../queue/claim.store.ts";
import { holdUnknown } from "../unknown-outcomes.store.ts";

export type CampaignBrakeParts = {
  /** The workspace's connection; undefined when the workspace has been deleted. */
  find: (workspaceId: string) => Connection | undefined;
  /** Resolves when the workspace's file is not locked. */
  turn: (workspaceId: string) => Promise<void>;
  look: (workspaceId: string) => void;
  onApplied: WriterEvents["applied"];
  clock: () => number;
};

/**
 * Carries out decisions of the delivery thread about a whole campaign: to pause it, or to hold messages that may have
 * arrived.
 */
export class CampaignBrake {
  readonly #parts: CampaignBrakeParts;

  constructor(parts: CampaignBrakeParts) {
    this.#parts = parts;
  }

  async pause({ workspaceId, campaignId, reason }: Parameters<WriterMethods["pause"]>[0]) {
    const { find, turn, look, clock } = this.#parts;
    await turn(workspaceId);
    const db = find(workspaceId);
    if (db !== undefined && pauseWithReason(db, campaignId, reason, clock())) {
      const said = spokenReason(reason).reason;
      log.warn({ workspaceId, campaignId, reason: said }, "campaign paused by delivery");
      this.#changed(workspaceId, campaignId);
    }
    look(workspaceId);
  }

  async holdUnknown({ workspaceId, campaignId }: Parameters<WriterMethods["holdUnknown"]>[0]) {
    const { find, turn, clock } = this.#parts;
    await turn(workspaceId);
    const db = find(workspaceId);
    if (db !== undefined) {
      const held = holdUnknown(db, campaignId, clock());
      log.warn({ workspaceId, campaignId, held }, "messages without a reply are held");
      this.#changed(workspaceId, campaignId);
    }
  }

  #changed(workspaceId: string, campaignId: number): void {
    this.#parts.onApplied({ workspaceId, campaigns: [campaignId], settled: [], outcomes: {} });
  }
}
