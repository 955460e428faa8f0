import { randomUUID } from "node:crypto";
import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { type Job, PermanentJobError, type WaitingWork } from "../../platform/scheduler/job.ts";
import { type ContactMailDeps, sendContactMail } from "../contact-mail/contact-mail.service.ts";
import { mayMailAddress } from "../contact-mail/mail-cap.service.ts";
import { RecipientUrls } from "../contact-mail/recipient-urls.service.ts";
import { findContactById } from "../contacts/contacts.service.ts";
import { holdingReason, isOpenToReturn } from "../suppressions/suppressions.service.ts";
import { maskAddress } from "../tracking/recipient.service.ts";
import { type PreferenceLanguage, preferenceWords } from "./preference-words.rules.ts";
import { ADDRESS_JOB } from "./preferences.service.ts";
import {
  type AddressChange,
  findAddressChange,
  markAddressMailed,
  unmailedChanges,
} from "./preferences.store.ts";

type Deps = ContactMailDeps & { clock: Clock };

/** The jobs that changes of address wait for. */
export function waitingAddressChanges(db: Connection, now: number): WaitingWork[] {
  return unmailedChanges(db, now).map((changeId) => ({ kind: ADDRESS_JOB, payload: { changeId } }));
}

/** The handlers of this slice's jobs, for the scheduler: `[kind, handler]`. */
export function preferenceJobs(deps: Deps): [kind: string, handler: (job: Job) => Promise<void>][] {
  return [[ADDRESS_JOB, (job) => mailNewAddress(deps, job)]];
}

/**
 * Mails the link that confirms a new address, unless that address refuses our mail. The current address is notified
 * first, so that nobody's mail is redirected without their knowledge. Safe to repeat.
 */
async function mailNewAddress(deps: Deps, job: Job): Promise<void> {
  const { workspaceId } = job;
  const { changeId } = job.payload as { changeId?: unknown };
  if (workspaceId === null || typeof changeId !== "number") {
    throw new PermanentJobError("the job does not contain the id of a change of address");
  }
  const db = deps.databases.workspace(workspaceId);
  const now = deps.clock();
  const change = findAddressChange(db, changeId);
  const contact = change && findContactById(db, change.contactId, now);
  if (change === undefined || change.mailedAt !== null || contact === undefined) {
    return;
  }
  const ask = { workspaceId, change, language: languageOf(contact.language) };
  const asked = { workspaceId, address: change.address, ref: `address ${change.id}` };
  if (!mayReach(db, change.address, now) || !mayMailAddress(deps, asked, now)) {
    return;
  }
  // A bouncing address is a common reason to change it, and a notice there would only bounce too. The daily limit of
  // mails does not apply here: otherwise a stranger could use it up and so prevent the notice.
  if (mayReach(db, contact.address, now)) {
    await mailNotice(deps, ask, contact);
  }
  const messageId = await mailConfirmation(deps, ask);
  markAddressMailed(deps.databases.workspace(workspaceId), change.id, deps.clock(), messageId);
}

type Ask = { workspaceId: string; change: AddressChange; language: PreferenceLanguage };

const languageOf = (language: string): PreferenceLanguage =>
  language.toLowerCase().startsWith("de") ? "de" : "en";

function mayReach(db: Connection, address: string, now: number): boolean {
  const reason = holdingReason(db, address, now);
  return reason === undefined || isOpenToReturn(reason);
}

function mailConfirmation(deps: Deps, ask: Ask): Promise<string> {
  const { workspaceId, change, language } = ask;
  const words = preferenceWords[language];
  const url = new RecipientUrls(deps, workspaceId).newAddress(change.id);
  return sendContactMail(deps, {
    workspaceId,
    senderId: null,
    routeId: null,
    to: change.address,
    subject: words.addressSubject,
    body: words.addressBody,
    link: { url, label: words.addressLink },
    // The new address may belong to somebody else, so the mail contains no data of the contact.
    contact: nameless(change.email),
    messageKey: `address.${change.id}.${randomUUID()}`,
  });
}

function mailNotice(
  deps: Deps,
  ask: Ask,
  contact: { id: number; email: string; address: string },
): Promise<string> {
  const { workspaceId, change, language } = ask;
  const words = preferenceWords[language];
  const url = new RecipientUrls(deps, workspaceId).preferences(contact.id);
  return sendContactMail(deps, {
    workspaceId,
    senderId: null,
    routeId: null,
    to: contact.address,
    subject: words.noticeSubject,
    body: words.noticeBody(maskAddress(change.address)),
    link: { url, label: words.noticeLink },
    contact: nameless(contact.email),
    messageKey: `address-notice.${change.id}.${randomUUID()}`,
  });
}

function nameless(email: string) {
  return {
    id: 0,
    email,
    first_name: "",
    last_name: "",
    language: "",
    tracking_off: true,
    fields: {},
  };
}
