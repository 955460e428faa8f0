import { loadTokenKeys, type TokenKeys } from "../tokens.ts";
import type { CampaignContent, ContactFields, Recipient } from "../types.ts";
import type { Problem } from "./body.ts";
import { type CompiledCampaign, compileCampaign } from "./compile.ts";
import { type BuiltBody, buildContent, type ContentSource } from "./content.ts";
import { oneLine } from "./header-text.ts";
import { parseLink, renderLink } from "./links.ts";
import { problemOf } from "./lint.ts";
import { TemplateError } from "./liquid-engine.ts";
import { positionAt } from "./liquid-mask.ts";
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
  return await preview(content, contact, now);
}

async function preview(
  content: CampaignContent,
  contact: ContactFields,
  now: number,
  written: Partial<Record<Problem["where"], string>> = {},
): Promise<Preview> {
  previewKeys ??= loadTokenKeys({ current: "p", keys: new Map([["p", Buffer.alloc(32)]]) });
  const untracked = { ...content, trackOpens: false, trackClicks: false };
  let where: Problem["where"] = "html";
  try {
    const campaign = await compileCampaign(untracked, { campaignId: 0, keys: previewKeys });
    const onPart = (part: Problem["where"]) => {
      where = part;
    };
    return { ...renderParts(campaign, recipientOf(contact, 0), now, true, onPart), problems: [] };
  } catch (error) {
    if (!(error instanceof TemplateError)) {
      throw error;
    }
    const problem = atItsLine(problemOf(error, where), error, written[where]);
    return { subject: "", html: "", text: "", problems: [problem] };
  }
}

// A line of what was compiled is not the line that the person wrote: the tag is looked for there.
function atItsLine(problem: Problem, { liquid }: TemplateError, source: string | undefined) {
  if (source === undefined) {
    return problem;
  }
  const { line: _, column: __, ...rest } = problem;
  const at = liquid === undefined ? -1 : source.indexOf(liquid);
  return at < 0 ? rest : { ...rest, ...positionAt(source, at) };
}

/**
 * `buildContent`, and one message of it filled in for nobody: what would cost every message more than it may is
 * an error before the first of them.
 */
export async function buildAndTry(
  source: ContentSource,
  fieldKeys: readonly string[] | undefined,
  now: number,
): Promise<BuiltBody> {
  const built = await buildContent(source, fieldKeys);
  if (built.problems.some(({ severity }) => severity === "error")) {
    return built;
  }
  const tried = await preview({ ...built.content, ...anyHeader }, nobody, now, writtenIn(source));
  const tooMuch = tried.problems.filter(({ code }) => code !== undefined);
  return { ...built, problems: [...built.problems, ...tooMuch] };
}

// Whether a sender can stand in a header is asked elsewhere.
const anyHeader = {
  fromEmail: "nobody@sender.invalid",
  replyTo: "",
  domain: "sender.invalid",
  bounceDomain: "",
};

function writtenIn({ subject, bodySource: html, textSource }: ContentSource) {
  return { subject, html, ...(textSource === null ? {} : { text: textSource }) };
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
  const shown = await preview(content, contact, now, writtenIn(source));
  const known = new Set(problems.map(({ message }) => message));
  const fresh = shown.problems.filter(({ message }) => !known.has(message));
  return { ...shown, problems: [...problems, ...fresh] };
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
  onPart: (part: "subject" | "html" | "text") => void = () => {},
) {
  const state = newState(campaign, recipient, date, isPreview);
  onPart("subject");
  const subject = oneLine(subjectOf(state));
  onPart("html");
  const html = renderText(campaign.html.segments, state, "html");
  onPart("text");
  return { subject, html, text: renderText(campaign.text.segments, state, "text") };
}

function recipientOf(contact: ContactFields, seq: number): Recipient {
  return { seq, contactId: contact.id, address: contact.email, attempts: 0, contact };
}

function builtIns({ email, first_name, last_name, language }: ContactFields) {
  return { email, first_name, last_name, language };
}
