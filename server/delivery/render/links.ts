import type { Template } from "liquidjs";
import { Budget, linkLimits } from "./budget.ts";
import {
  newContext,
  parseTemplate,
  renderTemplates,
  TemplateError,
  templateRoots,
  variablesOf,
} from "./liquid-engine.ts";
import { mapTemplate, maskLiquid } from "./liquid-mask.ts";

const OWN_URL = /\b(unsubscribe_url|preferences_url|web_view_url)\b/;
const WEB_URL = /^https?:\/\/[^/]/i;
/** Filters whose output is already safe in a URL. */
const URL_READY = /\|\s*(url_encode|cgi_escape|uri_escape|url_component|safe_url)\b/;

/**
 * The links of a body whose clicks are counted, in order of appearance, without duplicates: http and https links,
 * including their Liquid. Excludes our own URLs (unsubscribe, preferences, web view), mailto:, tel:, anchors, and links
 * whose Liquid cannot be rendered again at click time.
 */
export function collectLinks(html: string): string[] {
  const seen = new Set<string>();
  const links: string[] = [];
  rewriteHrefs(html, (url) => {
    if (!seen.has(url)) {
      seen.add(url);
      if (isTrackable(url)) {
        links.push(url);
      }
    }
    return undefined;
  });
  return links;
}

/** Makes the values in all links URL-safe, without tracking clicks. */
export function secureLinks(html: string): string {
  return rewriteHrefs(html, safeLiquidUrl);
}

/**
 * Replaces each of `links` with `{{ __c<link_no> }}`, the slot for the recipient's click URL. In every other link only
 * the values are made URL-safe.
 *
 * @throws Error when `links` is not what `collectLinks` finds: clicks would lead to the wrong pages. The check compares
 * the order only, because collecting the links again would take longer than everything else here.
 */
export function trackLinks(html: string, links: readonly string[]): string {
  const numbers = new Map(links.map((url, index) => [url, index + 1]));
  const others = new Set<string>();
  let found = 0;
  let fits = true;
  const tracked = rewriteHrefs(html, (url) => {
    const number = numbers.get(url);
    if (number === undefined) {
      fits = fits && (others.has(url) || !isTrackable(url));
      others.add(url);
      return safeLiquidUrl(url);
    }
    fits = fits && number <= found + 1;
    found = Math.max(found, number);
    return `{{ __c${number} }}`;
  });
  if (!fits || found !== links.length) {
    throw new Error("the list of links does not match the links in the HTML");
  }
  return tracked;
}

/** A link of a body, parsed for rendering. */
export type ParsedLink = { written: string; templates: Template[] | undefined };

/** @throws TemplateError */
export function parseLink(written: string): ParsedLink {
  const isPlain = !written.includes("{");
  return {
    written,
    templates: isPlain ? undefined : parseTemplate(safeLiquidUrl(written), "text"),
  };
}

/**
 * The target of a link for one contact. Returns only http and https URLs. The host must be the one written in the link,
 * whatever the contact's data contains, unless the link starts with a value.
 *
 * @param scope The template scope of the contact.
 * @param message The remaining budget of the message around it; the link has a small budget of its own as well.
 * @throws TemplateError when the link cannot be rendered or its target is not a web page.
 */
export function renderLink(link: ParsedLink, scope: object, message?: Budget): string {
  const { written, templates } = link;
  let url = written;
  if (templates !== undefined) {
    const context = newContext(scope, "text", new Budget(linkLimits, message));
    url = renderTemplates(templates, context, "text").trim();
  }
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.username !== "") {
    throw new TemplateError("The link's target is not a web page.", undefined);
  }
  const host = writtenHost(written);
  if (host !== undefined && host !== parsed.host) {
    throw new TemplateError(
      "The link's target is on a different host than the one written in the link.",
      undefined,
    );
  }
  // The written form is kept when it is valid in a Location field; otherwise the URL is encoded as a browser would.
  return /^[!-~]+$/.test(url) ? url : parsed.href;
}

// `https://shop.example/{{ x }}` has the host shop.example; `{{ x }}` and `https://{{ x }}.example` have no fixed host.
function writtenHost(link: string): string | undefined {
  const literal = /^https?:\/\/([^/?#{]+)(?=[/?#]|$)/i.exec(link)?.[0];
  return literal === undefined ? undefined : URL.parse(literal)?.host;
}

/**
 * Makes the Liquid values in a URL safe: percent-encodes them, or restricts the scheme where a value starts the URL.
 */
export function safeLiquidUrl(url: string): string {
  if (OWN_URL.test(url)) {
    return url;
  }
  return mapTemplate(url, {
    liquid: (text, at) => {
      const inside = /^\{\{-?([\s\S]*?)-?\}\}$/.exec(text)?.[1]?.trim();
      if (inside === undefined || inside.startsWith("__")) {
        return text;
      }
      // At the start of a URL, even an encoding filter such as url_encode does not replace the scheme check.
      const filter = at === 0 ? "safe_url" : "url_component";
      return at > 0 && URL_READY.test(inside) ? text : `{{ ${inside} | ${filter} }}`;
    },
  });
}

function isTrackable(url: string): boolean {
  if (OWN_URL.test(url)) {
    return false;
  }
  if (!url.includes("{")) {
    return WEB_URL.test(url) && URL.canParse(url);
  }
  return (WEB_URL.test(url) || url.startsWith("{{")) && canRenderLater(url);
}

// At click time only the contact is available, not the variables that the body assigned or looped over.
function canRenderLater(url: string): boolean {
  try {
    const names = variablesOf(url, "text");
    return (
      names?.every(([root = ""]) => (templateRoots as readonly string[]).includes(root)) === true
    );
  } catch (error) {
    if (error instanceof TemplateError) {
      return false;
    }
    throw error;
  }
}

function rewriteHrefs(html: string, change: (url: string) => string | undefined): string {
  const masked = maskLiquid(html);
  const rewritten = new HTMLRewriter()
    .on("a[href], area[href]", {
      element(element) {
        const written = element.getAttribute("href") ?? "";
        const url = masked.restore(decodeEntities(written)).trim();
        const next = change(url);
        if (next !== undefined && next !== url) {
          element.setAttribute("href", encodeAttribute(next, masked.add));
        }
      },
    })
    .transform(masked.text);
  return masked.restore(rewritten);
}

function encodeAttribute(url: string, mask: (liquid: string) => string): string {
  return mapTemplate(url, { liquid: mask, other: (text) => text.replaceAll("&", "&amp;") });
}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi,
    (all, hex, dec, name) => {
      if (name !== undefined) {
        return entities[String(name).toLowerCase()] ?? all;
      }
      const code = hex === undefined ? Number(dec) : Number.parseInt(hex, 16);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}
