import { messages } from "../../i18n.ts";

export const t = messages({
  agreement: {
    en: "Did these people agree to get your emails?",
    de: "Haben diese Personen Ihren E-Mails zugestimmt?",
  },
  agreementHint: {
    en: "Your answer is saved with the import. People marked in the file as unsubscribed or opted out are never emailed, whatever you choose.",
    de: "Ihre Antwort wird mit dem Import gespeichert. Wen die Datei ausschließt, der erhält in keinem Fall E-Mails.",
  },
  agreementYes: { en: "Yes, all of them", de: "Ja, alle" },
  agreementYesHint: {
    en: "I have checked the columns. Everyone agreed to get emails from us, except where the file says otherwise.",
    de: "Ich habe die Spalten angesehen. Alle, die die Datei nicht ausschließt, haben unseren E-Mails zugestimmt.",
  },
  agreementNo: { en: "No, or I don’t know", de: "Nein, oder ich weiß es nicht" },
  agreementNoHint: {
    en: "New contacts are added but held back, so no campaign reaches them. Existing contacts keep their lists.",
    de: "Neue Kontakte werden hinzugefügt, aber zurückgehalten. Keine Kampagne erreicht sie. Vorhandene Kontakte behalten ihre Listen.",
  },
  agreedYes: {
    en: "The person who started this import confirmed that these people agreed to get emails.",
    de: "Beim Start dieses Imports wurde bestätigt, dass diese Personen E-Mails zugestimmt haben.",
  },
  agreedNo: {
    en: "Nobody confirmed that these people agreed, so new contacts are held back. If they did agree, undo this import and import the file again.",
    de: "Niemand hat bestätigt, dass diese Personen zugestimmt haben. Neue Kontakte werden daher zurückgehalten. Haben sie doch zugestimmt, machen Sie diesen Import rückgängig und importieren Sie die Datei erneut.",
  },
  otherColumns: {
    en: "Columns not used for consent",
    de: "Spalten, die nicht zählen",
  },
  otherColumnsHint: {
    en: "SwiftMail found no information about consent in these columns. If one of them says who must not be emailed, use it as the status.",
    de: "SwiftMail findet darin nichts über Einwilligungen. Sagt eine, wer keine E-Mails erhalten darf, verwenden Sie sie als Status.",
  },
  isStatus: { en: "Use as status", de: "Als Status verwenden" },
  consentStatement: {
    en: "How did these people agree?",
    de: "Wie haben diese Personen zugestimmt?",
  },
  consentHint: {
    en: "For example “Signed up at the till in May”. Saved in the consent log for everyone this file adds to a list.",
    de: "Wird im Einwilligungsprotokoll aller gespeichert, die diese Datei auf eine Liste setzt, etwa „Im Mai an der Kasse eingetragen“.",
  },
});
