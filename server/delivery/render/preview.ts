import { loadTokenKeys, type TokenKeys } from "../tokens.ts";
import type { CampaignContent, ContactFields, Recipient } from "../types.ts";
import type { Problem } from "./body.ts";
import { type CompiledCampaign, compileCampaign } from "./compile.ts";
import { type BuiltBody, buildContent, type ContentSource } from "./content.ts";
import { oneLine } from "./header-text.ts";
import { emptyContact } from "./link-target.ts";
import { problemOf } from "./lint.ts";
import { TemplateError } from "./liquid-engine.ts";
import { positionAt } from "./liquid-mask.ts";
import { newState, renderText, subjectOf } from "./message-state.ts";

export type Preview = { subject: string; html: string; text: string; problems: Problem[] };

// A preview contains no tokens, so these keys sign nothing.
let previewKeys: TokenKeys | undefined;

/**
 * Renders what `contact` would receive, with the code that sends: no tracking, no tokens; unsubscribe and web view
 * links end in `/preview`. Liquid mistakes are returned as problems, with empty parts.
 *
 * @param now Unix ms; the value of `"now" | date`.
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

// Line numbers of compiled HTML do not match the author's source, so the tag is located in the source instead.
function atItsLine(problem: Problem, { liquid }: TemplateError, source: string | undefined) {
  if (source === undefined) {
    return problem;
  }
  const { line: _, column: __, ...rest } = problem;
  const at = liquid === undefined ? -1 : source.indexOf(liquid);
  return at < 0 ? rest : { ...rest, ...positionAt(source, at) };
}

/**
 * `buildContent` plus a trial rendering for an empty contact, so that a template which exceeds its budget is an error
 * before the first message is sent.
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
  const tried = await preview(
    { ...built.content, ...anyHeader },
    emptyContact,
    now,
    writtenIn(source),
  );
  const tooMuch = tried.problems.filter(({ code }) => code !== undefined);
  return { ...built, problems: [...built.problems, ...tooMuch] };
}

// Dummy values: the sender's address is validated elsewhere.
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
 * Shows what `contact` would receive of the content being edited, with all its problems: `buildContent` and
 * `renderPreview` combined.
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
 * The message as a web page, for `/v/`: with the recipient's own links and without the open pixel, since the page
 * request itself counts as a view. `seq` 0 with `nobody` renders the anonymous page.
 *
 * @throws TemplateError
 */
export function renderWebView(campaign: CompiledCampaign, recipient: Recipient, date: number) {
  const unseen = { ...campaign, content: { ...campaign.content, trackOpens: false } };
  const { subject, html } = renderParts(unseen, recipient, date, false);
  return { subject, html };
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
