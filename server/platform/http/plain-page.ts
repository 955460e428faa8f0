// Pages for people without an account: plain HTML of a few kilobytes that works without scripts, in any mail client's
// browser, in light and dark mode.

/** Escaped HTML. Only `html` creates it, so that no unescaped text can be inserted. */
export class Html {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

type Piece = Html | string | number | false | undefined | readonly Piece[];

/** A template tag that escapes values for text and for quoted attributes; `Html` values are inserted unchanged. */
export function html(fixed: TemplateStringsArray, ...values: Piece[]): Html {
  return new Html(fixed.reduce((text, part, at) => text + sourceOf(values[at - 1]) + part));
}

function sourceOf(piece: Piece): string {
  if (piece instanceof Html) {
    return piece.source;
  }
  if (typeof piece === "object") {
    return piece.map(sourceOf).join("");
  }
  return piece === false || piece === undefined ? "" : Bun.escapeHTML(String(piece));
}

/** The appearance of one sender's pages. All values are validated again where they are used. */
export type PageLook = {
  /** The name shown above the page; empty: nothing is shown. */
  name?: string;
  /** `https:` only. */
  logoUrl?: string;
  /** `#rrggbb` of the buttons. */
  accent?: string;
  /** `#rrggbb`; when `background` or `text` is set, the page looks the same in light and dark mode. */
  background?: string;
  text?: string;
  /** Pixels, 0–24. */
  radius?: number;
};

export type Page = {
  language: string;
  status?: number;
  title: string;
  body: Html;
  look?: PageLook | undefined;
  /** The path of one of our own scripts. */
  script?: string;
  /** Other origins to which a form on the page may lead. */
  formTargets?: readonly string[];
  /** Origins that may embed the page in a frame; if omitted, none may. */
  frameAncestors?: readonly string[];
  headers?: Record<string, string>;
};

const ACCENT = "#3b5bdb";
const COLOR = /^#[0-9a-f]{6}$/i;

const BASE = `*{box-sizing:border-box}:root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;
font:16px/1.5 system-ui,sans-serif;background:light-dark(#f6f6f8,#101114);color:light-dark(#1a1b20,#ededf2)}
main{width:100%;max-width:28rem;background:light-dark(#fff,#17181c);border:1px solid light-dark(#e5e5ea,#2a2c33);border-radius:12px;padding:28px 32px}
h1{font-size:20px;line-height:1.3;margin:0 0 8px}h2{font-size:16px;margin:24px 0 8px}p{margin:0 0 16px;overflow-wrap:anywhere}p:last-child{margin:0}
.brand{display:flex;align-items:center;gap:10px;margin:0 0 20px;font-weight:600;overflow-wrap:anywhere}.brand img{max-height:48px;max-width:200px;display:block}
.muted{color:light-dark(#565961,#a5a8b3);font-size:14px}.error{color:light-dark(#b3261e,#ff8a80);font-size:14px;display:block;margin:4px 0 0}
label,legend{display:block;font-weight:600;font-size:15px;margin:0 0 4px;padding:0}fieldset{border:0;margin:0 0 16px;padding:0;min-width:0}
.field{margin:0 0 16px}.check{display:flex;gap:10px;align-items:flex-start;font-weight:400;margin:0 0 8px}.check input{width:18px;height:18px;margin:3px 0 0;flex:none}
.check span{min-width:0;overflow-wrap:anywhere}input[type=text],input[type=email],input[type=number],input[type=date],input[type=url],select,textarea{width:100%;font:inherit;color:inherit;
background:light-dark(#fff,#101114);border:1px solid light-dark(#85878f,#757883);border-radius:6px;padding:9px 12px}
button{font:inherit;font-weight:600;border:0;border-radius:6px;padding:10px 18px;cursor:pointer;background:var(--accent);color:var(--on-accent)}
button.plain{margin:0 4px 8px 0;background:transparent;color:inherit;border:1px solid light-dark(#85878f,#757883)}
:focus-visible{outline:3px solid light-dark(#1a1b20,#fff);outline-offset:2px}.away{position:absolute;left:-9999px;width:1px;height:1px;overflow:hidden}
.note{border:1px solid light-dark(#e5e5ea,#2a2c33);border-radius:8px;padding:12px 14px;margin:0 0 20px}
a{color:inherit}p.below{margin:20px 0 0;font-size:14px}`;

/** Builds the page. It is never cached and may load only what it explicitly names. */
export function plainPage(page: Page): Response {
  const look = page.look ?? {};
  const style = BASE + styleOf(look);
  const logo = logoOf(look);
  const brand =
    logo !== undefined || (look.name ?? "") !== ""
      ? html`<div class="brand">${logo !== undefined && html`<img src="${logo.href}" alt="">`}${look.name}</div>`
      : undefined;
  const script = page.script !== undefined && html`<script src="${page.script}" defer></script>`;
  const text = html`<!doctype html><html lang="${page.language}"><head><meta charset="utf-8"><title>${page.title}</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">
<style>${new Html(style)}</style>${script}</head><body><main>${brand}<h1>${page.title}</h1>${page.body}</main></body></html>`;
  return new Response(text.source, {
    status: page.status ?? 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": policyOf(page, style, logo),
      // With "no-referrer", browsers would send our own forms with "Origin: null".
      "referrer-policy": "same-origin",
      "x-content-type-options": "nosniff",
      ...page.headers,
    },
  });
}

function policyOf(page: Page, style: string, logo: URL | undefined): string {
  // The hash allows only this inline style (CSP level 2).
  const hash = new Bun.CryptoHasher("sha256").update(style).digest("base64");
  const sources = {
    "default-src": ["'none'"],
    "style-src": [`'sha256-${hash}'`],
    ...(logo === undefined ? {} : { "img-src": [logo.origin] }),
    ...(page.script === undefined ? {} : { "script-src": ["'self'"], "connect-src": ["'self'"] }),
    "form-action": ["'self'", ...(page.formTargets ?? [])],
    "base-uri": ["'none'"],
    "frame-ancestors": page.frameAncestors?.length ? page.frameAncestors : ["'none'"],
  };
  return Object.entries(sources)
    .map(([name, values]) => `${name} ${values.join(" ")}`)
    .join("; ");
}

function styleOf(look: PageLook): string {
  const accent = colorOr(look.accent, ACCENT);
  const vars = `:root{--accent:${accent};--on-accent:${textColorOn(accent)}}`;
  const radius = Math.max(0, Math.min(24, Math.round(look.radius ?? 6)));
  const corners = `button,input,select,textarea{border-radius:${radius}px!important}`;
  if (look.background === undefined && look.text === undefined) {
    return vars + corners;
  }
  const background = colorOr(look.background, "#ffffff");
  const text = colorOr(look.text, textColorOn(background));
  const isDark = textColorOn(background) === "#ffffff";
  return `${vars}${corners}:root{color-scheme:${isDark ? "dark" : "light"}}body,main{background:${background};color:${text}}.muted,.error{color:${text}}`;
}

function colorOr(color: string | undefined, otherwise: string): string {
  return color !== undefined && COLOR.test(color) ? color : otherwise;
}

function logoOf({ logoUrl = "" }: PageLook): URL | undefined {
  const url = URL.parse(logoUrl);
  return url?.protocol === "https:" ? url : undefined;
}

/** Black or white, whichever is more readable on the colour; one of them always has a contrast of at least 4.5. */
export function textColorOn(color: string): "#000000" | "#ffffff" {
  const channel = (at: number) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  // Relative luminance according to WCAG 2.2; at 0.179 black and white have equal contrast.
  const luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  return luminance > 0.179 ? "#000000" : "#ffffff";
}
