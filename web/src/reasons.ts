import { locale } from "./i18n.ts";

// The categories of delivery/result and the reasons for skipping, in a reader's words.
const words: Record<string, { en: string; de: string }> = {
  accepted: { en: "Accepted by the server", de: "Vom Server angenommen" },
  invalid_mailbox: { en: "There is no such mailbox", de: "Dieses Postfach gibt es nicht" },
  unclear_550: { en: "Refused without a clear reason", de: "Ohne klaren Grund abgewiesen" },
  bad_domain: { en: "The domain takes no mail", de: "Die Domain nimmt keine E-Mail an" },
  no_domain: { en: "The domain does not exist", de: "Die Domain gibt es nicht" },
  private_target: {
    en: "The domain's servers are in a private network",
    de: "Die Server der Domain liegen in einem privaten Netz",
  },
  tls_policy: {
    en: "The connection was not secure enough",
    de: "Die Verbindung war nicht sicher genug",
  },
  inactive_mailbox: { en: "The mailbox is disabled", de: "Das Postfach ist stillgelegt" },
  moved: { en: "The mailbox has moved", de: "Das Postfach ist umgezogen" },
  mailbox_full: { en: "The mailbox is full", de: "Das Postfach ist voll" },
  greylist: { en: "Greylisted: the server asked to try later", de: "Greylisting: später erneut" },
  rcpt_rate: { en: "The mailbox gets mail too fast", de: "Das Postfach erhält zu schnell E-Mail" },
  rate_limit: { en: "The server limits how fast we send", de: "Der Server begrenzt unser Tempo" },
  ip_reputation: { en: "Our sending address is blocked", de: "Unsere Absendeadresse ist gesperrt" },
  domain_reputation: { en: "The sending domain's reputation", de: "Der Ruf der Absenderdomain" },
  spam_content: { en: "Taken for spam", de: "Für Spam gehalten" },
  auth_failure: {
    en: "SPF, DKIM or DMARC did not pass",
    de: "SPF, DKIM oder DMARC nicht bestanden",
  },
  sender_refused: {
    en: "Our sender address or server name was refused",
    de: "Unsere Absenderadresse oder unser Servername wurde abgewiesen",
  },
  policy: { en: "Against the server's policy", de: "Gegen die Regeln des Servers" },
  filtered: { en: "Filtered by the recipient", de: "Vom Empfänger gefiltert" },
  relay_denied: {
    en: "The relay refused to pass it on",
    de: "Das Relay wollte nicht weiterleiten",
  },
  msg_too_large: { en: "The message is too large", de: "Die Nachricht ist zu groß" },
  syntax_unsupported: {
    en: "The server does not support the address or message",
    de: "Adresse oder Nachricht wird nicht unterstützt",
  },
  virus: { en: "Taken for a virus", de: "Für einen Virus gehalten" },
  dns_failure: { en: "The domain could not be looked up", de: "Die Domain war nicht zu finden" },
  net: { en: "The server could not be reached", de: "Der Server war nicht erreichbar" },
  system: { en: "A fault of the receiving server", de: "Ein Fehler des Empfangsservers" },
  loop: { en: "The message went in circles", de: "Die Nachricht lief im Kreis" },
  expired: { en: "Tried for two days without success", de: "Zwei Tage lang erfolglos versucht" },
  ambiguous: { en: "The server's answer was lost", de: "Die Antwort des Servers ging verloren" },
  second_copy: { en: "Sent a second time", de: "Ein zweites Mal gesendet" },
  unsubscribed: { en: "Unsubscribed meanwhile", de: "Inzwischen abgemeldet" },
  hard_bounce: { en: "Bounced before", de: "Früher unzustellbar" },
  complaint: { en: "Reported as spam before", de: "Früher als Spam gemeldet" },
  manual: { en: "Suppressed by hand", de: "Von Hand gesperrt" },
  null_mx: {
    en: "The domain says it takes no mail",
    de: "Die Domain nimmt laut DNS keine E-Mail an",
  },
  quota: { en: "The relay's quota is used up", de: "Das Kontingent des Relays ist erschöpft" },
  protocol: {
    en: "The server broke the protocol",
    de: "Der Server hielt sich nicht ans Protokoll",
  },
  suppressed_unsubscribed: {
    en: "Unsubscribed before it was sent",
    de: "Vor dem Versand abgemeldet",
  },
  suppressed_hard_bounce: { en: "Bounced before", de: "Früher unzustellbar" },
  suppressed_complaint: { en: "Reported spam before", de: "Früher Spam gemeldet" },
  suppressed_manual: { en: "Suppressed by hand", de: "Von Hand gesperrt" },
  paused: { en: "Asked for a pause", de: "Hat um eine Pause gebeten" },
  suppressed_spamtrap: { en: "Known spam trap", de: "Bekannte Spamfalle" },
  suppressed_blocked_domain: { en: "Blocked domain", de: "Gesperrte Domain" },
  cancelled: { en: "The campaign was cancelled", de: "Die Kampagne wurde abgebrochen" },
  suppressed_erasure: { en: "Asked to be erased", de: "Hat um Löschung der Daten gebeten" },
  excluded: {
    en: "In a list or segment that the campaign leaves out",
    de: "In einer Liste oder einem Segment, das die Kampagne auslässt",
  },
  left_list: {
    en: "Left the list before it was sent",
    de: "Hat die Liste vor dem Versand verlassen",
  },
  left_segment: {
    en: "No longer in the segment when it was sent",
    de: "Beim Versand nicht mehr im Segment",
  },
  unconfirmed: { en: "Sign-up not confirmed", de: "Anmeldung nicht bestätigt" },
  address_changed: {
    en: "The address was changed after the launch",
    de: "Die Adresse wurde nach dem Start geändert",
  },
  merged: {
    en: "The contact was merged into another one",
    de: "Der Kontakt wurde mit einem anderen zusammengeführt",
  },
  already_sent: {
    en: "Got it at another address that was merged into this contact",
    de: "Hat sie an einer anderen Adresse erhalten, die mit diesem Kontakt zusammengeführt wurde",
  },
  invalid: { en: "The address cannot be mailed", de: "An diese Adresse ist kein Versand möglich" },
  contact_deleted: { en: "The contact was deleted", de: "Der Kontakt wurde gelöscht" },
  postponed: {
    en: "Waits: its servers are suspended or slow",
    de: "Wartet: die Server sind ausgesetzt oder langsam",
  },
  no_route: {
    en: "No route may be used for the domain",
    de: "Für die Domain darf keine Route benutzt werden",
  },
  render_error: {
    en: "The message could not be made for them",
    de: "Die Nachricht ließ sich nicht erzeugen",
  },
};

/** A reason code as a sentence; a code nobody wrote words for is shown as it is. */
export function reasonText(reason: string): string {
  const known = Object.hasOwn(words, reason) ? words[reason] : undefined;
  return known?.[locale.value] ?? reason.replaceAll("_", " ");
}
