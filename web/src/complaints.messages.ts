import { messages } from "./i18n.ts";

export const t = messages({
  title: {
    en: "{count, plural, one {# person reported} other {# people reported}} this campaign as spam: {share}",
    de: "{count, plural, one {# Person hat} other {# Personen haben}} diese Kampagne als Spam gemeldet: {share}",
  },
  body: {
    en: "This is above your warning limit of {limit}. Gmail and Yahoo start filtering a sender’s mail as spam above 0.1% and reject it above 0.3%. Email only people who asked for it, exclude people who have not opened anything for a long time, and make it easy to unsubscribe.",
    de: "Das liegt über Ihrer Warnschwelle von {limit}. Gmail und Yahoo sortieren E-Mails eines Absenders ab 0,1 % in den Spam und weisen sie ab 0,3 % ab. Schreiben Sie nur Personen an, die es wollten, schließen Sie aus, wer lange nichts geöffnet hat, und machen Sie das Abmelden leicht.",
  },
  change: { en: "Change the warning limit", de: "Warnschwelle ändern" },
});
