/** The languages of the interface, in the order in which one is fallen back to. */
export const mailLocales = ["en", "de"] as const;
export type MailLocale = (typeof mailLocales)[number];

/** The language to write in to somebody with this locale; English for one that has no texts. */
export function mailLocaleOf(locale: string): MailLocale {
  const language = locale.toLowerCase().split("-")[0];
  return mailLocales.find((one) => one === language) ?? "en";
}
