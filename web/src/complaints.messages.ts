import { messages } from "./i18n.ts";

export const t = messages({
  title: {
    en: "{count, plural, one {# person reported} other {# people reported}} this campaign as spam: {share}",
    de: "{count, plural, one {# Person hat} other {# Personen haben}} diese Kampagne als Spam gemeldet: {share}",
  },
  body: {
    en: "That is above the {limit} at which you want to be warned. Gmail and Yahoo begin to send a sender to spam above 0.1% and refuse them above 0.3%. Mail only people who asked for it, leave out those who have not opened anything for long, and make leaving easy to find.",
    de: "Das ist mehr als die {limit}, ab denen gewarnt wird. Gmail und Yahoo sortieren einen Absender ab 0,1 % in den Spam und weisen ihn ab 0,3 % ab. Schreibe nur Leuten, die es wollten, lass aus, wer lange nichts geöffnet hat, und mach das Abmelden leicht zu finden.",
  },
  change: { en: "When to warn", de: "Wann gewarnt wird" },
});
