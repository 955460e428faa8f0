// Mails of the instance to its users, in the languages of the interface.

import type { MailLocale } from "../users/users.service.ts";

export type Written = { subject: string; text: string };

type Words = {
  reset(to: { name: string; publicUrl: string; link: string }): Written;
  passwordChanged(to: { name: string; publicUrl: string }): Written;
  passwordGuessed(to: { name: string; publicUrl: string }): Written;
  invitation(to: { inviter: string; workspace: string; link: string }): Written;
};

const lines = (...text: string[]): string => `${text.join("\n")}\n`;

const en: Words = {
  reset: ({ name, publicUrl, link }) => ({
    subject: "Reset your password",
    text: lines(
      `Hello ${name},`,
      "",
      `Someone, probably you, asked to reset your password at ${publicUrl}.`,
      "Use this link to choose a new one. It works once and expires after one hour:",
      "",
      link,
      "",
      "If this was not you, ignore this email. Your password has not changed.",
    ),
  }),
  passwordChanged: ({ name, publicUrl }) => ({
    subject: "Your password was changed",
    text: lines(
      `Hello ${name},`,
      "",
      `The password of your account at ${publicUrl} was changed.`,
      "",
      "If this was you, you do not need to do anything. If not, reset your password now, which also",
      "signs you out everywhere, and tell your administrator:",
      "",
      `${publicUrl}/forgot`,
    ),
  }),
  passwordGuessed: ({ name, publicUrl }) => ({
    subject: "Someone is trying to guess your password",
    text: lines(
      `Hello ${name},`,
      "",
      `Many wrong passwords were tried for your account at ${publicUrl}.`,
      "For now, sign-ins from networks that you have not used before are delayed. Browsers in which you",
      "have signed in before are not affected.",
      "",
      "If you cannot sign in, choose a new password. This link lets you sign in at once:",
      "",
      `${publicUrl}/forgot`,
      "",
      "If your password is short, or if you use it elsewhere, please choose a new one as well.",
    ),
  }),
  invitation: ({ inviter, workspace, link }) => ({
    subject: `Invitation to ${workspace}`,
    text: lines(
      "Hello,",
      "",
      `${inviter} invited you to join ${workspace}.`,
      "Accept the invitation with this link. It works once and expires after seven days:",
      "",
      link,
      "",
      "If you do not know this person, ignore this email. You are not added unless you accept.",
    ),
  }),
};

const de: Words = {
  reset: ({ name, publicUrl, link }) => ({
    subject: "Passwort zurücksetzen",
    text: lines(
      `Guten Tag ${name},`,
      "",
      `jemand, vermutlich Sie, hat unter ${publicUrl} ein neues Passwort angefordert.`,
      "Mit diesem Link legen Sie ein neues fest. Er gilt einmal und eine Stunde lang:",
      "",
      link,
      "",
      "Wenn Sie das nicht waren, ignorieren Sie diese E-Mail. Ihr Passwort wurde nicht geändert.",
    ),
  }),
  passwordChanged: ({ name, publicUrl }) => ({
    subject: "Ihr Passwort wurde geändert",
    text: lines(
      `Guten Tag ${name},`,
      "",
      `das Passwort Ihres Kontos unter ${publicUrl} wurde geändert.`,
      "",
      "Wenn Sie das waren, müssen Sie nichts tun. Wenn nicht, setzen Sie Ihr Passwort jetzt zurück.",
      "Damit werden Sie überall abgemeldet. Informieren Sie auch Ihren Administrator:",
      "",
      `${publicUrl}/forgot`,
    ),
  }),
  passwordGuessed: ({ name, publicUrl }) => ({
    subject: "Jemand versucht, Ihr Passwort zu erraten",
    text: lines(
      `Guten Tag ${name},`,
      "",
      `für Ihr Konto unter ${publicUrl} wurden viele falsche Passwörter ausprobiert.`,
      "Anmeldungen aus Netzen, die Sie bisher nicht benutzt haben, müssen vorerst warten. Browser, in denen",
      "Sie sich schon einmal angemeldet haben, sind nicht betroffen.",
      "",
      "Wenn Sie sich nicht anmelden können, wählen Sie ein neues Passwort; der Link lässt Sie sofort hinein:",
      "",
      `${publicUrl}/forgot`,
      "",
      "Ist Ihr Passwort kurz oder benutzen Sie es auch anderswo, wählen Sie bitte ebenfalls ein neues.",
    ),
  }),
  invitation: ({ inviter, workspace, link }) => ({
    subject: `Einladung zu ${workspace}`,
    text: lines(
      "Guten Tag,",
      "",
      `${inviter} hat Sie eingeladen, in ${workspace} mitzuarbeiten.`,
      "Mit diesem Link nehmen Sie die Einladung an. Er gilt einmal und sieben Tage lang:",
      "",
      link,
      "",
      "Wenn Sie diese Person nicht kennen, ignorieren Sie diese E-Mail. Ohne Ihre Zusage werden Sie nicht hinzugefügt.",
    ),
  }),
};

/** The texts in each language. */
export const mailWords: Record<MailLocale, Words> = { en, de };
