import { randomUUID } from "node:crypto";
import type { ContactFields } from "../../delivery/index.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError } from "../../platform/errors.ts";
import { type Job, PermanentJobError } from "../../platform/scheduler/job.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";
import { type ContactMailDeps, sendContactMail } from "../contact-mail/contact-mail.service.ts";
import { mayMailAddress } from "../contact-mail/mail-cap.service.ts";
import { RecipientUrls } from "../contact-mail/recipient-urls.service.ts";
import { findContactByAddress } from "../contacts/contacts.service.ts";
import { topicsAmong } from "../lists/lists.service.ts";
import { holdingReason, isErased, isOpenToReturn } from "../suppressions/suppressions.service.ts";
import type { SignupData } from "./form-submission.ts";
import { formWords } from "./form-words.rules.ts";
import { textOr } from "./forms.rules.ts";
import { type Form, requireForm } from "./forms.service.ts";
import { completeSignup } from "./signup-complete.ts";
import {
  findSignup,
  forgetSignup,
  markMailed,
  markWelcomed,
  moveSignup,
  type SignupRow,
} from "./signups.store.ts";

export const WELCOME_JOB = "form.welcome";

export type SignupRunDeps = ContactMailDeps & { clock: Clock; jobs: JobQueue };

/**
 * Processes a sign-up: mails the double opt-in link, tells a subscriber that they are already signed up, or signs the
 * person up. Safe to repeat: no message is sent twice.
 *
 * @throws Error when a message could not be handed over; the job then retries.
 */
export async function runSignupJob(deps: SignupRunDeps, job: Job): Promise<void> {
  const { workspaceId, signupId } = targetOf(job);
  const db = deps.databases.workspace(workspaceId);
  const now = deps.clock();
  const row = findSignup(db, signupId);
  if (row?.state !== "new") {
    return;
  }
  if (isErased(db, row.address)) {
    // The visitor saw the usual answer, but nothing else happens: no mail is sent, no contact is created, and this row
    // is deleted.
    forgetSignup(db, row.id);
    return;
  }
  const form = formOf(db, row);
  const next = form === undefined ? "ignore" : decide(db, form, row, now);
  if (form === undefined || next === "ignore") {
    moveSignup(db, row.id, "ignored");
    return;
  }
  if (next === "subscribe") {
    const visitor = { ip: row.ip, userAgent: row.userAgent };
    completeSignup(db, { form, row, visitor, proof: undefined }, now, () =>
      deps.jobs.enqueue(WELCOME_JOB, workspaceId, { signupId }),
    );
    return;
  }
  const asked = { workspaceId, address: row.address, ref: `signup ${row.id}` };
  if (!mayMailAddress(deps, asked, now)) {
    moveSignup(db, row.id, "ignored");
    return;
  }
  const messageId = await mail(deps, workspaceId, form, row, next);
  const state = next === "ask" ? "waiting" : "ignored";
  markMailed(deps.databases.workspace(workspaceId), row.id, { state, at: deps.clock(), messageId });
}

/** Sends the welcome mail after a sign-up. */
export async function runWelcomeJob(deps: SignupRunDeps, job: Job): Promise<void> {
  const { workspaceId, signupId } = targetOf(job);
  const db = deps.databases.workspace(workspaceId);
  const row = findSignup(db, signupId);
  const form = row && formOf(db, row);
  if (row?.state !== "done" || row.welcomedAt !== null || form === undefined) {
    return;
  }
  // They may have unsubscribed since.
  if (holdingReason(db, row.address, deps.clock()) !== undefined) {
    return;
  }
  await mail(deps, workspaceId, form, row, "welcome");
  markWelcomed(deps.databases.workspace(workspaceId), row.id, deps.clock());
}

type Next = "ask" | "tell" | "subscribe" | "ignore";

/**
 * A person who unsubscribed must confirm, and so must a person whose address is unproven if the form requires proof.
 * This way nobody can sign up someone else, or undo their unsubscribe. Addresses that bounced, complained or were
 * suppressed manually get no mail.
 */
function decide(db: Connection, form: Form, row: SignupRow, now: number): Next {
  const reason = holdingReason(db, row.address, now);
  if (reason !== undefined && !isOpenToReturn(reason)) {
    return "ignore";
  }
  const wanted = JSON.parse(row.listIds) as number[];
  const topics = topicsAmong(db, wanted);
  if (wanted.length > 0 && topics.length === 0) {
    return "ignore";
  }
  const contact = findContactByAddress(db, row.address, now);
  const statusOf = (id: number) => contact?.lists.find((list) => list.id === id)?.status;
  const hasAll = topics.every(({ id }) => statusOf(id) === "subscribed");
  if (contact !== undefined && hasAll && reason === undefined) {
    return "tell";
  }
  const hasLeft = topics.some(({ id }) => statusOf(id) === "unsubscribed");
  const mustConfirm =
    form.settings.doubleOptIn || row.proven === 0 || topics.some(({ doubleOptIn }) => doubleOptIn);
  return mustConfirm || hasLeft || reason !== undefined ? "ask" : "subscribe";
}

async function mail(
  deps: SignupRunDeps,
  workspaceId: string,
  form: Form,
  row: SignupRow,
  kind: "ask" | "tell" | "welcome",
): Promise<string> {
  const db = deps.databases.workspace(workspaceId);
  const { settings } = form;
  const words = formWords[settings.language];
  const contact = findContactByAddress(db, row.address, deps.clock());
  const urls = new RecipientUrls(deps, workspaceId);
  const link =
    kind === "ask"
      ? { url: urls.signup(row.id), label: words.confirmLink }
      : { url: urls.preferences(contact?.id ?? 0), label: words.alreadyLink };
  const { subject, body } = {
    ask: {
      subject: textOr(settings.confirmSubject, settings.language, "confirmSubject"),
      body: textOr(settings.confirmBody, settings.language, "confirmBody"),
    },
    tell: { subject: words.alreadySubject, body: words.alreadyBody },
    welcome: {
      subject: textOr(settings.welcomeSubject, settings.language, "welcomeSubject"),
      body: textOr(settings.welcomeBody, settings.language, "welcomeBody"),
    },
  }[kind];
  return await sendContactMail(deps, {
    workspaceId,
    senderId: settings.senderId,
    routeId: settings.routeId,
    to: row.address,
    subject,
    body,
    link,
    contact: fieldsOf(row),
    messageKey: `${kind}.${row.id}.${randomUUID()}`,
  });
}

/** Only values from this sign-up: a contact's stored data must not be mailed to the person who entered the address. */
function fieldsOf(row: SignupRow): ContactFields {
  const data = JSON.parse(row.data) as SignupData;
  return {
    id: 0,
    email: row.email,
    first_name: data.firstName,
    last_name: data.lastName,
    language: data.language,
    tracking_off: true,
    fields: Object.fromEntries(
      Object.entries(data.fields).map(([key, value]) => [
        key,
        Array.isArray(value) ? value.join(", ") : (value as string | boolean),
      ]),
    ),
  };
}

function formOf(db: Connection, row: SignupRow): Form | undefined {
  try {
    return requireForm(db, row.formId);
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") {
      return undefined;
    }
    throw error;
  }
}

function targetOf(job: Job): { workspaceId: string; signupId: number } {
  const { signupId } = job.payload as { signupId?: unknown };
  if (job.workspaceId === null || typeof signupId !== "number") {
    throw new PermanentJobError("the job does not contain the id of a sign-up");
  }
  return { workspaceId: job.workspaceId, signupId };
}
