import { messages } from "../../i18n.ts";

export const t = messages({
  title: { en: "Dashboard", de: "Übersicht" },
  contacts: { en: "Contacts", de: "Kontakte" },
  suppressed: {
    en: "{count, plural, =0 {none suppressed} other {# suppressed}}",
    de: "{count, plural, =0 {keiner gesperrt} other {# gesperrt}}",
  },
  sent: { en: "Sent, last 30 days", de: "Gesendet, letzte 30 Tage" },
  opened: { en: "Opened by people", de: "Von Menschen geöffnet" },
  clicked: { en: "Clicked by people", de: "Von Menschen geklickt" },
  unsubscribed: { en: "Unsubscribed", de: "Abgemeldet" },
  bounced: { en: "{share} bounced", de: "{share} unzustellbar" },
  ofSent: { en: "{share} of sent", de: "{share} der gesendeten" },
  openedTip: {
    en: "Messages opened by a person. Opens by mail programs and scanners are counted apart.",
    de: "Von einem Menschen geöffnete Nachrichten. Programme und Scanner werden getrennt gezählt.",
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
    en: "Bring in your contacts, write a message, and send it when you are ready.",
    de: "Holen Sie Ihre Kontakte herein, schreiben Sie eine Nachricht und senden Sie sie, wenn Sie so weit sind.",
  },
  newCampaign: { en: "New campaign", de: "Neue Kampagne" },
  importContacts: { en: "Import contacts", de: "Kontakte importieren" },
  needsYou: { en: "Needs you", de: "Wartet auf Sie" },
  allWell: { en: "Nothing waits for you.", de: "Nichts wartet auf Sie." },
  need_no_route: { en: "There is no way out for mail yet", de: "Es gibt noch keinen Versandweg" },
  need_no_route_hint: { en: "Add a route", de: "Weg hinzufügen" },
  need_no_sender: {
    en: "There is no sender address yet",
    de: "Es gibt noch keine Absenderadresse",
  },
  need_no_sender_hint: { en: "Add a sender", de: "Absender hinzufügen" },
  need_unverified_domain: {
    en: "{count, plural, one {# sending domain is not verified} other {# sending domains are not verified}}",
    de: "{count, plural, one {# Versanddomain ist nicht bestätigt} other {# Versanddomains sind nicht bestätigt}}",
  },
  need_unverified_domain_hint: { en: "See the DNS records", de: "DNS-Einträge ansehen" },
  need_paused_campaign: {
    en: "{count, plural, one {# campaign is paused} other {# campaigns are paused}}",
    de: "{count, plural, one {# Kampagne ist angehalten} other {# Kampagnen sind angehalten}}",
  },
  need_paused_campaign_hint: { en: "Look why", de: "Grund ansehen" },
  need_broken_form: {
    en: "{count, plural, one {# form leads} other {# forms lead}} to no list",
    de: "{count, plural, one {# Formular führt} other {# Formulare führen}} auf keine Liste",
  },
  need_broken_form_hint: { en: "Choose another list", de: "Andere Liste auswählen" },
  need_failed_import: {
    en: "{count, plural, one {# import failed} other {# imports failed}}",
    de: "{count, plural, one {# Import ist fehlgeschlagen} other {# Importe sind fehlgeschlagen}}",
  },
  need_failed_import_hint: { en: "See what went wrong", de: "Fehler ansehen" },
});
