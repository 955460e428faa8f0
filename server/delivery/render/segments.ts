import { type Template, TokenKind } from "liquidjs";
import type { ContactFields } from "../types.ts";
import { escapeHtml, parseTemplate, type Target, textOf } from "./liquid-engine.ts";
import { encodePiece, SOFT_BREAK } from "./quoted-printable.ts";

// A parsed template as a list of static text and slots. A slot that is a plain value is filled without Liquid;
// conditions, loops and filters are slots rendered by Liquid. Either way, the static text is encoded only once per
// campaign.

export type OwnUrl = "unsubscribe_url" | "preferences_url" | "web_view_url";

export type Slot =
  | { kind: "field"; name: string; fallback: string; url: "component" | "whole" | undefined }
  | { kind: "url"; name: OwnUrl }
  | { kind: "subject" }
  | { kind: "click"; link: number }
  | { kind: "pixel" }
  | { kind: "liquid"; templates: Template[] };

export type Segment = { kind: "static"; text: string } | Slot;

const PLAIN_OUTPUT =
  /^\{\{-?\s*([a-zA-Z_]\w*(?:\.[a-zA-Z_]\w*)?)\s*(?:\|\s*default:\s*(?:"([^"\\]*)"|'([^'\\]*)')\s*)?(?:\|\s*(url_component|safe_url|escape|__raw)\s*)?-?\}\}$/;
const STATEMENTS = /\{%-?\s*(?:assign|capture|increment|decrement|liquid|for|tablerow)\b/;
const MAX_PLAIN_CHARS = 200;
// Liquid gives these properties a special meaning.
const LIQUID_PROPERTIES = /\.(?:size|first|last)$/;
const OWN_URLS = /^(?:unsubscribe_url|preferences_url|web_view_url)$/;

/**
 * Parses a template into segments.
 *
 * @param constants Values that are the same for all recipients, such as `workspace.name`; they become static text.
 * @throws TemplateError
 */
export function parseSegments(
  source: string,
  target: Target,
  constants: ReadonlyMap<string, string>,
): Segment[] {
  // A statement may redefine one of these names, so Liquid must then render all values.
  const canShadow = STATEMENTS.test(source);
  const segments: Segment[] = [];
  for (const template of parseTemplate(source, target)) {
    addSegment(segments, canShadow ? opaque(template) : segmentOf(template, target, constants));
  }
  return segments;
}

function addSegment(segments: Segment[], next: Segment): void {
  const last = segments.at(-1);
  if (last?.kind === "static" && next.kind === "static") {
    last.text += next.text;
  } else if (last?.kind === "liquid" && next.kind === "liquid") {
    last.templates.push(...next.templates);
  } else if (next.kind !== "static" || next.text !== "") {
    segments.push(next);
  }
}

function opaque(template: Template): Segment {
  return template.token.kind === TokenKind.HTML
    ? { kind: "static", text: staticText(template) }
    : (internalSlot(template.token.getText()) ?? { kind: "liquid", templates: [template] });
}

function segmentOf(
  template: Template,
  target: Target,
  constants: ReadonlyMap<string, string>,
): Segment {
  if (template.token.kind === TokenKind.HTML) {
    return { kind: "static", text: staticText(template) };
  }
  const text = template.token.getText();
  const slot = internalSlot(text) ?? plainSlot(text, target, constants);
  return slot ?? { kind: "liquid", templates: [template] };
}

// `getContent` has already applied whitespace control ({%- -%}).
function staticText(template: Template): string {
  const token = template.token as { getContent?: () => string };
  return token.getContent?.() ?? "";
}

// Templates cannot redefine these, because their names are reserved.
function internalSlot(text: string): Slot | undefined {
  const click = /^\{\{ __c(\d+) \}\}$/.exec(text)?.[1];
  if (click !== undefined) {
    return { kind: "click", link: Number(click) };
  }
  return text === "{{ __open | __raw }}" ? { kind: "pixel" } : undefined;
}

function plainSlot(
  text: string,
  target: Target,
  constants: ReadonlyMap<string, string>,
): Segment | undefined {
  // Long runs of spaces would make the regular expression slow, and no real template has them.
  const match = text.length > MAX_PLAIN_CHARS ? null : PLAIN_OUTPUT.exec(text);
  const path = match?.[1];
  if (match === null || path === undefined) {
    return undefined;
  }
  const fallback = match[2] ?? match[3] ?? "";
  const filter = match[4];
  if (filter === "escape" && target === "text") {
    return undefined;
  }
  const url =
    filter === "url_component" ? "component" : filter === "safe_url" ? "whole" : undefined;
  if (path.startsWith("contact.") && !LIQUID_PROPERTIES.test(path)) {
    return { kind: "field", name: path.slice("contact.".length), fallback, url };
  }
  if (url !== undefined) {
    return undefined;
  }
  return wholeSlot(path, fallback, target, constants);
}

function wholeSlot(
  path: string,
  fallback: string,
  target: Target,
  constants: ReadonlyMap<string, string>,
): Segment | undefined {
  if (OWN_URLS.test(path)) {
    return { kind: "url", name: path as OwnUrl };
  }
  if (path === "campaign.subject" && fallback === "") {
    return { kind: "subject" };
  }
  const constant = constants.get(path);
  if (constant === undefined) {
    return undefined;
  }
  const text = constant === "" ? fallback : constant;
  return { kind: "static", text: target === "html" ? escapeHtml(text) : text };
}

const builtIns: ReadonlySet<string> = new Set(["email", "first_name", "last_name", "language"]);

/** A contact's value for `contact.<name>`; built-in names take precedence over custom fields. */
export function fieldOf(contact: ContactFields, name: string): string {
  if (builtIns.has(name)) {
    return contact[name as "email" | "first_name" | "last_name" | "language"];
  }
  const value = Object.hasOwn(contact.fields, name) ? contact.fields[name] : undefined;
  return textOf(value);
}

/** The value, or `fallback` where Liquid's `default` filter applies: nil, false and the empty string. */
export function fieldOrDefault(contact: ContactFields, name: string, fallback: string): string {
  const value = fieldOf(contact, name);
  if (fallback === "") {
    return value;
  }
  const isFalse = value === "false" && contact.fields[name] === false && !builtIns.has(name);
  return value === "" || isFalse ? fallback : value;
}

/** A piece of one MIME part in quoted-printable: finished octets, or a slot that starts a line. */
export type Piece = Buffer | Slot;

/** Encodes the static text of a part once. Each piece ends so that the next one starts on a new line. */
export function encodeSegments(segments: Segment[]): Piece[] {
  return segments.map((segment, index) => {
    if (segment.kind !== "static") {
      return segment;
    }
    const bytes = encodePiece(segment.text);
    const isLast = index === segments.length - 1;
    return isLast || endsLine(bytes) ? bytes : Buffer.concat([bytes, Buffer.from(SOFT_BREAK)]);
  });
}

function endsLine(bytes: Buffer): boolean {
  return bytes.length === 0 || bytes[bytes.length - 1] === 10;
}
