import { messages } from "../i18n.ts";

/** Stages of talking to a mail server, and of a DNS record, in words. */
export const t = messages({
  dns: { en: "Find the host", de: "Host finden" },
  connect: { en: "Connect", de: "Verbinden" },
  greeting: { en: "Greeting", de: "Begrüßung" },
  ehlo: { en: "Introduce (EHLO)", de: "Vorstellen (EHLO)" },
  starttls: { en: "Encrypt (STARTTLS)", de: "Verschlüsseln (STARTTLS)" },
  tls: { en: "Encrypt (TLS)", de: "Verschlüsseln (TLS)" },
  auth: { en: "Sign in (AUTH)", de: "Anmelden (AUTH)" },
  mail: { en: "Sender accepted", de: "Absender angenommen" },
  works: { en: "The server accepts mail from here", de: "Der Server nimmt Mail von hier an" },
  fails: { en: "It does not work yet", de: "Es geht noch nicht" },
  passed: { en: "Passed", de: "Bestanden" },
  failed: { en: "Failed", de: "Gescheitert" },
  record: { en: "Record", de: "Eintrag" },
  host: { en: "Name", de: "Name" },
  value: { en: "Value", de: "Wert" },
  found: { en: "Found instead: {value}", de: "Gefunden wurde: {value}" },
  required: { en: "required", de: "nötig" },
  recommended: { en: "recommended", de: "empfohlen" },
  dkim: {
    en: "DKIM: proves that mail comes from you",
    de: "DKIM: beweist, dass die Mail von Ihnen kommt",
  },
  spf: { en: "SPF: says who may send for you", de: "SPF: sagt, wer für Sie senden darf" },
  dmarc: { en: "DMARC: what to do with forgeries", de: "DMARC: was mit Fälschungen geschieht" },
  tracking: {
    en: "Tracking: links under your own name",
    de: "Tracking: Links unter eigenem Namen",
  },
  unchecked: { en: "Not checked yet", de: "Noch nicht geprüft" },
  ok: { en: "Found", de: "Gefunden" },
  missing: { en: "Missing", de: "Fehlt" },
  different: { en: "Different", de: "Abweichend" },
  unknown: { en: "Could not be checked", de: "Nicht prüfbar" },
});
