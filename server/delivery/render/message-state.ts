import { type MessageSubject, type TokenKeys, trackingToken } from "../tokens.ts";
import type { CampaignContent, Recipient } from "../types.ts";
import { Budget } from "./budget.ts";
import type { CountedContext } from "./counted-liquid.ts";
import { type ParsedLink, parseLink, renderLink } from "./links.ts";
import {
  escapeHtml,
  newContext,
  renderTemplates,
  safeUrl,
  type Target,
  TemplateError,
  urlComponent,
} from "./liquid-engine.ts";
import { fieldOrDefault, type OwnUrl, type Segment, type Slot } from "./segments.ts";

// The values for one recipient's message. Each is computed when a slot first needs it.

/** The parts of a compiled campaign that supply values. */
export type ValueSource = {
  content: CampaignContent;
  campaignId: number;
  keys: TokenKeys;
  subject: Segment[];
  /** Links that contain Liquid, by number; parsed when the first contact without tracking needs them. */
  parsedLinks: Map<number, ParsedLink>;
};

export type MessageState = {
  source: ValueSource;
  recipient: Recipient;
  /** Unix ms of the Date field; also the value of `"now" | date`. */
  date: number;
  /** True for a preview, which contains no tokens; its links end in `/preview`. */
  isPreview: boolean;
  subject: string | undefined;
  unsubscribeUrl: string | undefined;
  contexts: Record<Target, CountedContext | undefined>;
  scope: object | undefined;
  /** Shared by the whole message: subject, text and HTML. */
  budget: Budget;
};

export function newState(
  source: ValueSource,
  recipient: Recipient,
  date: number,
  isPreview: boolean,
): MessageState {
  return {
    source,
    recipient,
    date,
    isPreview,
    subject: undefined,
    unsubscribeUrl: undefined,
    contexts: { html: undefined, text: undefined },
    scope: undefined,
    budget: new Budget(),
  };
}

/** The value of a slot, escaped for its target. @throws TemplateError */
export function slotValue(slot: Slot, state: MessageState, target: Target): string {
  const value = rawValue(slot, state, target);
  return target === "html" && slot.kind !== "liquid" && slot.kind !== "pixel"
    ? escapeHtml(value)
    : value;
}

function rawValue(slot: Slot, state: MessageState, target: Target): string {
  switch (slot.kind) {
    case "field":
      return fieldValue(slot, state);
    case "url":
      return ownUrl(state, slot.name);
    case "subject":
      return subjectOf(state);
    case "click":
      return clickUrl(state, slot.link);
    case "pixel":
      return pixel(state);
    case "liquid":
      return renderTemplates(slot.templates, contextOf(state, target), target);
  }
}

function fieldValue(slot: Extract<Slot, { kind: "field" }>, state: MessageState): string {
  const value = fieldOrDefault(state.recipient.contact, slot.name, slot.fallback);
  if (slot.url === undefined) {
    return value;
  }
  return slot.url === "whole" ? safeUrl(value) : urlComponent(value);
}

/** The message's rendered subject, not yet encoded. @throws TemplateError */
export function subjectOf(state: MessageState): string {
  if (state.subject === undefined) {
    // A subject that refers to itself sees an empty string.
    state.subject = "";
    state.subject = renderText(state.source.subject, state, "text");
  }
  return state.subject;
}

/** Renders all segments of a part to text, not yet encoded. @throws TemplateError */
export function renderText(segments: Segment[], state: MessageState, target: Target): string {
  let text = "";
  for (const segment of segments) {
    text += segment.kind === "static" ? segment.text : slotValue(segment, state, target);
  }
  return text;
}

/** One of our own URLs for this recipient. */
export function ownUrl(state: MessageState, name: OwnUrl): string {
  const { seq, contactId } = state.recipient;
  if (name === "unsubscribe_url") {
    state.unsubscribeUrl ??= ownPage(state, "u", seq, (keys, message) =>
      trackingToken(keys, "unsubscribe", { ...message, contactId }),
    );
    return state.unsubscribeUrl;
  }
  if (name === "preferences_url") {
    return ownPage(state, "p", seq, (keys, message) =>
      trackingToken(keys, "preferences", { ...message, contactId }),
    );
  }
  // Without tracking, the web view URL is anonymous, so that a visit does not identify the recipient.
  const { trackOpens, trackClicks } = state.source.content;
  const isTracked = (trackOpens || trackClicks) && !state.recipient.contact.tracking_off;
  return ownPage(state, "v", isTracked ? seq : 0, (keys, message) =>
    trackingToken(keys, "view", message),
  );
}

