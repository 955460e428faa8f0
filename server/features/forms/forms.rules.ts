import { because, invalidField } from "../../platform/errors.ts";
import { type FormLanguage, formWords } from "./form-words.rules.ts";

/**
 * Fields that every contact has and that a form may contain, with their input types. The keys of a place contain a dot,
 * so no custom field can have the same key.
 */
export const builtInFields = {
  first_name: "text",
  last_name: "text",
  "place.country": "country",
  "place.city": "text",
  "place.time_zone": "time_zone",
} as const;
export type BuiltInField = keyof typeof builtInFields;

export function isBuiltIn(key: string): key is BuiltInField {
  return Object.hasOwn(builtInFields, key);
}

/** The form's own text, or the default in its language. */
export function textOr<K extends keyof (typeof formWords)["en"]>(
  written: string,
  language: FormLanguage,
  key: K,
): string {
  const otherwise = formWords[language][key];
  return written.trim() === "" && typeof otherwise === "string" ? otherwise : written;
}

/**
 * Validates the URL to which people are sent after signing up; "" for none.
 *
 * @throws AppError `invalid_input` for anything but a web address.
 */
export function readRedirect(field: string, written: string): string {
  const text = written.trim();
  if (text === "") {
    return "";
  }
  const url = URL.parse(text);
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== "" ||
    url.password !== ""
  ) {
    throw invalidField(field, because("not_a_web_address"));
  }
  return url.href;
}

/**
 * True for an origin that is safe in a header. The host of a URL may contain `;` and `,`, which would start another
 * directive in a content security policy.
 */
export function isSafeOrigin(origin: string): boolean {
  return /^https?:\/\/[a-z0-9.[\]:_-]+$/.test(origin);
}

/** Normalizes and deduplicates origins. @throws AppError `invalid_input`. */
export function readOrigins(written: readonly string[]): string[] {
  const origins = written.map((text) => {
    const url = URL.parse(text.trim());
    if (url === null || !isSafeOrigin(url.origin)) {
      throw invalidField("origins", because("not_an_origin", { text }));
    }
    return url.origin;
  });
  return [...new Set(origins)];
}

/** A colour `#rrggbb`, or "". @throws AppError `invalid_input`. */
export function readColor(field: string, written: string): string {
  const color = written.trim().toLowerCase();
  if (color !== "" && !/^#[0-9a-f]{6}$/.test(color)) {
    throw invalidField(field, because("not_a_color"));
  }
  return color;
}

/** The origins of redirect URLs, for the content security policy of the form. */
export function originsOf(...urls: string[]): string[] {
  return urls.map((text) => URL.parse(text)?.origin ?? "").filter(isSafeOrigin);
}
