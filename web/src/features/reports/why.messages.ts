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
  not_subscribed: {
    en: "They are on {lists}, but have unsubscribed or not confirmed.",
    de: "Sie stehen auf {lists}, haben sich aber abgemeldet oder nicht bestätigt.",
  },
  subscribed_later: {
    en: "They subscribed to {lists} after the campaign was launched.",
    de: "Sie haben {lists} erst nach dem Start der Kampagne abonniert.",
  },
  in_no_segment: {
    en: "They were in none of the segments when the campaign was launched.",
    de: "Beim Start der Kampagne waren sie in keinem der Segmente.",
  },
  suppressed: {
    en: "Their address was suppressed when the campaign was launched.",
    de: "Beim Start der Kampagne war die Adresse gesperrt.",
  },
  left_out: {
    en: "When the campaign was launched, a segment, a pause or a blocked domain left them out. What holds now does not tell which.",
    de: "Beim Start der Kampagne hat ein Segment, eine Pause oder eine gesperrte Domain sie ausgeschlossen. Am heutigen Stand ist nicht zu sehen, was davon.",
  },
  recipient: { en: "They are among the recipients.", de: "Sie sind unter den Empfängern." },
  suppressedSince: {
    en: "Suppressed since {time}: {reason}.",
    de: "Gesperrt seit {time}: {reason}.",
  },
  openContact: { en: "Open contact", de: "Kontakt öffnen" },
});
