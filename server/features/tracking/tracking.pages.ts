import { type Html, html, type PageLook, plainPage } from "../../platform/http/plain-page.ts";
import { maskAddress, type PageLanguage } from "./tracking.rules.ts";

// The tracking pages that recipients see. They look like the preference centre and work without scripts. They show
// only data from the database, nothing from the request.

const words = {
  en: {
    askTitle: "Unsubscribe",
    ask: (address: string, from: string) =>
      html`${address} will no longer receive email from <strong>${from}</strong>.`,
    button: "Unsubscribe",
    less: "Prefer fewer emails? Choose topics or pause",
    doneTitle: "You are unsubscribed",
    done: (address: string, from: string) =>
      html`${address} will no longer receive email from <strong>${from}</strong>. A message that was already sent may still arrive.`,
    back: "Unsubscribed by mistake? Change your preferences",
    erasedTitle: "You do not receive email",
    erased: (from: string) =>
      html`<strong>${from}</strong> erased your data on request. Nothing is sent to you, and your address cannot be added again.`,
    goneTitle: "This link does not work",
    gone: "It may be incomplete or out of date. Try the link in the message again, or reply to the message.",
    laterTitle: "Please try again later",
    later: "We could not save this, so nothing was changed. Please try again in a minute.",
  },
  de: {
    askTitle: "Abmelden",
    ask: (address: string, from: string) =>
      html`${address} erhält dann keine E-Mails von <strong>${from}</strong> mehr.`,
    button: "Abmelden",
    less: "Lieber weniger E-Mails? Themen wählen oder pausieren",
    doneTitle: "Sie sind abgemeldet",
    done: (address: string, from: string) =>
      html`${address} erhält keine E-Mails von <strong>${from}</strong> mehr. Eine bereits gesendete Nachricht kann noch ankommen.`,
    back: "Aus Versehen abgemeldet? Einstellungen ändern",
    erasedTitle: "Sie erhalten keine E-Mails",
    erased: (from: string) =>
      html`<strong>${from}</strong> hat Ihre Daten auf Wunsch gelöscht. Ihnen wird nichts gesendet, und Ihre Adresse kann nicht wieder aufgenommen werden.`,
    goneTitle: "Dieser Link funktioniert nicht",
    gone: "Vielleicht ist er unvollständig oder veraltet. Versuchen Sie den Link in der Nachricht noch einmal, oder antworten Sie auf die Nachricht.",
    laterTitle: "Bitte versuchen Sie es später noch einmal",
    later:
      "Das ließ sich nicht speichern, es wurde nichts geändert. Bitte versuchen Sie es in einer Minute noch einmal.",
  },
} as const satisfies Record<PageLanguage, unknown>;

type Whom = {
  /** Undefined when the person was erased. */
  address: string | undefined;
  preferencesToken: string;
};
type Shown = { language: PageLanguage; look: PageLook & { name: string } };

/** Asks for confirmation before changing anything, because mail scanners open every link. */
export function askPage(shown: Shown, whom: Whom): Response {
  const text = words[shown.language];
  const { name } = shown.look;
  if (whom.address === undefined) {
    return page(shown, 200, text.erasedTitle, html`<p>${text.erased(name)}</p>`);
  }
  const body = html`<p>${text.ask(maskAddress(whom.address), name)}</p>
<form method="post"><button>${text.button}</button></form>${preferencesLink(whom, text.less)}`;
  return page(shown, 200, text.askTitle, body);
}

export function donePage(shown: Shown, whom: Whom): Response {
  const text = words[shown.language];
  const { name } = shown.look;
  if (whom.address === undefined) {
    return page(shown, 200, text.erasedTitle, html`<p role="status">${text.erased(name)}</p>`);
  }
  const body = html`<p role="status">${text.done(maskAddress(whom.address), name)}</p>${preferencesLink(whom, text.back)}`;
  return page(shown, 200, text.doneTitle, body);
}

export function gonePage(language: PageLanguage): Response {
  const { goneTitle, gone } = words[language];
  return plainPage({ language, status: 404, title: goneTitle, body: html`<p>${gone}</p>` });
}

/** Shown when the journal cannot be written. */
export function laterPage(language: PageLanguage): Response {
  const { laterTitle: title, later } = words[language];
  const headers = { "retry-after": "60" };
  return plainPage({ language, status: 503, title, body: html`<p>${later}</p>`, headers });
}

function preferencesLink({ preferencesToken }: Whom, label: string): Html {
  return html`<p class="below"><a href="/p/${preferencesToken}">${label}</a></p>`;
}

function page({ language, look }: Shown, status: number, title: string, body: Html): Response {
  return plainPage({ language, status, title, body, look });
}
