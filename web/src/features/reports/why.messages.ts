import { messages } from "../../i18n.ts";

export const t = messages({
  title: { en: "Why {address} is not a recipient", de: "Warum {address} kein Empfänger ist" },
  no_contact: {
    en: "No contact in this workspace has this address.",
    de: "Kein Kontakt in diesem Arbeitsbereich hat diese Adresse.",
  },
  not_launched: {
    en: "The campaign has not started. Recipients are selected when it does.",
    de: "Die Kampagne ist noch nicht gestartet. Erst dann werden die Empfänger ermittelt.",
  },
  too_late: {
    en: "They became a contact after the campaign started.",
    de: "Der Kontakt kam erst nach dem Start der Kampagne hinzu.",
  },
  excluded: {
    en: "They are in a list that the campaign excludes: {lists}.",
    de: "Der Kontakt steht auf einer Liste, die die Kampagne ausschließt: {lists}.",
  },
  on_no_list: {
    en: "They are not in any list that the campaign was sent to.",
    de: "Der Kontakt steht auf keiner der Listen, an die die Kampagne ging.",
  },
  merged: {
    en: "The contact with this address was merged into another one, which gets mail at its own address.",
    de: "Der Kontakt mit dieser Adresse wurde mit einem anderen zusammengeführt, der E-Mails an seine eigene Adresse erhält.",
  },
  address_changed: {
    en: "The contact with this address now has another address.",
    de: "Der Kontakt mit dieser Adresse hat inzwischen eine andere.",
  },
  left_list: {
    en: "They unsubscribed from {lists}.",
    de: "Der Kontakt hat sich von {lists} abgemeldet.",
  },
  unconfirmed: {
    en: "They have not confirmed their sign-up to {lists}.",
    de: "Die Anmeldung für {lists} wurde nicht bestätigt.",
  },
  subscribed_later: {
    en: "They subscribed to {lists} after the campaign started.",
    de: "Der Kontakt hat sich erst nach dem Start der Kampagne bei {lists} angemeldet.",
  },
  in_no_segment: {
    en: "They were not in any list or segment that the campaign was sent to.",
    de: "Der Kontakt war in keiner Liste und keinem Segment, an die die Kampagne ging.",
  },
  in_excluded_segment: {
    en: "They are in a segment that the campaign excludes.",
    de: "Der Kontakt ist in einem Segment, das die Kampagne ausschließt.",
  },
  blocked: {
    en: "Their address or its domain is blocked in this workspace or on the whole instance.",
    de: "Die Adresse oder ihre Domain ist in diesem Arbeitsbereich oder auf der ganzen Instanz gesperrt.",
  },
  suppressed_erasure: {
    en: "They asked for their data to be erased. Nothing has been sent to them since.",
    de: "Der Kontakt hat die Löschung seiner Daten verlangt. Seither wird nichts mehr an ihn gesendet.",
  },
  invalid: { en: "The address is not valid.", de: "Die Adresse ist ungültig." },
  left_all_lists: {
    en: "They are in lists but subscribed to none: they unsubscribed or did not confirm. Campaigns to everyone and to segments skip them too.",
    de: "Der Kontakt steht auf Listen, ist aber bei keiner angemeldet: abgemeldet oder nicht bestätigt. Auch Kampagnen an alle und an Segmente überspringen ihn.",
  },
  paused: {
    en: "They paused all mail until {until}.",
    de: "Der Kontakt hat alle E-Mails bis {until} pausiert.",
  },
  didNotMatch: { en: "Did not match segment “{name}”:", de: "Passte nicht zum Segment „{name}“:" },
  didMatch: { en: "Matches segment “{name}”: {words}", de: "Passt zum Segment „{name}“: {words}" },
  notMet: { en: "Not met: {words}", de: "Nicht erfüllt: {words}" },
  ruleOf: { en: "Conditions: {words}", de: "Bedingungen: {words}" },
  frozenPeople: {
    en: "The segment is static, and this person is not in it.",
    de: "Es ist ein festes Segment, und der Kontakt ist nicht darin.",
  },
  askedNow: {
    en: "These are the conditions from the start of the campaign, checked against today’s data.",
    de: "Das sind die Bedingungen vom Start der Kampagne, geprüft mit den heutigen Daten.",
  },
  segmentChanged: {
    en: "The segment was changed after the campaign started, so its conditions may differ today.",
    de: "Das Segment wurde nach dem Start der Kampagne geändert; seine Bedingungen können heute andere sein.",
  },
  suppressed: {
    en: "Their address was suppressed when the campaign started.",
    de: "Beim Start der Kampagne war die Adresse gesperrt.",
  },
  left_out: {
    en: "A segment or setting that has changed since the start excluded them. Today’s data does not show which.",
    de: "Ein Segment oder eine Einstellung, die sich seit dem Start geändert hat, hat den Kontakt ausgeschlossen. Die heutigen Daten zeigen nicht, welche.",
  },
  recipient: { en: "They are a recipient.", de: "Der Kontakt ist Empfänger." },
  suppressedSince: {
    en: "Suppressed since {time}: {reason}.",
    de: "Gesperrt seit {time}: {reason}.",
  },
  openContact: { en: "Open contact", de: "Kontakt öffnen" },
});
