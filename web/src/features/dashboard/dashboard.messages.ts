import { messages } from "../../i18n.ts";

export const t = messages({
  title: { en: "Dashboard", de: "Übersicht" },
  contacts: { en: "Contacts", de: "Kontakte" },
  suppressed: {
    en: "{count, plural, =0 {none on the suppression list} other {# on the suppression list}}",
    de: "{count, plural, =0 {niemand auf der Sperrliste} other {# auf der Sperrliste}}",
  },
  sent: { en: "Sent, last 30 days", de: "Gesendet, letzte 30 Tage" },
  opened: { en: "Opened by people", de: "Von Personen geöffnet" },
  clicked: { en: "Clicked by people", de: "Von Personen geklickt" },
  unsubscribed: { en: "Unsubscribed", de: "Abgemeldet" },
  bounced: { en: "{share} bounced", de: "{share} unzustellbar" },
  ofSent: { en: "{share} of sent messages", de: "{share} der gesendeten Nachrichten" },
  openedTip: {
    en: "Messages opened by a person. Automated opens by mail apps and scanners are counted separately.",
    de: "Von einer Person geöffnete Nachrichten. Automatische Öffnungen durch Mailprogramme und Scanner werden getrennt gezählt.",
  },
  recent: { en: "Recent campaigns", de: "Letzte Kampagnen" },
  campaign: { en: "Campaign", de: "Kampagne" },
  status: { en: "Status", de: "Status" },
  recipients: { en: "Recipients", de: "Empfänger" },
  delivered: { en: "Sent", de: "Gesendet" },
  opens: { en: "Opened", de: "Geöffnet" },
  clicks: { en: "Clicked", de: "Geklickt" },
  changed: { en: "Changed", de: "Geändert" },
  noCampaigns: { en: "No campaigns yet", de: "Noch keine Kampagnen" },
  noCampaignsBody: {
    en: "Import your contacts, write a message, and send it when you are ready.",
    de: "Importieren Sie Ihre Kontakte, schreiben Sie eine Nachricht und senden Sie sie, wenn Sie so weit sind.",
  },
  newCampaign: { en: "New campaign", de: "Neue Kampagne" },
  importContacts: { en: "Import contacts", de: "Kontakte importieren" },
  needsYou: { en: "Needs attention", de: "Handlungsbedarf" },
  allWell: { en: "You’re all caught up.", de: "Alles erledigt." },
  need_no_route: { en: "No sending method yet", de: "Noch kein Versandweg" },
  need_no_route_hint: { en: "Add a sending method", de: "Versandweg hinzufügen" },
  need_no_sender: { en: "No sender yet", de: "Noch kein Absender" },
  need_no_sender_hint: { en: "Add a sender", de: "Absender hinzufügen" },
  need_unverified_domain: {
    en: "{count, plural, one {# sending domain is not verified} other {# sending domains are not verified}}",
    de: "{count, plural, one {# Versanddomain ist nicht bestätigt} other {# Versanddomains sind nicht bestätigt}}",
  },
  need_unverified_domain_hint: { en: "View DNS records", de: "DNS-Einträge ansehen" },
  need_paused_campaign: {
    en: "{count, plural, one {# campaign is paused} other {# campaigns are paused}}",
    de: "{count, plural, one {# Kampagne ist pausiert} other {# Kampagnen sind pausiert}}",
  },
  need_paused_campaign_hint: { en: "See why", de: "Grund ansehen" },
  need_held_messages: {
    en: "{count, plural, one {# campaign has messages on hold} other {# campaigns have messages on hold}}",
    de: "{count, plural, one {# Kampagne hat zurückgehaltene Nachrichten} other {# Kampagnen haben zurückgehaltene Nachrichten}}",
  },
  need_held_messages_hint: {
    en: "Decide whether to send them again",
    de: "Entscheiden, ob sie erneut gesendet werden",
  },
  need_damage: {
    en: "{count, plural, one {# notice about a damaged file} other {# notices about damaged files}}",
    de: "{count, plural, one {# Hinweis auf eine beschädigte Datei} other {# Hinweise auf beschädigte Dateien}}",
  },
  need_damage_hint: { en: "See what was lost", de: "Ansehen, was verloren ging" },
  need_broken_form: {
    en: "{count, plural, one {# form has no list} other {# forms have no list}}",
    de: "{count, plural, one {# Formular hat keine Liste} other {# Formulare haben keine Liste}}",
  },
  need_broken_form_hint: { en: "Choose a list", de: "Liste auswählen" },
  need_failed_import: {
    en: "{count, plural, one {# import failed} other {# imports failed}}",
    de: "{count, plural, one {# Import ist fehlgeschlagen} other {# Importe sind fehlgeschlagen}}",
  },
  need_failed_import_hint: { en: "See what went wrong", de: "Fehler ansehen" },
});
