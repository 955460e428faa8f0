import { messages } from "../../i18n.ts";

export const t = messages({
  title: { en: "DMARC reports", de: "DMARC-Berichte" },
  about: {
    en: "What mailbox providers saw of the mail sent under your domains, by you and by anybody else.",
    de: "Was Postfachanbieter von Mails unter Ihren Domains gesehen haben, von Ihnen und von anderen.",
  },
  domain: { en: "Domain", de: "Domain" },
  allDomains: { en: "All domains", de: "Alle Domains" },
  messages: { en: "Messages", de: "Nachrichten" },
  passed: { en: "Passed DMARC", de: "DMARC bestanden" },
  dkim: { en: "DKIM aligned", de: "DKIM passend" },
  spf: { en: "SPF aligned", de: "SPF passend" },
  overTime: { en: "Over time", de: "Im Zeitverlauf" },
  failed: { en: "Failed", de: "Durchgefallen" },
  sources: { en: "Sources", de: "Quellen" },
  sourcesAbout: {
    en: "Addresses that sent under your domain, those with failures first. A relay of yours that fails needs its DKIM key or SPF entry; one you do not know is somebody else using your name, which a policy of quarantine or reject stops.",
    de: "Adressen, die unter Ihrer Domain gesendet haben, solche mit Fehlern zuerst. Einem eigenen Relay fehlt dann der DKIM-Schlüssel oder SPF-Eintrag; eine fremde Adresse benutzt Ihren Namen, was die Richtlinie quarantine oder reject verhindert.",
  },
  source: { en: "Source", de: "Quelle" },
  held: { en: "Quarantined or rejected", de: "Quarantäne oder abgewiesen" },
  reports: { en: "Reports", de: "Berichte" },
  reporter: { en: "From", de: "Von" },
  period: { en: "For", de: "Für" },
  received: { en: "Received", de: "Empfangen" },
  emptyTitle: { en: "No reports yet", de: "Noch keine Berichte" },
  emptyBody: {
    en: "Add rua=mailto:dmarc@ and your bounce domain to the DMARC record; reports arrive daily. You can also add one by hand.",
    de: "Tragen Sie rua=mailto:dmarc@ mit Ihrer Bounce-Domain in den DMARC-Eintrag ein; Berichte kommen täglich. Sie können auch einen von Hand hinzufügen.",
  },
  upload: { en: "Add a report by hand", de: "Bericht von Hand hinzufügen" },
  uploadHint: { en: ".xml, .xml.gz or .zip", de: ".xml, .xml.gz oder .zip" },
  added: {
    en: "Report added: {count, plural, one {# message} other {# messages}}",
    de: "Bericht hinzugefügt: {count, plural, one {# Nachricht} other {# Nachrichten}}",
  },
  known: { en: "This report was there already", de: "Dieser Bericht war schon da" },
});
