const LIQUID = /(\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\})/;
const LINK = /\{\{\s*confirm_url\s*\}\}/g;

/** A link in a message and the label of its button. The URL is our own, so it needs no escaping beyond `&`. */
export type MailLink = { url: string; label: string };

/**
 * Builds both parts of a message from plain text with Liquid. The author's text is never treated as markup. A
 * paragraph with only `{{ confirm_url }}` becomes a button, which is added when missing. The renderer escapes the
 * output of Liquid.
 */
export function mailParts(
  body: string,
  link: MailLink,
  footer: string,
): { html: string; text: string } {
  const complete = body.match(LINK) === null ? `${body}\n\n{{ confirm_url }}` : body;
  const paragraphs = complete
    .replace(/\r\n?/g, "\n")
    .split(/\n{2,}/)
    .filter((paragraph) => paragraph.trim() !== "")
    .map((paragraph) => paragraphHtml(paragraph.trim(), link));
  const html = `<!doctype html><html><body style="margin:0;padding:24px;font:16px/24px Helvetica,Arial,sans-serif;color:#1a1b20;background:#ffffff">
<div style="max-width:560px;margin:0 auto">${paragraphs.join("\n")}
<p style="margin:32px 0 0;padding:16px 0 0;border-top:1px solid #e5e5ea;font-size:13px;line-height:20px;color:#565961;white-space:pre-line">${asText(footer)}</p></div></body></html>`;
  return { html, text: `${complete.replace(LINK, link.url).trimEnd()}\n\n-- \n${footer}\n` };
}

function paragraphHtml(paragraph: string, link: MailLink): string {
  const url = escapeHtml(link.url);
  if (paragraph.replace(LINK, "").trim() === "") {
    const style =
      "display:inline-block;padding:10px 18px;border-radius:6px;background:#3b5bdb;color:#ffffff;font-weight:bold;text-decoration:none";
    return `<p style="margin:0 0 16px"><a href="${url}" style="${style}">${escapeHtml(link.label)}</a></p>`;
  }
  const lines = asText(paragraph).replaceAll("\n", "<br>\n");
  return `<p style="margin:0 0 16px">${lines.replace(LINK, `<a href="${url}">${url}</a>`)}</p>`;
}

/** Escapes the text outside Liquid tags. Inside is code, whose output is escaped when rendered. */
function asText(source: string): string {
  return source
    .split(LIQUID)
    .map((part, at) => (at % 2 === 1 ? part : escapeHtml(part)))
    .join("");
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
