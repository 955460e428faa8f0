import { randomUUID } from "node:crypto";
import type { Clock } from "../../platform/clock.ts";
import { type Job, PermanentJobError } from "../../platform/scheduler/job.ts";
import { findContactById } from "../contacts/contacts.service.ts";
import { type ContactMailDeps, sendContactMail } from "../forms/contact-mail.service.ts";
import { mayMailAddress } from "../forms/mail-cap.service.ts";
import { RecipientUrls } from "../forms/recipient-urls.service.ts";
import { holdingReason } from "../suppressions/suppressions.service.ts";
import { preferenceWords } from "./preference-words.rules.ts";
import { ADDRESS_JOB } from "./preferences.service.ts";
import { findAddressChange, markAddressMailed } from "./preferences.store.ts";

type Deps = ContactMailDeps & { clock: Clock };

/** The handlers of this slice's jobs, for the scheduler: `[kind, handler]`. */
export function preferenceJobs(deps: Deps): [kind: string, handler: (job: Job) => Promise<void>][] {
  return [[ADDRESS_JOB, (job) => mailNewAddress(deps, job)]];
}

/** Mails the link that confirms a new address, unless that address wants nothing from here. Safe to repeat. */
async function mailNewAddress(deps: Deps, job: Job): Promise<void> {
  const { workspaceId } = job;
  const { changeId } = job.payload as { changeId?: unknown };
  if (workspaceId === null || typeof changeId !== "number") {
    throw new PermanentJobError("the job names no change of address");
  }
  const db = deps.databases.workspace(workspaceId);
  const now = deps.clock();
  const change = findAddressChange(db, changeId);
  const contact = change && findContactById(db, change.contactId, now);
  if (change === undefined || change.mailedAt !== null || contact === undefined) {
    return;
  }
  const reason = holdingReason(db, change.address, now);
  const isUnwanted = reason !== undefined && reason !== "unsubscribed";
  const asked = { workspaceId, address: change.address, ref: `address ${change.id}` };
  if (isUnwanted || !mayMailAddress(deps, asked, now)) {
    return;
  }
  const words = preferenceWords[contact.language.toLowerCase().startsWith("de") ? "de" : "en"];
  const url = new RecipientUrls(deps, workspaceId).newAddress(change.id);
  const messageId = await sendContactMail(deps, {
    workspaceId,
    senderId: null,
    routeId: null,
    to: change.address,
    subject: words.addressSubject,
    body: words.addressBody,
    link: { url, label: words.addressLink },
    // The new address may be somebody else's: nothing of the contact is told to it.
    contact: {
      id: 0,
      email: change.email,
      first_name: "",
      last_name: "",
      language: "",
      tracking_off: true,
      fields: {},
    },
    messageKey: `address.${change.id}.${randomUUID()}`,
  });
  markAddressMailed(deps.databases.workspace(workspaceId), change.id, deps.clock(), messageId);
}
