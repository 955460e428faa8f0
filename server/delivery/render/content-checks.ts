import type { Problem, ProblemCode } from "./body.ts";
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
  // One remark for each message, however often it applies.
  const found = new Map<string, Problem>();
  const add = (message: string, code: ProblemCode, params: Problem["params"]) =>
    found.set(message, { severity: "warning", where: "html", message, code, params: params ?? {} });
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
          const image = shown(src);
          add(
            `The image "${image}" will not show. It needs an address with https://.`,
            "image_not_shown",
            { image },
          );
        }
      },
    })
    .on("a[href], area[href]", {
      element(link) {
        const href = masked.restore(link.getAttribute("href") ?? "").trim();
        const problem = linkProblem(href);
        if (problem !== undefined) {
          const written = href.slice(0, SHOWN_CHARS);
          add(`The link "${written}" ${LINK_PROBLEMS[problem]}`, problem, { link: written });
        }
      },
    })
    .transform(masked.text);
  if (withoutAlt > 0) {
    const images = withoutAlt === 1 ? "One image has" : `${withoutAlt} images have`;
    add(`${images} no alternative text. Many people see only this text.`, "images_without_alt", {
      count: withoutAlt,
    });
  }
  const bytes = Buffer.byteLength(html);
  if (bytes > CLIPPED_AT_BYTES) {
    const size = Math.ceil(bytes / 1024);
    add(
      `The HTML is ${size} kB. Gmail cuts off messages over 102 kB, including the unsubscribe link.`,
      "html_too_large",
      { size },
    );
  }
  return [...found.values()];
}

function startsWithLiquid(text: string): boolean {
  return /^\s*\{[{%]/.test(text);
}

const LINK_PROBLEMS = {
  link_leads_nowhere: "leads nowhere. It must start with https://.",
  link_is_private: "leads to an address that works only in your own network.",
  link_is_shortened: "goes through a link shortener, which spam filters distrust.",
};

function linkProblem(href: string): keyof typeof LINK_PROBLEMS | undefined {
  if (href.startsWith("#") || startsWithLiquid(href) || /^(?:mailto|tel|sms):/i.test(href)) {
    return undefined;
  }
  const url = URL.parse(mapTemplate(href, { liquid: () => "x" }));
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return "link_leads_nowhere";
  }
  if (PRIVATE_HOST.test(url.hostname)) {
    return "link_is_private";
  }
  return SHORTENERS.test(url.hostname) ? "link_is_shortened" : undefined;
}
