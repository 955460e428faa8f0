/** What the preference centre says. */
export const preferenceWords = {
  en: {
    title: "Your preferences",
    about: (address: string, from: string) => `What ${from} sends to ${address}.`,
    saved: "Saved.",
    off: "You get no mail at present. Choose a topic and save to get mail again.",
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
    pauseTitle: "Take a break",
    pauseAbout: "You stay signed up and get nothing for a while.",
    pauseDays: (days: number) => `${days} days`,
    paused: (date: string) => `You get no mail until ${date}.`,
    resume: "End the break",
    addressTitle: "Another address",
    addressLabel: "New email address",
    addressButton: "Change address",
    addressWrong: "That is no email address.",
    addressAsked:
      "If everything is right with the address, a message is on its way to it. Open it and confirm the change.",
    addressConfirmTitle: "Confirm your new address",
    addressConfirm: (address: string) => `Do you want to get mail at ${address} from now on?`,
    addressConfirmButton: "Yes, change it",
    addressDoneTitle: "Your address is changed",
    addressDone: "From now on you get mail at the new address.",
    addressTaken: "This address is signed up already, so nothing was changed.",
    leaveTitle: "No mail at all",
    leaveAbout: "You get nothing more, whatever the topic.",
    leave: "Unsubscribe from everything",
    leftTitle: "You are unsubscribed",
    left: "You get no more mail. A message that was already on its way may still arrive.",
    noProfileTitle: "There is no profile of you here",
    onlyAddress: (address: string) =>
      `It was deleted, so there are no preferences to change. All that is left is the address that a message went to: ${address}. Nothing is sent to it unless somebody adds it again.`,
    blockAbout: (from: string) =>
      `To make sure of that, unsubscribe: then ${from} cannot mail this address even if it is added again.`,
    addressBlocked: (address: string, from: string) =>
      `It was deleted, so there are no preferences to change. ${address} is blocked: ${from} sends nothing to it, even if it is added again.`,
    erased:
      "Your data was erased on request. Nothing is sent to you, and your address cannot be added again.",
    goneTitle: "This link does not work",
    gone: "It may have been cut off on its way to you. Try the link in the message again, or reply to the message.",
    laterTitle: "Not possible at the moment",
    later: "We could not save this safely, so nothing was changed. Please try again in a minute.",
    addressTomorrow:
      "Another address was asked for several times today. Please try again tomorrow.",
    slow: "Please wait a minute and try again.",
    addressSubject: "Please confirm your new address",
    addressBody:
      "Hello,\n\nsomebody wants mail of {{ workspace.name }} to go to this address from now on. Please confirm it:\n\n{{ confirm_url }}\n\nIf that was not you, do nothing: nothing changes.",
    addressLink: "Confirm",
    noticeSubject: "Your mail is to go to another address",
    noticeBody: (to: string) =>
      `Hello,\n\nsomebody asked that mail of {{ workspace.name }} go to ${to} instead of this address. It changes when that is confirmed there.\n\nIf that was not you, look at your settings:\n\n{{ confirm_url }}`,
    noticeLink: "Your settings",
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
    pauseTitle: "Pause machen",
    pauseAbout: "Sie bleiben angemeldet und erhalten eine Zeit lang nichts.",
    pauseDays: (days: number) => `${days} Tage`,
    paused: (date: string) => `Sie erhalten bis ${date} keine E-Mails.`,
    resume: "Pause beenden",
    addressTitle: "Andere Adresse",
    addressLabel: "Neue E-Mail-Adresse",
    addressButton: "Adresse ändern",
    addressWrong: "Das ist keine E-Mail-Adresse.",
    addressAsked:
      "Wenn mit der Adresse alles stimmt, ist eine Nachricht dorthin unterwegs. Öffnen Sie sie und bestätigen Sie die Änderung.",
    addressConfirmTitle: "Neue Adresse bestätigen",
    addressConfirm: (address: string) => `Möchten Sie E-Mails künftig an ${address} erhalten?`,
    addressConfirmButton: "Ja, ändern",
    addressDoneTitle: "Ihre Adresse ist geändert",
    addressDone: "Sie erhalten E-Mails künftig an die neue Adresse.",
    addressTaken: "Diese Adresse ist schon angemeldet, es wurde nichts geändert.",
    leaveTitle: "Gar keine E-Mails",
    leaveAbout: "Sie erhalten nichts mehr, gleich zu welchem Thema.",
    leave: "Von allem abmelden",
    leftTitle: "Sie sind abgemeldet",
    left: "Sie erhalten keine E-Mails mehr. Eine Nachricht, die schon unterwegs war, kann noch ankommen.",
    noProfileTitle: "Hier gibt es kein Profil von Ihnen",
    onlyAddress: (address: string) =>
      `Es wurde gelöscht, es gibt also keine Einstellungen zu ändern. Geblieben ist nur die Adresse, an die eine Nachricht ging: ${address}. Sie erhält nichts, solange niemand sie wieder aufnimmt.`,
    blockAbout: (from: string) =>
      `Um sicher zu sein, melden Sie sich ab: Dann kann ${from} dieser Adresse nichts senden, auch wenn sie wieder aufgenommen wird.`,
    addressBlocked: (address: string, from: string) =>
      `Es wurde gelöscht, es gibt also keine Einstellungen zu ändern. ${address} ist gesperrt: ${from} sendet nichts dorthin, auch wenn sie wieder aufgenommen wird.`,
    erased:
      "Ihre Daten wurden auf Wunsch gelöscht. Ihnen wird nichts gesendet, und Ihre Adresse kann nicht wieder aufgenommen werden.",
    goneTitle: "Dieser Link funktioniert nicht",
    gone: "Vielleicht wurde er auf dem Weg zu Ihnen gekürzt. Versuchen Sie den Link in der Nachricht noch einmal, oder antworten Sie auf die Nachricht.",
    laterTitle: "Im Moment nicht möglich",
    later:
      "Das ließ sich gerade nicht sicher speichern, also wurde nichts geändert. Bitte versuchen Sie es in einer Minute noch einmal.",
    addressTomorrow:
      "Heute wurde schon mehrmals eine andere Adresse gewünscht. Bitte versuchen Sie es morgen noch einmal.",
    slow: "Bitte warten Sie eine Minute und versuchen Sie es noch einmal.",
    addressSubject: "Bitte bestätigen Sie Ihre neue Adresse",
    addressBody:
      "Guten Tag,\n\njemand möchte, dass E-Mails von {{ workspace.name }} künftig an diese Adresse gehen. Bitte bestätigen Sie das:\n\n{{ confirm_url }}\n\nFalls Sie das nicht waren, tun Sie nichts: Es ändert sich nichts.",
    addressLink: "Bestätigen",
    noticeSubject: "Ihre E-Mails sollen an eine andere Adresse gehen",
    noticeBody: (to: string) =>
      `Guten Tag,\n\njemand möchte, dass E-Mails von {{ workspace.name }} an ${to} statt an diese Adresse gehen. Das ändert sich, sobald es dort bestätigt wird.\n\nFalls Sie das nicht waren, sehen Sie in Ihre Einstellungen:\n\n{{ confirm_url }}`,
    noticeLink: "Ihre Einstellungen",
  },
} as const;

export type PreferenceLanguage = keyof typeof preferenceWords;

/** How long a break may be. */
export const pauseDays = [30, 60, 90] as const;
