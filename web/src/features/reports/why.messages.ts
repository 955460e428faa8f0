import { messages } from "../../i18n.ts";

export const t = messages({
  title: {
    en: "Why {address} is not among the recipients",
    de: "Warum {address} nicht unter den Empfängern ist",
  },
  no_contact: {
    en: "Nobody with this address is a contact of this workspace.",
    de: "Niemand mit dieser Adresse ist Kontakt dieses Arbeitsbereichs.",
  },
  not_launched: {
    en: "The campaign was not launched yet; who gets it is decided then.",
    de: "Die Kampagne wurde noch nicht gestartet; erst dann steht fest, wer sie bekommt.",
  },
  too_late: {
    en: "They became a contact after the campaign was launched.",
    de: "Der Kontakt kam erst nach dem Start der Kampagne hinzu.",
  },
  excluded: {
    en: "They are on a list that the campaign leaves out: {lists}.",
    de: "Sie stehen auf einer Liste, die die Kampagne auslässt: {lists}.",
  },
  on_no_list: {
    en: "They are on none of the lists that the campaign was sent to.",
    de: "Sie stehen auf keiner der Listen, an die die Kampagne ging.",
  },
  merged: {
    en: "The contact with this address was merged into another one, which is mailed at its own address.",
    de: "Der Kontakt mit dieser Adresse wurde mit einem anderen zusammengeführt, der an seine eigene Adresse Post bekommt.",
  },
  address_changed: {
    en: "The contact with this address has another address now.",
    de: "Der Kontakt mit dieser Adresse hat inzwischen eine andere Adresse.",
  },
  left_list: {
    en: "They have left {lists}.",
    de: "Die Person hat sich von {lists} abgemeldet.",
  },
  unconfirmed: {
    en: "They have not confirmed their sign-up to {lists}.",
    de: "Die Anmeldung für {lists} wurde nicht bestätigt.",
  },
  subscribed_later: {
    en: "They subscribed to {lists} after the campaign was launched.",
    de: "Sie haben {lists} erst nach dem Start der Kampagne abonniert.",
  },
  in_no_segment: {
    en: "They were in none of the lists and segments that the campaign was sent to.",
    de: "Sie waren in keiner Liste und keinem Segment, an die die Kampagne ging.",
  },
  in_excluded_segment: {
    en: "They are in a segment that the campaign leaves out.",
    de: "Sie sind in einem Segment, das die Kampagne auslässt.",
  },
  blocked: {
    en: "Their address or its domain is blocked in this workspace or on the whole instance.",
    de: "Die Adresse oder ihre Domain ist in diesem Arbeitsbereich oder auf der ganzen Instanz gesperrt.",
  },
  suppressed_erasure: {
    en: "They asked for their data to be erased, and nothing is sent to them since.",
    de: "Die Löschung der Daten wurde verlangt; seither geht nichts mehr an diese Adresse.",
  },
  invalid: {
    en: "No mail can be sent to this address.",
    de: "An diese Adresse kann keine E-Mail gesendet werden.",
  },
  left_all_lists: {
    en: "They are on lists, but subscribed to none of them: they have left, or never confirmed. That holds for everyone and for segments too.",
    de: "Sie stehen auf Listen, haben aber keine abonniert: abgemeldet oder nie bestätigt. Das gilt auch für alle und für Segmente.",
  },
  paused: {
    en: "They asked for a rest from all mail until {until}.",
    de: "Sie haben bis {until} um eine Pause von aller Post gebeten.",
  },
  didNotMatch: {
    en: "Did not match the segment “{name}”:",
    de: "Passte nicht zum Segment „{name}“:",
  },
  didMatch: {
    en: "Matches the segment “{name}”: {words}",
    de: "Passt zum Segment „{name}“: {words}",
  },
  notMet: { en: "Not met: {words}", de: "Nicht erfüllt: {words}" },
  ruleOf: { en: "The rule: {words}", de: "Die Regel: {words}" },
  frozenPeople: {
    en: "It is a fixed set of people, and they are not one of them.",
    de: "Es ist eine feste Menge von Personen, zu der sie nicht gehören.",
  },
  askedNow: {
    en: "The conditions are those of the launch, asked about what is known today.",
    de: "Die Bedingungen sind die vom Start, geprüft am heutigen Stand.",
  },
  segmentChanged: {
    en: "The segment was changed since the launch; its rule today may be another one.",
    de: "Das Segment wurde seit dem Start geändert; seine Regel kann heute eine andere sein.",
  },
  suppressed: {
    en: "Their address was suppressed when the campaign was launched.",
    de: "Beim Start der Kampagne war die Adresse gesperrt.",
  },
  left_out: {
    en: "When the campaign was launched, a segment or something else that has changed since left them out. What holds now does not tell which.",
    de: "Beim Start der Kampagne hat ein Segment oder etwas, das sich seither geändert hat, sie ausgeschlossen. Am heutigen Stand ist nicht zu sehen, was davon.",
  },
  recipient: { en: "They are among the recipients.", de: "Sie sind unter den Empfängern." },
  suppressedSince: {
    en: "Suppressed since {time}: {reason}.",
    de: "Gesperrt seit {time}: {reason}.",
  },
  openContact: { en: "Open contact", de: "Kontakt öffnen" },
});
