import type { AudienceDefinition } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { redactAudience } from "./audience-erase.rules.ts";
import { frozenAudiences, storeAudience } from "./campaigns.store.ts";

/**
 * Removes erased values from the audiences of launched campaigns, in the caller's transaction. A campaign that is
 * being sent keeps its old audience until delivery loads it again.
 *
 * @param redact Returns the text without the erased values.
 * @returns how many audiences changed, and which of them reach fewer people as a result.
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
