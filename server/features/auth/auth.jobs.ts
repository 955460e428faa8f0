import type { Config } from "../../config.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/db/driver.ts";
import type { Mailer } from "../../platform/mail.ts";
import { type Job, PermanentJobError } from "../../platform/scheduler/job.ts";
import type { Scheduler } from "../../platform/scheduler/scheduler.ts";
import { forgetAskedMail } from "../forms/mail-cap.service.ts";
import { publicUrlOf } from "../setup/instance.service.ts";
import {
  forgetInvitations,
  INVITE_MAIL,
  invitationMail,
  newInvitationLink,
} from "../workspaces/invitations.service.ts";
import { PASSWORD_NOTICE, RESET_MAIL } from "./auth.service.ts";
import { mailLocaleOf, mailWords } from "./mail-words.rules.ts";
import { newPasswordLink, RESET_MS } from "./reset.service.ts";
import { forgetTokens } from "./reset.store.ts";
import { removeExpiredSessions } from "./sessions.store.ts";
import { forgetEndedWindows } from "./throttle.store.ts";
import { findPerson } from "./users.service.ts";

type Deps = { config: Config; system: Connection; mail: Mailer; clock: Clock };

/** Registers the mails of this slice and the daily clean-up of what the instance counts for a while. */
export function registerAuthJobs(scheduler: Scheduler, deps: Deps): void {
  scheduler.handle(RESET_MAIL, (job) => mailReset(deps, job), "system");
  scheduler.handle(PASSWORD_NOTICE, (job) => mailNotice(deps, job), "system");
  scheduler.handle(INVITE_MAIL, (job) => mailInvite(deps, job), "system");
  scheduler.every("auth.clean-up", { pattern: "17 3 * * *", zone: "UTC" }, async () => {
    const now = deps.clock();
    removeExpiredSessions(deps.system, now);
    forgetTokens(deps.system, now);
    forgetEndedWindows(deps.system, now);
    forgetAskedMail(deps.system, now);
    forgetInvitations(deps.system, now);
  });
}

async function mailReset(deps: Deps, job: Job): Promise<void> {
  const { userId } = job.payload as { userId: string | null };
  const person = userId === null ? undefined : findPerson(deps.system, userId);
  if (person === undefined) {
    return;
  }
  requireMail(deps.mail);
  const publicUrl = publicUrlOf(deps.config, deps.system);
  // A try that failed leaves its link behind unread; it ends by itself, or with the first one that is used.
  const link = newPasswordLink(deps.system, publicUrl, person.id, deps.clock(), RESET_MS);
  const { email, name, locale } = person;
  const words = mailWords[mailLocaleOf(locale)].reset({ name, publicUrl, link });
  await deps.mail.send({ to: email, ...words });
}

/** Tells a person that their password was changed; a person whom nothing can be mailed to sees their sessions end. */
async function mailNotice(deps: Deps, job: Job): Promise<void> {
  const { userId } = job.payload as { userId: string };
  const person = findPerson(deps.system, userId);
  if (person === undefined || !deps.mail.isConfigured()) {
    return;
  }
  const publicUrl = publicUrlOf(deps.config, deps.system);
  const { email, name, locale } = person;
  const words = mailWords[mailLocaleOf(locale)].passwordChanged({ name, publicUrl });
  await deps.mail.send({ to: email, ...words });
}

async function mailInvite(deps: Deps, job: Job): Promise<void> {
  const { system } = deps;
  const { invitationId } = job.payload as { invitationId: string };
  const mail = invitationMail(system, invitationId, deps.clock());
  if (mail === undefined) {
    return;
  }
  requireMail(deps.mail);
  const link = newInvitationLink(system, publicUrlOf(deps.config, system), invitationId);
  const { to, locale, ...names } = mail;
  await deps.mail.send({ to, ...mailWords[mailLocaleOf(locale)].invitation({ ...names, link }) });
}

function requireMail(mail: Mailer): void {
  if (!mail.isConfigured()) {
    throw new PermanentJobError("no route for the instance's own mail is set up");
  }
}