function ownPage(
  state: MessageState,
  path: string,
  seq: number,
  tokenOf: (keys: TokenKeys, message: MessageSubject) => string,
): string {
  const { content, campaignId, keys } = state.source;
  if (state.isPreview) {
    return `${content.publicUrl}/${path}/preview`;
  }
  const message = { workspaceNumber: content.workspace.number, campaignId, seq };
  return `${content.publicUrl}/${path}/${tokenOf(keys, message)}`;
}

function clickUrl(state: MessageState, link: number): string {
  const { content } = state.source;
  if (content.trackClicks && !state.isPreview && !state.recipient.contact.tracking_off) {
    return ownPage(state, "c", state.recipient.seq, (keys, message) =>
      trackingToken(keys, "click", { ...message, link }),
    );
  }
  const target = content.links[link - 1] ?? "#";
  if (!target.includes("{")) {
    return target;
  }
  try {
    return renderLink(parsedLink(state.source, link, target), scopeOf(state), state.budget);
  } catch (error) {
    // When a contact has no usable value, the link leads nowhere, as it would at click time; the message is still sent.
    if (error instanceof TemplateError) {
      return "#";
    }
    throw error;
  }
}

function parsedLink({ parsedLinks }: ValueSource, link: number, target: string): ParsedLink {
  const known = parsedLinks.get(link) ?? parseLink(target);
  parsedLinks.set(link, known);
  return known;
}

/** The URL of this message's tracking pixel; undefined when it has none. */
export function openUrl(state: MessageState): string | undefined {
  const { content } = state.source;
  if (!content.trackOpens || state.isPreview || state.recipient.contact.tracking_off) {
    return undefined;
  }
  return ownPage(state, "o", state.recipient.seq, (keys, message) =>
    trackingToken(keys, "open", message),
  );
}

/** The HTML of the tracking pixel. @param url Not yet escaped. */
export function pixelHtml(url: string): string {
  return `<img src="${escapeHtml(url)}" width="1" height="1" alt="" style="display:block;border:0">`;
}

function pixel(state: MessageState): string {
  const url = openUrl(state);
  return url === undefined ? "" : pixelHtml(url);
}

function contextOf(state: MessageState, target: Target): CountedContext {
  state.contexts[target] ??= newContext(scopeOf(state), target, state.budget, (name) =>
    ownSlot(state, name),
  );
  return state.contexts[target];
}

// Values for reserved names, needed where a tag such as `if` surrounds a link or the pixel.
function ownSlot(state: MessageState, name: string): string | undefined {
  if (name === "__open") {
    return pixel(state);
  }
  const link = /^__c(\d+)$/.exec(name)?.[1];
  return link === undefined ? undefined : clickUrl(state, Number(link));
}

/** The variables available to templates: `contact`, `workspace`, `campaign`, our URLs. */
function scopeOf(state: MessageState): object {
  state.scope ??= newScope(state);
  return state.scope;
}

function newScope(state: MessageState): object {
  const { content } = state.source;
  const { contact } = state.recipient;
  const scope: Record<string, unknown> = {
    contact: contactScope(contact),
    workspace: { name: content.workspace.name, postal_address: content.workspace.postalAddress },
    campaign: lazily({ name: content.name }, "subject", () => subjectOf(state)),
    __now: new Date(state.date).toISOString(),
  };
  for (const name of ["unsubscribe_url", "preferences_url", "web_view_url"] as const) {
    lazily(scope, name, () => ownUrl(state, name));
  }
  return scope;
}

function contactScope(contact: Recipient["contact"]): object {
  return {
    ...contact.fields,
    email: contact.email,
    first_name: contact.first_name,
    last_name: contact.last_name,
    language: contact.language,
  };
}

function lazily<T extends object>(target: T, name: string, value: () => string): T {
  return Object.defineProperty(target, name, { get: value, enumerable: true });
}
