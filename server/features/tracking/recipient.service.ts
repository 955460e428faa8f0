// What other slices with pages for recipients share with tracking.
import { isBusy } from "../../platform/db/busy.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { isDiskFull } from "../../platform/disk-full.ts";
import { AppError } from "../../platform/errors.ts";
import { laterPage } from "./tracking.pages.ts";
import { pageLanguage } from "./tracking.rules.ts";
import { findContact, findRecipient } from "./tracking.store.ts";

export { agentOf, languageFor, maskAddress, pageLanguage } from "./tracking.rules.ts";

/** The contact that somebody is today, who may have been merged into another one; undefined when there is none. */
export const presentContactId = (db: Connection, contactId: number): number | undefined =>
  findContact(db, contactId)?.id;

/** The contact a message went to; undefined when the message is gone. */
export function recipientContactId(db: Connection, campaignId: number, seq: number) {
  return findRecipient(db, campaignId, seq)?.contactId;
}

/**
 * Answers a recipient, or says on a page that it is not possible at the moment, when that is our fault and passes: then
 * nothing is said to be done. Any other error goes on.
 */
export async function orLater(
  request: Request,
  answer: () => Response | Promise<Response>,
): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    const isRefusal =
      error instanceof AppError && ["unavailable", "workspace_unavailable"].includes(error.code);
    if (isRefusal || isBusy(error) || isDiskFull(error)) {
      return laterPage(pageLanguage(request.headers.get("accept-language")));
    }
    throw error;
  }
}
