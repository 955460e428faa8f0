import {
  type Html,
  html,
  type PageLook,
  plainPage,
  textColorOn,
} from "../../platform/http/plain-page.ts";
import { countries, timeZones } from "./form-places.ts";
import type { FormField } from "./form-view.ts";
import { type FormLanguage, formWords } from "./form-words.rules.ts";
import { originsOf, textOr } from "./forms.rules.ts";
import type { FormSettings } from "./forms.schema.ts";

/** Everything a form page shows. */
export type FormView = {
  id: number;
  consentVersion: number;
  settings: FormSettings;
  fields: FormField[];
  topics?: { id: number; name: string; description: string }[];
};

/** Values already entered and their errors, both by input name. */
export type Filled = {
  values: ReadonlyMap<string, readonly string[]>;
  problems: ReadonlyMap<string, string>;
  notice?: string;
};

/** The honeypot field, which only bots fill in. */
export const HONEYPOT_FIELD = "website_url";

const nothing: Filled = { values: new Map(), problems: new Map() };

export function lookOf({ style }: FormSettings, brand: PageLook = {}): PageLook {
  return {
    ...brand,
    ...(style.accent === "" ? {} : { accent: style.accent }),
    ...(style.background === "" ? {} : { background: style.background }),
    ...(style.text === "" ? {} : { text: style.text }),
    radius: style.radius,
  };
}

/** The hosted page of a form. */
export function formPage(
  view: FormView,
  options: {
    challenge: string;
    look: PageLook;
    filled?: Filled;
    status?: number;
    /** For a preview frame that runs no scripts. */
    isPreview?: boolean;
  },
): Response {
  const { settings } = view;
  const filled = options.filled ?? nothing;
  const body = html`${settings.intro !== "" && html`<p>${lines(settings.intro)}</p>`}
${filled.notice !== undefined && html`<p class="note" role="alert">${filled.notice}</p>`}
<form method="post" data-swiftmail>${formInner(view, filled)}
<input type="hidden" name="_c" value="${options.challenge}"></form>`;
  return plainPage({
    language: settings.language,
    status: options.status ?? 200,
    title: textOr(settings.title, settings.language, "title"),
    body,
    look: options.look,
    ...(options.isPreview === true ? {} : { script: "/f/form.js" }),
    formTargets: originsOf(settings.submittedUrl),
    frameAncestors: settings.origins,
  });
}

/** A message page of one or two paragraphs, shown after submitting a form or following a link. */
export function formMessage(
  settings: Pick<FormSettings, "language">,
  options: {
    status?: number;
    title: string;
    text: string;
    look?: PageLook;
    form?: Html;
    targets?: string[];
  },
): Response {
  return plainPage({
    language: settings.language,
    status: options.status ?? 200,
    title: options.title,
    body: html`<p role="status">${lines(options.text)}</p>${options.form}`,
    look: options.look,
    formTargets: options.targets ?? [],
  });
}

/** The HTML of a form to embed in another site. It works without scripts, and our script improves it. */
export function formSnippet(view: FormView, url: string, origin: string): string {
  const { settings } = view;
  const name = `swiftmail-form-${view.id}`;
  const accent = settings.style.accent === "" ? "#3b5bdb" : settings.style.accent;
  const css = `.${name} .away{position:absolute;left:-9999px}.${name} .field{margin:0 0 16px}.${name} label,.${name} legend{display:block}.${name} fieldset{border:0;padding:0;margin:0 0 16px}.${name} button{background:${accent};color:${textColorOn(accent)};border:0;border-radius:${settings.style.radius}px;padding:10px 18px;cursor:pointer}`;
  const heading = settings.title !== "" && html`<h2>${settings.title}</h2>\n`;
  const intro = settings.intro !== "" && html`<p>${lines(settings.intro)}</p>\n`;
  const form = html`${heading}${intro}<form class="${name}" action="${url}" method="post" data-swiftmail data-inline>${formInner(view, nothing)}
</form>
<script src="${origin}/f/form.js" defer></script>`;
  return `<style>${css}</style>\n${form.source}`;
}

function formInner(view: FormView, filled: Filled): Html {
  const { settings, fields, topics = [] } = view;
  const words = formWords[settings.language];
  const email = input("email", words.email, "email", true, filled);
  return html`
${email}
${fields.map((field) => fieldHtml(view, field, filled))}
${settings.chooseLists && topics.length > 0 && topicsHtml(topics, words.topics, filled)}
<div class="away" aria-hidden="true"><label>${words.trap}<input type="text" name="${HONEYPOT_FIELD}" tabindex="-1" autocomplete="off" value=""></label></div>
${settings.consentText !== "" && consentHtml(settings, filled)}
<input type="hidden" name="_v" value="${view.consentVersion}">
<button type="submit">${textOr(settings.button, settings.language, "button")}</button>`;
}

