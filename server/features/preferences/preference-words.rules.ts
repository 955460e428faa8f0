/** Texts of the preference centre. */
export const preferenceWords = {
  en: {
    title: "Your preferences",
    about: (address: string, from: string) => `What ${from} sends to ${address}.`,
    saved: "Saved.",
    off: "You do not receive email at the moment. Choose a topic and save to receive email again.",
    topics: "Topics",
    noTopics: "There are no topics to choose from.",
    you: "About you",
    firstName: "First name",
    lastName: "Last name",
    language: "Language",
    english: "English",
    german: "German",
    otherLanguage: "Other",
    save: "Save",
    pauseTitle: "Pause email",
    pauseAbout: "You stay signed up and receive nothing for a while.",
    pauseDays: (days: number) => `${days} days`,
    paused: (date: string) => `You will not receive email until ${date}.`,
    resume: "Resume email",
    addressTitle: "Change your address",
    addressLabel: "New email address",
    addressButton: "Change address",
    addressWrong: "Please enter an email address.",
    addressAsked:
      "If the address is correct, you will receive an email there. Open it and confirm the change.",
    addressConfirmTitle: "Confirm your new address",
    addressConfirm: (address: string) => `Do you want to receive email at ${address} from now on?`,
    addressConfirmButton: "Yes, change it",
    addressDoneTitle: "Address changed",
    addressDone: "You will receive email at your new address from now on.",
    addressDoneOff: "Your address was changed. You do not receive email from us at the moment.",
    addressTaken: "This address is already signed up, so nothing was changed.",
    leaveTitle: "Unsubscribe from all email",
    leaveAbout: "You will no longer receive any email from us.",
    leave: "Unsubscribe from everything",
    leftTitle: "You are unsubscribed",
    left: "You will receive no more email. A message that was already sent may still arrive.",
    noProfileTitle: "Your profile was deleted",
    onlyAddress: (address: string) =>
      `There are no preferences to change. We only know the address to which a message was sent: ${address}. Nothing is sent to it unless someone adds it again.`,
    blockAbout: (from: string) =>
      `To make sure, unsubscribe. Then ${from} cannot send email to this address, even if it is added again.`,
    addressBlocked: (address: string, from: string) =>
      `There are no preferences to change. ${address} is blocked: ${from} sends nothing to it, even if it is added again.`,
    erased:
      "Your data was erased on request. Nothing is sent to you, and your address cannot be added again.",
    goneTitle: "This link does not work",
    gone: "It may be incomplete. Try the link in the message again, or reply to the message.",
    laterTitle: "Please try again later",
    later: "We could not save this, so nothing was changed. Please try again in a minute.",
    addressTomorrow: "You have changed the address several times today. Please try again tomorrow.",
    slow: "Please wait a minute and try again.",
    addressSubject: "Please confirm your new address",
    addressBody:
      "Hello,\n\nSomeone asked to receive email from {{ workspace.name }} at this address. Please confirm:\n\n{{ confirm_url }}\n\nIf this was not you, ignore this email. Nothing will change.",
    addressLink: "Confirm",
    noticeSubject: "Request to change your email address",
    noticeBody: (to: string) =>
      `Hello,\n\nSomeone asked to receive email from {{ workspace.name }} at ${to} instead of this address. The change takes effect once it is confirmed there.\n\nIf this was not you, check your preferences:\n\n{{ confirm_url }}`,
    noticeLink: "Your preferences",
  },
  de: {
    title: "Ihre Einstellungen",
    about: (address: string, from: string) => `Was ${from} an ${address} sendet.`,
    saved: "Gespeichert.",
    off: "Sie erhalten zurzeit keine E-Mails. Wählen Sie ein Thema und speichern Sie, um wieder welche zu erhalten.",
    topics: "Themen",
    noTopics: "Es gibt keine Themen zur Auswahl.",
    you: "Über Sie",
    firstName: "Vorname",
    lastName: "Nachname",
    language: "Sprache",
    english: "Englisch",
    german: "Deutsch",
    otherLanguage: "Andere",
    save: "Speichern",
    pauseTitle: "E-Mails pausieren",
    pauseAbout: "Sie bleiben angemeldet und erhalten eine Zeit lang nichts.",
    pauseDays: (days: number) => `${days} Tage`,
    paused: (date: string) => `Sie erhalten bis ${date} keine E-Mails.`,
    resume: "Pause beenden",
    addressTitle: "Adresse ändern",
    addressLabel: "Neue E-Mail-Adresse",
    addressButton: "Adresse ändern",
    addressWrong: "Bitte geben Sie eine E-Mail-Adresse ein.",
    addressAsked:
      "Wenn die Adresse stimmt, erhalten Sie dort eine E-Mail. Öffnen Sie sie und bestätigen Sie die Änderung.",
    addressConfirmTitle: "Neue Adresse bestätigen",
    addressConfirm: (address: string) => `Möchten Sie E-Mails künftig an ${address} erhalten?`,
    addressConfirmButton: "Ja, ändern",
    addressDoneTitle: "Adresse geändert",
    addressDone: "Sie erhalten E-Mails künftig an die neue Adresse.",
    addressDoneOff: "Ihre Adresse wurde geändert. Zurzeit erhalten Sie keine E-Mails von uns.",
    addressTaken: "Diese Adresse ist schon angemeldet, es wurde nichts geändert.",
    leaveTitle: "Von allen E-Mails abmelden",
    leaveAbout: "Sie erhalten dann keine E-Mails mehr von uns.",
    leave: "Von allem abmelden",
    leftTitle: "Sie sind abgemeldet",
    left: "Sie erhalten keine E-Mails mehr. Eine bereits gesendete Nachricht kann noch ankommen.",
    noProfileTitle: "Ihr Profil wurde gelöscht",
    onlyAddress: (address: string) =>
      `Es gibt keine Einstellungen zu ändern. Bekannt ist nur noch die Adresse, an die eine Nachricht ging: ${address}. Sie erhält nichts, solange sie niemand wieder hinzufügt.`,
    blockAbout: (from: string) =>
      `Um sicherzugehen, melden Sie sich ab. Dann kann ${from} dieser Adresse nichts senden, auch wenn sie wieder hinzugefügt wird.`,
    addressBlocked: (address: string, from: string) =>
      `Es gibt keine Einstellungen zu ändern. ${address} ist gesperrt: ${from} sendet nichts dorthin, auch wenn sie wieder hinzugefügt wird.`,
    erased:
      "Ihre Daten wurden auf Wunsch gelöscht. Ihnen wird nichts gesendet, und Ihre Adresse kann nicht wieder aufgenommen werden.",
    goneTitle: "Dieser Link funktioniert nicht",
    gone: "Vielleicht ist er unvollständig. Versuchen Sie den Link in der Nachricht noch einmal, oder antworten Sie auf die Nachricht.",
    laterTitle: "Bitte versuchen Sie es später noch einmal",
    later:
      "Das ließ sich nicht speichern, es wurde nichts geändert. Bitte versuchen Sie es in einer Minute noch einmal.",
    addressTomorrow:
      "Sie haben die Adresse heute schon mehrmals geändert. Bitte versuchen Sie es morgen noch einmal.",
    slow: "Bitte warten Sie eine Minute und versuchen Sie es noch einmal.",
    addressSubject: "Bitte bestätigen Sie Ihre neue Adresse",
    addressBody:
      "Guten Tag,\n\njemand möchte, dass E-Mails von {{ workspace.name }} künftig an diese Adresse gehen. Bitte bestätigen Sie das:\n\n{{ confirm_url }}\n\nFalls Sie das nicht waren, tun Sie nichts: Es ändert sich nichts.",
    addressLink: "Bestätigen",
    noticeSubject: "Anfrage zur Änderung Ihrer E-Mail-Adresse",
    noticeBody: (to: string) =>
      `Guten Tag,\n\njemand möchte, dass E-Mails von {{ workspace.name }} an ${to} statt an diese Adresse gehen. Das ändert sich, sobald es dort bestätigt wird.\n\nFalls Sie das nicht waren, prüfen Sie Ihre Einstellungen:\n\n{{ confirm_url }}`,
    noticeLink: "Ihre Einstellungen",
  },
} as const;

export type PreferenceLanguage = keyof typeof preferenceWords;

/** The lengths of a pause to choose from. */
export const pauseDays = [30, 60, 90] as const;
