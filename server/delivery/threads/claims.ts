import type { Connection } from "../../platform/db/driver.ts";
import type { InHand } from "../protocol.ts";
import { type Claim, campaignsWithStatus, claimChunks } from "../queue/claim.store.ts";

/** How long a lease lasts unless it is renewed. */
export const LEASE_MS = 90_000;

/** Leases chunks for each campaign of a workspace that has fewer than `want` messages in hand. */
export function claimForAll(
  db: Connection,
  inHand: readonly InHand[],
  { want, owner, now }: { want: number; owner: string; now: number },
): Claim[] {
  return campaignsWithStatus(db, "sending").flatMap((campaignId) => {
    const has = inHand.find((entry) => entry.campaignId === campaignId);
    const messages = want - (has?.messages ?? 0);
    return messages <= 0
      ? []
      : claimChunks(db, {
          campaignId,
          owner,
          now,
          leaseUntil: now + LEASE_MS,
          messages,
          full: has?.full ?? [],
        });
  });
}