function fieldHtml(view: FormView, field: FormField, filled: Filled): Html {
  const { language } = view.settings;
  const words = formWords[language];
  const { name, required, type } = field;
  const label = field.label || labelOf(field.key, language);
  const values = filled.values.get(name) ?? [];
  switch (type) {
    case "boolean": {
      const isOn = (values[0] ?? "no") !== "no" && values[0] !== "";
      return html`<div class="field"><label class="check"><input type="checkbox" name="${name}" value="yes"${required && html` required`}${checked(isOn)}><span>${label}</span></label>${problem(name, filled)}</div>`;
    }
    case "multi_choice": {
      const boxes = field.choices.map((choice) => box(name, choice, choice, values));
      return html`<fieldset${described(name, filled)}><legend>${label}</legend>${boxes}${problem(name, filled)}</fieldset>`;
    }
    case "choice":
    case "country":
    case "time_zone": {
      const options = optionsOf(field, language).map(
        ([value, text]) =>
          html`<option value="${value}"${value === values[0] && html` selected`}>${text}</option>`,
      );
      return html`<div class="field"><label for="sm-${name}">${label}</label><select id="sm-${name}" name="${name}"${required && html` required`}${type === "time_zone" && html` data-zone`}${described(name, filled)}><option value="">${words.choose}</option>${options}</select>${problem(name, filled)}</div>`;
    }
    default: {
      const types: Record<string, string> = { number: "number", date: "date", url: "url" };
      return input(name, label, types[type] ?? "text", required, filled);
    }
  }
}

function labelOf(key: string, language: FormLanguage): string {
  const words = formWords[language];
  const labels: Record<string, string> = {
    first_name: words.firstName,
    last_name: words.lastName,
    "place.country": words.country,
    "place.city": words.city,
    "place.time_zone": words.timeZone,
  };
  return labels[key] ?? key;
}

function optionsOf(field: FormField, language: FormLanguage): readonly [string, string][] {
  switch (field.type) {
    case "country":
      return countries(language);
    case "time_zone":
      return timeZones().map((zone) => [zone, zone.replaceAll("_", " ")]);
    default:
      return field.choices.map((choice) => [choice, choice]);
  }
}

function input(name: string, label: string, type: string, required: boolean, filled: Filled): Html {
  const value = filled.values.get(name)?.[0] ?? "";
  const hints: Record<string, string> = {
    email: "email",
    first_name: "given-name",
    last_name: "family-name",
    "place.city": "address-level2",
  };
  const autocomplete = hints[name];
  // Browsers require https:// in URL inputs. People leave it out, and the server accepts that, so a text input is used.
  const kind =
    type === "url"
      ? html`type="text" inputmode="url" placeholder="https://"`
      : html`type="${type}"`;
  return html`<div class="field"><label for="sm-${name}">${label}</label><input id="sm-${name}" ${kind} name="${name}" value="${value}" maxlength="2000"${type === "number" && html` step="any"`}${required && html` required`}${autocomplete !== undefined && html` autocomplete="${autocomplete}"`}${described(name, filled)}>${problem(name, filled)}</div>`;
}

function described(name: string, filled: Filled): Html | undefined {
  return filled.problems.has(name)
    ? html` aria-invalid="true" aria-describedby="sm-${name}-error"`
    : undefined;
}

function box(
  name: string,
  value: string | number,
  text: string | Html,
  chosen: readonly string[],
): Html {
  return html`<label class="check"><input type="checkbox" name="${name}" value="${value}"${checked(chosen.includes(String(value)))}><span>${text}</span></label>`;
}

function topicsHtml(topics: NonNullable<FormView["topics"]>, legend: string, filled: Filled): Html {
  const chosen = filled.values.get("list") ?? [];
  const boxes = topics.map(({ id, name, description }) => {
    const text = html`${name}${description !== "" && html`<br><small>${description}</small>`}`;
    return box("list", id, text, chosen);
  });
  return html`<fieldset><legend>${legend}</legend>${boxes}${problem("list", filled)}</fieldset>`;
}

function consentHtml(settings: FormSettings, filled: Filled): Html {
  const text = lines(settings.consentText);
  return settings.consentCheckbox
    ? html`<div class="field"><label class="check"><input type="checkbox" name="_consent" value="yes" required${checked(filled.values.has("_consent"))}><span>${text}</span></label>${problem("_consent", filled)}</div>`
    : html`<p><small>${text}</small></p>`;
}

function problem(name: string, filled: Filled): Html | undefined {
  const text = filled.problems.get(name);
  return text === undefined
    ? undefined
    : html`<span class="error" id="sm-${name}-error">${text}</span>`;
}

function checked(on: boolean): Html | false {
  return on && html` checked`;
}

/** Text with its line breaks preserved. */
export function lines(text: string): Html[] {
  return text.split(/\r\n?|\n/).map((line, at) => (at === 0 ? html`${line}` : html`<br>${line}`));
}
