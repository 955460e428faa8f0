// What the instance writes to the people who work with it, in the languages of the interface.

import type { MailLocale } from "../users/users.service.ts";

export type Written = { subject: string; text: string };

type Words = {
  reset(to: { name: string; publicUrl: string; link: string }): Written;
  passwordChanged(to: { name: string; publicUrl: string }): Written;
  invitation(to: { inviter: string; workspace: string; link: string }): Written;
};

const lines = (...text: string[]): string => `${text.join("\n")}\n`;

const en: Words = {
  reset: ({ name, publicUrl, link }) => ({
    subject: "Choose a new password",
    text: lines(
      `Hello ${name},`,
      "",
      `somebody, probably you, asked for a new password at ${publicUrl}.`,
      "With this link you choose one. It works once, for one hour:",
      "",
      link,
      "",
      "If it was not you, do nothing: your password stays as it is.",
    ),
  }),
  passwordChanged: ({ name, publicUrl }) => ({
    subject: "Your password was changed",
    text: lines(
      `Hello ${name},`,
      "",
      `the password of your account at ${publicUrl} was changed.`,
      "",
      "If it was you, there is nothing to do. If it was not, choose a new one now, which also",
      "ends all sessions, and tell your administrator:",
      "",
      `${publicUrl}/forgot`,
    ),
  }),
  invitation: ({ inviter, workspace, link }) => ({
    subject: `Invitation to ${workspace}`,
    text: lines(
      "Hello,",
      "",
      `${inviter} invited you to work in ${workspace}.`,
      "Accept the invitation here; the link works once, for seven days:",
      "",
      link,
      "",
      "If you do not know who that is, do nothing: nobody is added without accepting.",
    ),
  }),
};

const de: Words = {
  reset: ({ name, publicUrl, link }) => ({
    subject: "Neues Passwort wählen",
    text: lines(
      `Guten Tag ${name},`,
      "",
      `jemand, vermutlich Sie, hat unter ${publicUrl} ein neues Passwort angefordert.`,
      "Mit diesem Link wählen Sie eines. Er gilt einmal und eine Stunde lang:",
      "",
      link,
      "",
      "Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist.",
    ),
  }),
  passwordChanged: ({ name, publicUrl }) => ({
    subject: "Ihr Passwort wurde geändert",
    text: lines(
      `Guten Tag ${name},`,
      "",
      `das Passwort Ihres Kontos unter ${publicUrl} wurde geändert.`,
      "",
      "Wenn Sie das waren, ist nichts zu tun. Wenn nicht, wählen Sie jetzt ein neues; damit enden",
      "auch alle Sitzungen. Sagen Sie es bitte auch Ihrer Administration:",
      "",
      `${publicUrl}/forgot`,
    ),
  }),
  invitation: ({ inviter, workspace, link }) => ({
    subject: `Einladung zu ${workspace}`,
    text: lines(
      "Guten Tag,",
      "",
      `${inviter} hat Sie eingeladen, in ${workspace} mitzuarbeiten.`,
      "Hier nehmen Sie die Einladung an; der Link gilt einmal und sieben Tage lang:",
      "",
      link,
      "",
      "Wenn Sie nicht wissen, wer das ist, brauchen Sie nichts zu tun: Ohne Ihre Zusage wird niemand aufgenommen.",
    ),
  }),
};

/** The texts in each language. */
export const mailWords: Record<MailLocale, Words> = { en, de };
