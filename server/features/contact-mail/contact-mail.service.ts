import type { ContactFields, Renderer, SmtpOutcome } from "../../delivery/index.ts";
import { domainOf } from "../../platform/address.rules.ts";
import type { Databases } from "../../platform/db/databases.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError } from "../../platform/errors.ts";
import { PermanentJobError } from "../../platform/scheduler/job.ts";
import type { KeyRing } from "../../platform/secrets.ts";
import { loadDkimKey } from "../domains/domains.service.ts";
import { findSenderForCampaign, readSenders } from "../domains/senders.service.ts";
import type { CampaignEngine } from "../ports.ts";
import { loadRoute, readRoutes } from "../routes/routes.service.ts";
import { workspaceFacts } from "../templates/message-scope.service.ts";
import { type MailLink, mailParts } from "./contact-mail.rules.ts";

/** What sending a message to one contact depends on. */
export type ContactMailDeps = {
  databases: Databases;
  keyRing: KeyRing;
  engine: Pick<CampaignEngine, "sendOne">;
  renderer: Pick<Renderer, "build">;
  publicUrl: () => string;
  inboxPort: number;
};

/** A message that somebody just asked for: a confirmation or a welcome. */
export type ContactMail = {
  workspaceId: string;
  /** null uses the workspace's first sender. */
  senderId: number | null;
  routeId: number | null;
  to: string;
  subject: string;
  /** Plain text with Liquid; `{{ confirm_url }}` marks the place of the link. */
  body: string;
  link: MailLink;
  contact: ContactFields;
  /** The part of the Message-ID before the `@`. It is the same for each attempt. */
  messageKey: string;
};

/**
 * Sends the message by the workspace's sending method, signed like its campaigns and without tracking. Resolves with
 * its Message-ID when the server accepted it or may have accepted it.
 *
 * @throws PermanentJobError when another attempt cannot help: no sender or sending method, a template that does not
 * parse, or an address that is refused for good or has no mail server.
 * @throws Error with the server's reply when another attempt may help.
 */
export async function sendContactMail(deps: ContactMailDeps, mail: ContactMail): Promise<string> {
  const db = deps.databases.workspace(mail.workspaceId);
  const workspace = workspaceFacts(deps.databases.system, mail.workspaceId);
  const { sender, routeId } = waysOut(db, mail);
  const footer = `${workspace.name}\n${workspace.postalAddress}`;
  const parts = mailParts(mail.body, mail.link, footer);
  const domain = sender.domainName ?? domainOf(sender.email);
  const { content, problems } = await deps.renderer.build("sending", {
    subject: mail.subject,
    preheader: "",
    fromName: sender.name,
    fromEmail: sender.email,
    replyTo: sender.replyTo,
    bodyKind: "html",
    bodySource: parts.html,
    textSource: parts.text,
    trackOpens: false,
    trackClicks: false,
    workspace: {
      id: mail.workspaceId,
      number: workspace.number,
      name: workspace.name,
      postalAddress: workspace.postalAddress,
    },
    publicUrl: deps.publicUrl(),
    domain,
    name: mail.subject,
    bounceDomain: "",
    transactional: true,
  });
  const mistake = problems.find(({ severity }) => severity === "error");
  if (mistake !== undefined) {
    throw new PermanentJobError(mistake.message);
  }
  const { keyRing, inboxPort } = deps;
  const open = deps.databases.workspace(mail.workspaceId);
  const messageId = `${mail.messageKey}@${domain}`;
  const message = {
    workspaceId: mail.workspaceId,
    route: loadRoute(open, { keyRing, workspaceId: mail.workspaceId, inboxPort }, routeId),
    dkim: loadDkimKey(open, keyRing, domain),
    content,
    contact: mail.contact,
    to: mail.to,
    messageId,
  };
  requireSent(await deps.engine.sendOne(message).catch(endWhatCannotBeMade));
  return messageId;
}

function waysOut(db: Connection, mail: ContactMail) {
  const senderId = mail.senderId ?? readSenders(db).items[0]?.id;
  const sender = senderId === undefined ? undefined : findSenderForCampaign(db, senderId);
  const routes = readRoutes(db).items.filter(({ enabled }) => enabled);
  const routeId = (routes.find(({ id }) => id === mail.routeId) ?? routes[0])?.id;
  if (sender === undefined || routeId === undefined) {
    throw new PermanentJobError("The workspace has no sender or no active sending method.");
  }
  return { sender, routeId };
}

function endWhatCannotBeMade(error: unknown): never {
  throw error instanceof AppError && error.code === "invalid_input"
    ? new PermanentJobError(error.message)
    : error;
}

/** Faults of the message or its address that no retry can fix. */
const LASTING: ReadonlySet<string> = new Set(["unsupported", "too_large", "null_mx"]);

function requireSent(outcome: SmtpOutcome): void {
  if (outcome.kind === "accepted" || outcome.kind === "ambiguous") {
    return;
  }
  if (outcome.kind === "refused") {
    const { code, text } = outcome.reply;
    const sentence = `${outcome.host} said: ${code} ${text}`;
    throw code >= 500 ? new PermanentJobError(sentence) : new Error(sentence);
  }
  if (outcome.kind === "broken" && LASTING.has(outcome.fault)) {
    throw new PermanentJobError(outcome.error);
  }
  throw new Error(outcome.kind === "broken" ? outcome.error : "sending was stopped");
}
