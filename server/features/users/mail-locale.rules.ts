/** The languages of the interface; the first is the fallback. */
export const mailLocales = ["en", "de"] as const;
export type MailLocale = (typeof mailLocales)[number];

/** The language for mail to a person with this locale; English when there are no texts in the person's language. */
export function mailLocaleOf(locale: string): MailLocale {
  const language = locale.toLowerCase().split("-")[0];
  return mailLocales.find((one) => one === language) ?? "en";
}
