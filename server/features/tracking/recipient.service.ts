// What other slices with pages for recipients share with tracking.
import type { Connection } from "../../platform/db/driver.ts";
import { findRecipient } from "./tracking.store.ts";

export { agentOf, languageFor, maskAddress, pageLanguage } from "./tracking.rules.ts";

/** The contact a message went to; undefined when the message is gone. */
export function recipientContactId(db: Connection, campaignId: number, seq: number) {
  return findRecipient(db, campaignId, seq)?.contactId;
}
