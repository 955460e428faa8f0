import type { Config } from "../../config.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/db/driver.ts";
import type { Mailer } from "../../platform/mail.ts";
import { type Job, PermanentJobError } from "../../platform/scheduler/job.ts";
import type { Scheduler } from "../../platform/scheduler/scheduler.ts";
import { publicUrlOf } from "../instance/instance.service.ts";
import { forgetTokens, newPasswordLink, RESET_MS } from "../users/reset.service.ts";
import { removeExpiredSessions } from "../users/sessions.service.ts";
import { forgetEndedWindows } from "../users/throttle.service.ts";
import { findPerson, mailLocaleOf } from "../users/users.service.ts";
import {
  forgetInvitations,
  INVITE_MAIL,
  invitationMail,
  newInvitationLink,
} from "../workspaces/invitations.service.ts";
import { GUESSING_NOTICE } from "./attempt-limits.ts";
import { PASSWORD_NOTICE, RESET_MAIL } from "./auth.service.ts";
import { mailWords } from "./mail-words.rules.ts";

type Deps = {
  config: Config;
  system: Connection;
  mail: Mailer;
  clock: Clock;
  /** Part of the daily clean-up: removes what other slices keep in system.db for a day. */
  forget: (system: Connection, now: number) => void;
};

/** Registers the mail jobs of this slice and the daily clean-up of short-lived counters. */
export function registerAuthJobs(scheduler: Scheduler, deps: Deps): void {
  scheduler.handle(RESET_MAIL, (job) => mailReset(deps, job), "system");
  scheduler.handle(PASSWORD_NOTICE, (job) => mailNotice(deps, job, "passwordChanged"), "system");
  scheduler.handle(GUESSING_NOTICE, (job) => mailNotice(deps, job, "passwordGuessed"), "system");
  scheduler.handle(INVITE_MAIL, (job) => mailInvite(deps, job), "system");
  scheduler.every("auth.clean-up", { pattern: "17 3 * * *", zone: "UTC" }, async () => {
    const now = deps.clock();
    removeExpiredSessions(deps.system, now);
    forgetTokens(deps.system, now);
    forgetEndedWindows(deps.system, now);
    deps.forget(deps.system, now);
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
  // A failed attempt leaves an unused link behind. The link expires, or ends when another one is used.
  const link = newPasswordLink(deps.system, publicUrl, person.id, deps.clock(), RESET_MS);
  const { email, name, locale } = person;
  const words = mailWords[mailLocaleOf(locale)].reset({ name, publicUrl, link });
  await deps.mail.send({ to: email, ...words });
}

/**
 * Tells a person that their password changed or is being guessed. When no mail can be sent to them, the audit log is
 * the only notice.
 */
async function mailNotice(
  deps: Deps,
  job: Job,
  what: "passwordChanged" | "passwordGuessed",
): Promise<void> {
  const { userId } = job.payload as { userId: string | null };
  const person = userId === null ? undefined : findPerson(deps.system, userId);
  if (person === undefined || !deps.mail.isConfigured()) {
    return;
  }
  const publicUrl = publicUrlOf(deps.config, deps.system);
  const { email, name, locale } = person;
  const words = mailWords[mailLocaleOf(locale)][what]({ name, publicUrl });
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
    throw new PermanentJobError("account emails are not set up");
  }
}
