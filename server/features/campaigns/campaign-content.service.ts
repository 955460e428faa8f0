import type {
  CampaignContent,
  ContactFields,
  ContentSource,
  Preview,
  Problem,
  Renderer,
} from "../../delivery/index.ts";
import { readInboundSettings } from "../../inbound/index.ts";
import { domainOf } from "../../platform/address.rules.ts";
import type { Databases } from "../../platform/db/databases.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { campaignHosts } from "../domains/domains.service.ts";
import {
  type ContactChoice,
  contactFor,
  listFieldKeys,
  workspaceFacts,
} from "../templates/message-scope.service.ts";
import { type SectionProblem, templateFault } from "./campaigns.rules.ts";
import { type CampaignParts, requireCampaign, sendingParts } from "./campaigns.service.ts";
import { type CampaignRow, findContent } from "./campaigns.store.ts";

/** The workspace a campaign belongs to, and the base of its links. */
export type ContentContext = {
  databases: Databases;
  workspaceId: string;
  publicUrl: string;
  renderer: Renderer;
};

/** A campaign's content and what its author should know about it. With an `error` it cannot be sent. */
export type BuiltContent = { row: CampaignRow; content: CampaignContent; problems: Problem[] };

type Sending = Pick<CampaignParts, "sender" | "sendingMethod">;

/** Used as the sender as long as none has been chosen; never sent. */
const NO_SENDER = { name: "", email: "nobody@sender.invalid", replyTo: "", domainName: null };

/**
 * Compiles a campaign as it is stored now, the way a launch freezes it and a preview shows it.
 *
 * @param given Its sender and sending method, when the caller has already read them.
 * @throws AppError `unavailable` when the workspace has too many renders in progress.
 */
export async function contentOf(
  context: ContentContext,
  row: CampaignRow,
  given: { lane?: "editing" | "sending"; sending?: Sending } = {},
): Promise<BuiltContent> {
  const { source, fieldKeys } = sourceOf(context, row, given.sending);
  return { row, ...(await context.renderer.build(given.lane ?? "editing", source, fieldKeys)) };
}

/**
 * Mistakes in a campaign's template that prevent sending. Empty once it was launched, because its content is frozen.
 *
 * @throws AppError `unavailable` when the workspace has too many renders in progress.
 */
export async function contentFaults(
  context: ContentContext,
  row: CampaignRow,
): Promise<SectionProblem[]> {
  if (row.status !== "draft" && row.status !== "scheduled") {
    return [];
  }
  const { source } = sourceOf(context, row);
  // A missing body is reported elsewhere, but the subject may already contain a mistake.
  const bodyKind = row.bodySource.trim() === "" ? "html" : row.bodyKind;
  const faults = await context.renderer.faults({ ...source, bodyKind });
  return faults.map(templateFault);
}

function sourceOf(context: ContentContext, row: CampaignRow, sending?: Sending) {
  const db = context.databases.workspace(context.workspaceId);
  const { sender: chosen, sendingMethod } = sending ?? sendingParts(db, row);
  const workspace = workspaceFacts(context.databases.system, context.workspaceId);
  const sender = chosen ?? NO_SENDER;
  const domain = sender.domainName ?? domainOf(sender.email);
  const hosts = hostsFor(context, sendingMethod, domain);
  const source: ContentSource = {
    subject: row.subject,
    preheader: row.preheader,
    fromName: sender.name,
    fromEmail: sender.email,
    replyTo: row.replyTo || sender.replyTo,
    bodyKind: row.bodyKind,
    bodySource: row.bodySource,
    textSource: row.textSource,
    trackOpens: row.trackOpens === 1 && workspace.tracking === 1,
    trackClicks: row.trackClicks === 1 && workspace.tracking === 1,
    workspace: {
      id: context.workspaceId,
      number: workspace.number,
      name: workspace.name,
      postalAddress: workspace.postalAddress,
    },
    publicUrl: hosts.publicUrl,
    domain,
    name: row.name,
    bounceDomain: hosts.bounceDomain,
  };
  return { source, fieldKeys: listFieldKeys(db) };
}

/**
 * The host names of links and the return path: those of the sending domain where they are verified, otherwise those
 * of the instance.
 */
function hostsFor(
  { databases, workspaceId, publicUrl }: ContentContext,
  sendingMethod: Sending["sendingMethod"],
  domain: string,
) {
  const db = databases.workspace(workspaceId);
  const hosts = campaignHosts(db, domain, publicUrl);
  return {
    publicUrl: hosts.publicUrl,
    bounceDomain: sendingMethod?.ownReturnPath
      ? hosts.bounceDomain || readInboundSettings(databases.system).bounceDomain
      : "",
  };
}

/**
 * The message that a contact would get: the frozen content for a launched campaign, otherwise the current one.
 *
 * @throws AppError `not_found` for the campaign, and the errors of `contactFor`.
 */
export async function previewCampaign(
  context: ContentContext,
  input: { campaignId: number } & ContactChoice,
  now: number,
): Promise<Preview & { contact: { id: number; email: string } }> {
  const db = context.databases.workspace(context.workspaceId);
  const contact = contactFor(db, input);
  const frozen = loadContent(db, input.campaignId);
  const preview =
    frozen === undefined
      ? await previewDraft(context, input.campaignId, contact, now)
      : await context.renderer.preview(frozen, contact, now);
  return { ...preview, contact: { id: contact.id, email: contact.email } };
}

async function previewDraft(
  context: ContentContext,
  campaignId: number,
  contact: ContactFields,
  now: number,
): Promise<Preview> {
  const row = requireCampaign(context.databases.workspace(context.workspaceId), campaignId);
  const { source, fieldKeys } = sourceOf(context, row);
  return await context.renderer.show(source, fieldKeys, contact, now);
}

/** The content a campaign was launched with. It never changes afterwards; undefined before the launch. */
export function loadContent(db: Connection, campaignId: number): CampaignContent | undefined {
  const stored = findContent(db, campaignId);
  return stored === undefined ? undefined : (JSON.parse(stored) as CampaignContent);
}
