import { messages } from "../../i18n.ts";

export const t = messages({
  suppressions: { en: "Suppressions", de: "Sperrliste" },
  contacts: { en: "Contacts", de: "Kontakte" },
  about: {
    en: "Addresses that get no campaign, whether or not they are contacts.",
    de: "Adressen, die keine Kampagne bekommen, ob sie Kontakte sind oder nicht.",
  },
  domains: { en: "Blocked domains", de: "Gesperrte Domains" },
  domainsHint: {
    en: "Nobody at these domains is mailed.",
    de: "Niemand an diesen Domains wird angeschrieben.",
  },
  noDomains: {
    en: "No domain is blocked. Block one to stop mail to everybody at it.",
    de: "Keine Domain ist gesperrt. Sperre eine, um niemanden dort anzuschreiben.",
  },
  domain: { en: "Domain", de: "Domain" },
  withSubdomains: { en: "with sub-domains", de: "mit Unterdomains" },
  blockDomain: { en: "Block domain", de: "Domain sperren" },
  add: { en: "Add addresses", de: "Adressen hinzufügen" },
  search: { en: "Beginning of an address", de: "Anfang einer Adresse" },
  address: { en: "Address", de: "Adresse" },
  reason: { en: "Reason", de: "Grund" },
  source: { en: "From", de: "Herkunft" },
  since: { en: "Since", de: "Seit" },
  unsubscribed: { en: "Unsubscribed", de: "Abgemeldet" },
  hard_bounce: { en: "Bounced", de: "Unzustellbar" },
  complaint: { en: "Reported spam", de: "Spam gemeldet" },
  manual: { en: "By hand", de: "Von Hand" },
  none: { en: "Nobody is suppressed", de: "Niemand ist gesperrt" },
  noneBody: {
    en: "Whoever unsubscribes, bounces for good or reports spam is put here by itself.",
    de: "Wer sich abmeldet, dauerhaft unzustellbar ist oder Spam meldet, kommt von selbst hierher.",
  },
  noMatch: { en: "No address matches", de: "Keine Adresse passt" },
  lift: { en: "Remove", de: "Entfernen" },
  liftTitle: { en: "Mail {address} again?", de: "{address} wieder anschreiben?" },
  liftBody: {
    en: "Only do this when the person asked for it. The reason is kept in the audit log.",
    de: "Nur wenn die Person darum gebeten hat. Der Grund steht danach im Protokoll.",
  },
  why: { en: "Why", de: "Warum" },
  lifted: {
    en: "The address can be mailed again",
    de: "Die Adresse kann wieder angeschrieben werden",
  },
  addresses: { en: "Addresses", de: "Adressen" },
  addressesHint: { en: "One a line, up to 1,000.", de: "Eine je Zeile, bis zu 1.000." },
  note: { en: "Note", de: "Notiz" },
  added: {
    en: "{added, plural, one {# address added} other {# addresses added}}, {already} already there",
    de: "{added, plural, one {# Adresse hinzugefügt} other {# Adressen hinzugefügt}}, {already} schon vorhanden",
  },
  rejected: { en: "Not addresses", de: "Keine Adressen" },
  cancel: { en: "Cancel", de: "Abbrechen" },
});
