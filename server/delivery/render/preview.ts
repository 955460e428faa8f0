import { loadTokenKeys, type TokenKeys } from "../tokens.ts";
import type { CampaignContent, ContactFields, Recipient } from "../types.ts";
import type { Problem } from "./body.ts";
import { type CompiledCampaign, compileCampaign } from "./compile.ts";
import { buildContent, type ContentSource } from "./content.ts";
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
 * What `contact` would get of what is being edited, with everything that is wrong with it: `buildContent` and
 * `renderPreview` in one.
 */
export async function showContent(
  source: ContentSource,
  fieldKeys: readonly string[] | undefined,
  contact: ContactFields,
  now: number,
): Promise<Preview> {
  const { content, problems } = await buildContent(source, fieldKeys);
  const preview = await renderPreview(content, contact, now);
  const known = new Set(problems.map(({ message }) => message));
  const fresh = preview.problems.filter(({ message }) => !known.has(message));
  return { ...preview, problems: [...problems, ...fresh] };
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

/** What a link of a campaign may say besides its contact. */
export type LinkSource = Pick<CampaignContent, "workspace" | "name" | "subject">;

/** Where a click on a campaign's link leads for one contact; undefined when it leads nowhere for them. */
export function linkTarget(
  link: string,
  source: LinkSource,
  contact: ContactFields,
): string | undefined {
  try {
    return renderLink(parseLink(link), {
      contact: { ...contact.fields, ...builtIns(contact) },
      workspace: { name: source.workspace.name, postal_address: source.workspace.postalAddress },
      campaign: { name: source.name, subject: source.subject },
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
