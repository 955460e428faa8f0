import type { Problem } from "./body.ts";
import { mapTemplate, maskLiquid } from "./liquid-mask.ts";

const SHORTENERS =
  /^(?:bit\.ly|t\.co|tinyurl\.com|goo\.gl|ow\.ly|is\.gd|buff\.ly|rebrand\.ly|cutt\.ly)$/;
const PRIVATE_HOST = /^(?:localhost|127\.|10\.|192\.168\.|.*\.(?:local|internal))/;
const CLIPPED_AT_BYTES = 102 * 1024;
const SHOWN_CHARS = 60;

/**
 * Checks an HTML body for problems in the recipients' inboxes and returns them as warnings: images without alternative
 * text or that cannot load, links that lead nowhere or through a shortener, and more HTML than Gmail displays.
 */
export function checkHtml(html: string): Problem[] {
  const messages = new Set<string>();
  const masked = maskLiquid(html);
  const shown = (text: string) => masked.restore(text).slice(0, SHOWN_CHARS);
  let withoutAlt = 0;
  new HTMLRewriter()
    .on("img", {
      element(image) {
        withoutAlt += image.hasAttribute("alt") ? 0 : 1;
        const src = image.getAttribute("src") ?? "";
        if (
          !/^(?:https?:|cid:)/i.test(masked.restore(src).trim()) &&
          !startsWithLiquid(masked.restore(src))
        ) {
          messages.add(
            `The image "${shown(src)}" will not show: it needs an address with https://.`,
          );
        }
      },
    })
    .on("a[href], area[href]", {
      element(link) {
        const href = masked.restore(link.getAttribute("href") ?? "").trim();
        const problem = linkProblem(href);
        if (problem !== undefined) {
          messages.add(`The link "${href.slice(0, SHOWN_CHARS)}" ${problem}`);
        }
      },
    })
    .transform(masked.text);
  if (withoutAlt > 0) {
    const images = withoutAlt === 1 ? "One image has" : `${withoutAlt} images have`;
    messages.add(`${images} no alternative text: many people see only that.`);
  }
  const bytes = Buffer.byteLength(html);
  if (bytes > CLIPPED_AT_BYTES) {
    const size = Math.ceil(bytes / 1024);
    messages.add(
      `The HTML has ${size} kB; Gmail cuts messages off at 102 kB, and the unsubscribe link with them.`,
    );
  }
  return Array.from(messages, (message) => ({ severity: "warning", where: "html", message }));
}

function startsWithLiquid(text: string): boolean {
  return /^\s*\{[{%]/.test(text);
}

function linkProblem(href: string): string | undefined {
  if (href.startsWith("#") || startsWithLiquid(href) || /^(?:mailto|tel|sms):/i.test(href)) {
    return undefined;
  }
  const url = URL.parse(mapTemplate(href, { liquid: () => "x" }));
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return "leads nowhere: a mail has no page of its own, so it must start with https://.";
  }
  if (PRIVATE_HOST.test(url.hostname)) {
    return "leads to an address that only your own network knows.";
  }
  return SHORTENERS.test(url.hostname)
    ? "goes through a link shortener, which spam filters distrust."
    : undefined;
}
