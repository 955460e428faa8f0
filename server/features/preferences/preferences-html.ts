import { type Html, html, type PageLook, plainPage } from "../../platform/http/plain-page.ts";
import { type PreferenceLanguage, pauseDays, preferenceWords } from "./preference-words.rules.ts";

export type PreferencesView = {
  language: PreferenceLanguage;
  look: PageLook & { name: string };
  /** Already masked. */
  address: string;
  contact: { firstName: string; lastName: string; language: string };
  topics: { id: number; name: string; description: string; isOn: boolean }[];
  isOff: boolean;
  pausedUntil: number | null;
  /** The result of the last action, or an error. */
  notice?: string | undefined;
};

/** The preference centre. Each choice is a form of its own that posts to the same page. */
export function preferencesPage(view: PreferencesView, status = 200): Response {
  const words = preferenceWords[view.language];
  const body = html`<p class="muted">${words.about(view.address, view.look.name)}</p>
${view.notice !== undefined && html`<p class="note" role="status">${view.notice}</p>`}
${view.isOff && html`<p class="note">${words.off}</p>`}
${mainForm(view)}
${pauseForm(view)}
<h2>${words.addressTitle}</h2>
<form method="post"><input type="hidden" name="action" value="address">
<div class="field"><label for="address">${words.addressLabel}</label><input id="address" type="email" name="email" required maxlength="254" autocomplete="email"></div>
<button class="plain">${words.addressButton}</button></form>
${
  !view.isOff &&
  html`<h2>${words.leaveTitle}</h2><p class="muted">${words.leaveAbout}</p>
<form method="post"><input type="hidden" name="action" value="leave"><button class="plain">${words.leave}</button></form>`
}`;
  return plainPage({ language: view.language, status, title: words.title, body, look: view.look });
}

function mainForm({ language, topics, contact }: PreferencesView): Html {
  const words = preferenceWords[language];
  const boxes = topics.map(
    ({ id, name, description, isOn }) =>
      html`<label class="check"><input type="checkbox" name="topic" value="${id}"${isOn && html` checked`}><span>${name}${description !== "" && html`<br><span class="muted">${description}</span>`}</span></label>`,
  );
  const known = { en: words.english, de: words.german };
  const isKnown = contact.language in known;
  const options = [
    ...(isKnown ? [] : [option(contact.language, contact.language || words.otherLanguage, true)]),
    ...Object.entries(known).map(([code, name]) => option(code, name, code === contact.language)),
  ];
  return html`<form method="post"><input type="hidden" name="action" value="save">
<fieldset><legend>${words.topics}</legend>${topics.length === 0 && html`<p class="muted">${words.noTopics}</p>`}${boxes}</fieldset>
<h2>${words.you}</h2>
<div class="field"><label for="first">${words.firstName}</label><input id="first" type="text" name="first_name" value="${contact.firstName}" maxlength="200" autocomplete="given-name"></div>
<div class="field"><label for="last">${words.lastName}</label><input id="last" type="text" name="last_name" value="${contact.lastName}" maxlength="200" autocomplete="family-name"></div>
<div class="field"><label for="language">${words.language}</label><select id="language" name="language">${options}</select></div>
<button>${words.save}</button></form>`;
}

function option(value: string, label: string, isChosen: boolean): Html {
  return html`<option value="${value}"${isChosen && html` selected`}>${label}</option>`;
}

function pauseForm({ language, pausedUntil, isOff }: PreferencesView): Html | undefined {
  if (isOff) {
    return undefined;
  }
  const words = preferenceWords[language];
  const until =
    pausedUntil === null
      ? undefined
      : new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }).format(
          pausedUntil,
        );
  const buttons = pauseDays.map(
    (days) =>
      html`<button class="plain" name="days" value="${days}">${words.pauseDays(days)}</button> `,
  );
  return html`<h2>${words.pauseTitle}</h2>
<p class="muted">${until === undefined ? words.pauseAbout : words.paused(until)}</p>
<form method="post"><input type="hidden" name="action" value="pause">${buttons}${until !== undefined && html`<button class="plain" name="days" value="0">${words.resume}</button>`}</form>`;
}

/** The page shown when the contact was deleted. */
export function noProfilePage(view: {
  language: PreferenceLanguage;
  look: PageLook & { name: string };
  status: number;
  known: "address" | "blocked" | "erased";
  /** Already masked; missing when unknown. */
  address?: string;
}): Response {
  const words = preferenceWords[view.language];
  const { address = "", look, known } = view;
  const text = {
    address: words.onlyAddress(address),
    blocked: words.addressBlocked(address, look.name),
    erased: words.erased,
  }[known];
  const leave = html`<p>${words.blockAbout(look.name)}</p>
<form method="post"><input type="hidden" name="action" value="leave"><button>${words.leave}</button></form>`;
  return plainPage({
    language: view.language,
    status: view.status,
    title: words.noProfileTitle,
    body: html`<p>${text}</p>${known === "address" && leave}`,
    look,
  });
}

/** A page with one sentence and an optional button. */
export function preferenceMessage(options: {
  language: PreferenceLanguage;
  status?: number;
  title: string;
  text: string;
  button?: string;
  look?: PageLook;
}): Response {
  const { language, title, text, button, look } = options;
  const headers = options.status === 503 ? { "retry-after": "60" } : {};
  const form = button !== undefined && html`<form method="post"><button>${button}</button></form>`;
  return plainPage({
    language,
    status: options.status ?? 200,
    title,
    body: html`<p role="status">${text}</p>${form}`,
    look,
    headers,
  });
}
