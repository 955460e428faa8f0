import { maskAddress, type PageLanguage } from "./tracking.rules.ts";

// The few pages that recipients see. Plain HTML without scripts: they must work in any mail client's
// browser, and nothing in them is from the request but an address out of the database.

const words = {
  en: {
    askTitle: "Unsubscribe",
    ask: (address: string, from: string) =>
      `${address} will no longer get mail from <strong>${from}</strong>.`,
    button: "Unsubscribe",
    doneTitle: "You are unsubscribed",
    done: (address: string, from: string) =>
      `${address} will get no more mail from <strong>${from}</strong>. A message that was already on its way may still arrive.`,
    goneTitle: "This link does not work",
    gone: "It may have been cut off on its way to you, or what it led to is gone. Try the link in the message again, or reply to the message.",
    laterTitle: "Not possible at the moment",
    later: "We could not save this safely, so nothing was changed. Please try again in a minute.",
  },
  de: {
    askTitle: "Abmelden",
    ask: (address: string, from: string) =>
      `${address} erhält dann keine E-Mails von <strong>${from}</strong> mehr.`,
    button: "Abmelden",
    doneTitle: "Sie sind abgemeldet",
    done: (address: string, from: string) =>
      `${address} erhält keine E-Mails von <strong>${from}</strong> mehr. Eine Nachricht, die schon unterwegs war, kann noch ankommen.`,
    goneTitle: "Dieser Link funktioniert nicht",
    gone: "Vielleicht wurde er auf dem Weg zu Ihnen gekürzt, oder es gibt das Ziel nicht mehr. Versuchen Sie den Link in der Nachricht noch einmal, oder antworten Sie auf die Nachricht.",
    laterTitle: "Im Moment nicht möglich",
    later:
      "Das ließ sich gerade nicht sicher speichern, also wurde nichts geändert. Bitte versuchen Sie es in einer Minute noch einmal.",
  },
} as const satisfies Record<PageLanguage, unknown>;

type Whom = { workspaceName: string; address: string };

/** Asks before it changes anything: mail scanners open every link. */
export function askPage(language: PageLanguage, whom: Whom): Response {
  const text = words[language];
  const [address, from] = [escapeHtml(maskAddress(whom.address)), escapeHtml(whom.workspaceName)];
  return page(
    language,
    200,
    text.askTitle,
    `<p>${text.ask(address, from)}</p><form method="post"><button>${text.button}</button></form>`,
  );
}

export function donePage(language: PageLanguage, whom: Whom): Response {
  const text = words[language];
  const [address, from] = [escapeHtml(maskAddress(whom.address)), escapeHtml(whom.workspaceName)];
  return page(language, 200, text.doneTitle, `<p role="status">${text.done(address, from)}</p>`);
}

export function gonePage(language: PageLanguage): Response {
  return page(language, 404, words[language].goneTitle, `<p>${words[language].gone}</p>`);
}

/** For when the journal cannot be written. */
export function laterPage(language: PageLanguage): Response {
  const response = page(
    language,
    503,
    words[language].laterTitle,
    `<p>${words[language].later}</p>`,
  );
  response.headers.set("retry-after", "60");
  return response;
}

const STYLE = `:root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;box-sizing:border-box;
font:16px/1.5 system-ui,sans-serif;background:light-dark(#f6f6f8,#101114);color:light-dark(#1a1b20,#ededf2)}
main{max-width:26rem;background:light-dark(#fff,#17181c);border:1px solid light-dark(#e5e5ea,#2a2c33);border-radius:12px;padding:28px 32px}
h1{font-size:20px;line-height:1.3;margin:0 0 8px}p{margin:0 0 20px;overflow-wrap:anywhere}p:last-child{margin:0}
button{font:inherit;font-weight:600;color:#fff;background:#3b5bdb;border:0;border-radius:6px;padding:10px 18px;cursor:pointer}
button:focus-visible{outline:3px solid light-dark(#1a1b20,#fff);outline-offset:2px}`;

// The hash lets this one style in and no other (CSP level 2); scripts, frames and images there are none.
const STYLE_HASH = new Bun.CryptoHasher("sha256").update(STYLE).digest("base64");

function page(language: PageLanguage, status: number, title: string, body: string): Response {
  const html = `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">
<style>${STYLE}</style></head><body><main><h1>${title}</h1>${body}</main></body></html>`;
  return new Response(html, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
  });
}

function escapeHtml(text: string): string {
  return Bun.escapeHTML(text);
}
