import type { AudienceDefinition } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { redactAudience } from "./audience-erase.rules.ts";
import { frozenAudiences, storeAudience } from "./campaigns.store.ts";

/**
 * Takes what is to be forgotten out of the audiences of launched campaigns, in the caller's transaction. A campaign
 * that is being sent goes on by its old audience until it is taken in hand anew.
 *
 * @param redact Gives a text back as it may stay.
 * @returns how many were changed, and which of them mail fewer people for it.
 */
export function eraseFromAudiences(
  db: Connection,
  redact: (text: string) => string,
): { changed: number; closed: number[] } {
  const closed: number[] = [];
  let changed = 0;
  for (const { campaignId, audience } of frozenAudiences(db)) {
    const clean = redactAudience(JSON.parse(audience) as AudienceDefinition, redact);
    if (clean !== undefined) {
      storeAudience(db, campaignId, JSON.stringify(clean.audience));
      changed += 1;
      closed.push(...(clean.isClosed ? [campaignId] : []));
    }
  }
  return { changed, closed };
}
