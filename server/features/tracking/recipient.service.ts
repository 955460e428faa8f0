// Functions that tracking shares with other slices that have pages for recipients.
import { isBusy } from "../../platform/db/busy.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { isDiskFull } from "../../platform/disk-full.ts";
import { AppError } from "../../platform/errors.ts";
import { laterPage } from "./tracking.pages.ts";
import { pageLanguage } from "./tracking.rules.ts";
import { findContact, findLifted, findRecipient } from "./tracking.store.ts";

export { agentOf, languageFor, maskAddress, pageLanguage } from "./tracking.rules.ts";

/**
 * The current id of a contact, who may have been merged into another one, or erased and added again; undefined when
 * there is none.
 */
export const presentContactId = (db: Connection, contactId: number): number | undefined =>
  findContact(db, contactId)?.id ?? findLifted(db, contactId)?.contactId ?? undefined;

/** The contact that a message was sent to; undefined when the message was deleted. */
export function recipientContactId(db: Connection, campaignId: number, seq: number) {
  return findRecipient(db, campaignId, seq)?.contactId;
}

/**
 * Answers a recipient. When a temporary fault on our side prevents it, shows a page that asks to try again later and
 * does not claim that anything was done. Other errors are rethrown.
 */
export async function answerOrAskToRetry(
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
