import { messages } from "../../i18n.ts";

export const t = messages({
  title: { en: "DMARC reports", de: "DMARC-Berichte" },
  about: {
    en: "What mailbox providers report about mail sent from your domains, by you and by others.",
    de: "Was Postfachanbieter über E-Mails von Ihren Domains berichten, von Ihnen und von anderen.",
  },
  domain: { en: "Domain", de: "Domain" },
  allDomains: { en: "All domains", de: "Alle Domains" },
  messages: { en: "Messages", de: "Nachrichten" },
  passed: { en: "Passed DMARC", de: "DMARC bestanden" },
  dkim: { en: "DKIM aligned", de: "DKIM passt" },
  spf: { en: "SPF aligned", de: "SPF passt" },
  overTime: { en: "Over time", de: "Im Zeitverlauf" },
  failed: { en: "Failed", de: "Nicht bestanden" },
  sources: { en: "Sources", de: "Quellen" },
  sourcesAbout: {
    en: "IP addresses that sent mail from your domain, failures first. If your own relay fails, check its DKIM key or SPF record. If you do not know an address, someone else is using your domain; a policy of quarantine or reject stops that mail.",
    de: "IP-Adressen, die E-Mails von Ihrer Domain gesendet haben, Fehler zuerst. Besteht Ihr eigenes Relay nicht, prüfen Sie seinen DKIM-Schlüssel oder SPF-Eintrag. Eine unbekannte Adresse bedeutet, dass jemand anderes Ihre Domain verwendet; die Richtlinie quarantine oder reject stoppt diese E-Mails.",
  },
  source: { en: "Source", de: "Quelle" },
  held: { en: "Quarantined or rejected", de: "In Quarantäne oder abgelehnt" },
  reports: { en: "Reports", de: "Berichte" },
  reporter: { en: "Reported by", de: "Berichtet von" },
  period: { en: "Period", de: "Zeitraum" },
  received: { en: "Received", de: "Empfangen" },
  emptyTitle: { en: "No reports yet", de: "Noch keine Berichte" },
  emptyBody: {
    en: "Add rua=mailto:dmarc@ followed by your bounce domain to your DMARC record. Reports arrive daily. You can also upload one.",
    de: "Ergänzen Sie Ihren DMARC-Eintrag um rua=mailto:dmarc@ und Ihre Bounce-Domain. Berichte kommen täglich. Sie können auch einen hochladen.",
  },
  upload: { en: "Upload a report", de: "Bericht hochladen" },
  uploadHint: { en: ".xml, .xml.gz or .zip", de: ".xml, .xml.gz oder .zip" },
  added: {
    en: "Report added: {count, plural, one {# message} other {# messages}}",
    de: "Bericht hinzugefügt: {count, plural, one {# Nachricht} other {# Nachrichten}}",
  },
  known: { en: "This report was already added", de: "Dieser Bericht ist schon vorhanden" },
});
