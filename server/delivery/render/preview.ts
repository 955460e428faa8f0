import { loadTokenKeys, type TokenKeys } from "../tokens.ts";
import type { CampaignContent, ContactFields, Recipient } from "../types.ts";
import type { Problem } from "./body.ts";
import { type CompiledCampaign, compileCampaign } from "./compile.ts";
import { oneLine } from "./header-text.ts";
import { parseLink, renderLink } from "./links.ts";
import { problemOf } from "./lint.ts";
import { TemplateError } from "./liquid-engine.ts";
import { newState, renderText, subjectOf } from "./message-state.ts";

export type Preview = { subject: string; html: string; text: string; problems: Problem[] };

/** The contact of previews and anonymous web views when there is none: every value is empty. */
export const nobody: ContactFields = {
  id: 0,
  email: "",
  first_name: "",
  last_name: "",
  language: "",
  tracking_off: true,
  fields: {},
};

// A preview holds no tokens, so its keys sign nothing.
let previewKeys: TokenKeys | undefined;

/**
 * Shows what `contact` would get, by the code that sends: no tracking, no tokens; unsubscribe and web view
 * links end in `/preview`. Mistakes in the Liquid come back as problems with empty parts.
 *
 * @param now Unix ms; what `"now" | date` shows.
 */
export async function renderPreview(
  content: CampaignContent,
  contact: ContactFields,
  now: number,
): Promise<Preview> {
  previewKeys ??= loadTokenKeys({ current: "p", keys: new Map([["p", Buffer.alloc(32)]]) });
  const untracked = { ...content, trackOpens: false, trackClicks: false };
  try {
    const campaign = await compileCampaign(untracked, { campaignId: 0, keys: previewKeys });
    return { ...renderParts(campaign, recipientOf(contact, 0), now, true), problems: [] };
  } catch (error) {
    if (!(error instanceof TemplateError)) {
      throw error;
    }
    const problem = problemOf(error, "html");
    return { subject: "", html: "", text: "", problems: [problem] };
  }
}

/**
 * The message as a web page, for `/v/`: the recipient's own links, no open pixel (a web view is counted by
 * its request). `seq` 0 with `nobody` gives the anonymous page.
 *
 * @throws TemplateError
 */
export function renderWebView(campaign: CompiledCampaign, recipient: Recipient, date: number) {
  const unseen = { ...campaign, content: { ...campaign.content, trackOpens: false } };
  const { subject, html } = renderParts(unseen, recipient, date, false);
  return { subject, html };
}

/**
 * Where a click on link `linkNo` leads for one contact: the redirect goes only to links of the campaign.
 * undefined when there is no such link or it leads nowhere for this contact.
 */
export function linkTarget(
  content: CampaignContent,
  linkNo: number,
  contact: ContactFields,
): string | undefined {
  const link = content.links[linkNo - 1];
  if (link === undefined) {
    return undefined;
  }
  try {
    return renderLink(parseLink(link), {
      contact: { ...contact.fields, ...builtIns(contact) },
      workspace: { name: content.workspace.name, postal_address: content.workspace.postalAddress },
      campaign: { name: content.name, subject: content.subject },
    });
  } catch (error) {
    if (error instanceof TemplateError) {
      return undefined;
    }
    throw error;
  }
}

function renderParts(
  campaign: CompiledCampaign,
  recipient: Recipient,
  date: number,
  isPreview: boolean,
) {
  const state = newState(campaign, recipient, date, isPreview);
  return {
    subject: oneLine(subjectOf(state)),
    html: renderText(campaign.html.segments, state, "html"),
    text: renderText(campaign.text.segments, state, "text"),
  };
}

function recipientOf(contact: ContactFields, seq: number): Recipient {
  return { seq, contactId: contact.id, address: contact.email, attempts: 0, contact };
}

function builtIns({ email, first_name, last_name, language }: ContactFields) {
  return { email, first_name, last_name, language };
}
