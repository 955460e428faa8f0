import { escapeHtml } from "./liquid-engine.ts";
import { findLiquid, mapTemplate, maskLiquid } from "./liquid-mask.ts";

// Additions to the author's body: a document around a fragment, the preheader, the legally required footer, the open
// pixel; and the removal of active content.

const ADDRESS = "workspace.postal_address";
// Without padding, mail clients continue the preview line with the start of the body.
const PREHEADER_PADDING = "&#847;&zwnj;&nbsp;".repeat(40);

/** Wraps a fragment in a document; a complete document is returned unchanged. */
export function asDocument(html: string): string {
  if (/<body[\s>]/i.test(html)) {
    return html;
  }
  return [
    '<!doctype html><html><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `</head><body>${html}</body></html>`,
  ].join("\n");
}

/** Inserts the preheader, the hidden text that mail clients show after the subject, at the start of the body. */
export function insertPreheader(html: string, preheader: string): string {
  if (preheader.trim() === "") {
    return html;
  }
  const escaped = mapTemplate(preheader, { other: escapeHtml });
  const masked = maskLiquid(html);
  const block = masked.add(
    `<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${escaped}${PREHEADER_PADDING}</div>`,
  );
  let isDone = false;
  const changed = new HTMLRewriter()
    .on("body", {
      element(body) {
        if (!isDone) {
          body.prepend(block, { html: true });
          isDone = true;
        }
      },
    })
    .transform(masked.text);
  return masked.restore(changed);
}

/** Inserts `addition` before the end of the body. */
export function insertAtEnd(html: string, addition: string): string {
  const at = html.toLowerCase().lastIndexOf("</body");
  return at < 0 ? html + addition : html.slice(0, at) + addition + html.slice(at);
}

/**
 * Adds what a bulk message must contain and this one lacks: the unsubscribe link with the reason for the mail, and the
 * sender's postal address.
 */
export function insertFooter(html: string, hasAddress: boolean): string {
  const lines: string[] = [];
  if (!mentions(html, "unsubscribe_url")) {
    lines.push(
      "You get this email because you are on the mailing list of {{ workspace.name }}.",
      '<a href="{{ unsubscribe_url }}" style="color:#6b7280">Unsubscribe</a>',
    );
  }
  if (hasAddress && !mentions(html, ADDRESS)) {
    lines.push(`<span style="white-space:pre-line">{{ ${ADDRESS} }}</span>`);
  }
  if (lines.length === 0) {
    return html;
  }
  const style =
    "padding:24px 16px;text-align:center;font:13px/20px Helvetica,Arial,sans-serif;color:#6b7280";
  return insertAtEnd(html, `<div style="${style}">${lines.join("<br>\n")}</div>\n`);
}

/** The plain-text counterpart of `insertFooter`. */
export function appendTextFooter(text: string, hasAddress: boolean): string {
  const lines: string[] = [];
  if (!mentions(text, "unsubscribe_url")) {
    lines.push(
      "You get this email because you are on the mailing list of {{ workspace.name }}.",
      "Unsubscribe: {{ unsubscribe_url }}",
    );
  }
  if (hasAddress && !mentions(text, ADDRESS)) {
    lines.push(`{{ ${ADDRESS} }}`);
  }
  return lines.length === 0 ? text : `${text.trimEnd()}\n\n-- \n${lines.join("\n")}\n`;
}

function mentions(source: string, name: string): boolean {
  return findLiquid(source, name) !== undefined;
}

/**
 * Removes content that mail clients never execute but a browser would: scripts, frames, plug-ins, event handlers,
 * `javascript:`. Also returns the names of what was removed. This is defence in depth: previews and the web view run in
 * a sandbox with a strict policy as well.
 */
export function removeActiveContent(html: string): { html: string; removed: string[] } {
  const removed = new Set<string>();
  const masked = maskLiquid(html);
  const clean = new HTMLRewriter()
    .on("script, iframe, frame, frameset, object, embed, applet, base, meta[http-equiv=refresh]", {
      element(element) {
        removed.add(`<${element.tagName}>`);
        element.remove();
      },
    })
    .on("*", {
      element(element) {
        for (const [name, value] of [...element.attributes]) {
          if (isActive(name ?? "", value ?? "")) {
            removed.add(`${name}=`);
            element.removeAttribute(name ?? "");
          }
        }
      },
    })
    .transform(masked.text);
  return { html: removed.size === 0 ? html : masked.restore(clean), removed: [...removed] };
}

function isActive(name: string, value: string): boolean {
  const bare = value.replace(/[\s\p{Cc}]|&(?:tab|newline|#x?0*[9ad]);?/giu, "");
  return (
    /^on/i.test(name) ||
    /^(?:javascript|vbscript|data:text\/html)/i.test(bare.replace(/&colon;/gi, ":"))
  );
}

/** Removes indentation and empty lines, which cost bytes and have no meaning outside `<pre>`. */
export function removeIndentation(html: string): string {
  const keepsBlanks = /<(?:pre|textarea)[\s>]|white-space:\s*(?:pre(?!-line)|break-spaces)/i.test(
    html,
  );
  return keepsBlanks ? html : html.split("\n").map(trimBlanks).filter(Boolean).join("\n");
}

// String.trim would also remove no-break spaces.
function trimBlanks(line: string): string {
  let start = 0;
  let end = line.length;
  while (start < end && isBlank(line.charCodeAt(start))) {
    start++;
  }
  while (end > start && isBlank(line.charCodeAt(end - 1))) {
    end--;
  }
  return line.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 13;
}
