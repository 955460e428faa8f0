import { signal } from "@preact/signals";
import { fillMessage, type Params } from "./icu.ts";

/** The languages of the interface. Every message exists in each of them (see `messages`). */
export const locales = ["en", "de"] as const;
export type Locale = (typeof locales)[number];

const STORAGE = "swiftmail.locale";

/** The language of the interface. Reading it while rendering subscribes the component. */
export const locale = signal<Locale>(firstLocale());

/** Sets the language and remembers it in this browser. */
export function setLocale(next: Locale): void {
  localStorage.setItem(STORAGE, next);
  document.documentElement.lang = next;
  locale.value = next;
}

/** Switches to a person's known language, unless another one was chosen in this browser. */
export function suggestLocale(tag: string): void {
  const known = locales.find((one) => tag.toLowerCase().startsWith(one));
  if (known !== undefined && localStorage.getItem(STORAGE) === null) {
    document.documentElement.lang = known;
    locale.value = known;
  }
}

function firstLocale(): Locale {
  if (typeof window === "undefined" || typeof navigator === "undefined") {
    return "en";
  }
  const wanted = [localStorage.getItem(STORAGE), ...navigator.languages];
  const known = wanted.map((tag) => locales.find((one) => tag?.toLowerCase().startsWith(one)));
  return known.find((one) => one !== undefined) ?? "en";
}

type Catalogue = Record<string, Record<Locale, string>>;

/** `t("key", { params })`. Exposes its catalogue for the completeness test. */
export type Translate<M extends Catalogue> = {
  (key: keyof M & string, params?: Params): string;
  catalogue: M;
};

/**
 * Defines a catalogue of messages. The compiler checks that every key exists in every language, and it loads with the
 * feature that uses it. Each feature has one `<feature>.messages.ts` with `export const t = messages({ title: { en:
 * "Campaigns", de: "Kampagnen" } })`.
 */
export function messages<const M extends Catalogue>(catalogue: M): Translate<M> {
  const translate = (key: keyof M & string, params: Params = {}) => {
    const entry = catalogue[key] as Record<Locale, string>;
    return fillMessage(entry[locale.value], params, locale.value);
  };
  return Object.assign(translate, { catalogue });
}
