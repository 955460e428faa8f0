import { locale } from "./i18n.ts";

// Descriptions of the categories of delivery/result and of the reasons for skipping.
const words: Record<string, { en: string; de: string }> = {
  accepted: { en: "Accepted by the server", de: "Vom Server angenommen" },
  invalid_mailbox: { en: "The mailbox does not exist", de: "Dieses Postfach gibt es nicht" },
  unclear_550: { en: "Rejected without a clear reason", de: "Ohne klaren Grund abgelehnt" },
  bad_domain: { en: "The domain does not accept mail", de: "Die Domain nimmt keine E-Mail an" },
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
  greylist: {
    en: "Greylisted: the server asked SwiftMail to try again later",
    de: "Greylisting: Der Server bat um einen späteren Versuch",
  },
  rcpt_rate: {
    en: "The mailbox is receiving mail too fast",
    de: "Das Postfach erhält zu schnell E-Mail",
  },
  rate_limit: {
    en: "The receiving server limits your sending speed",
    de: "Der empfangende Server begrenzt Ihr Tempo",
  },
  ip_reputation: {
    en: "Your sending IP address is blocked",
    de: "Ihre sendende IP-Adresse ist gesperrt",
  },
  domain_reputation: {
    en: "Poor reputation of the sending domain",
    de: "Schlechter Ruf der Absenderdomain",
  },
  spam_content: { en: "Rejected as spam", de: "Als Spam abgelehnt" },
  auth_failure: {
    en: "SPF, DKIM or DMARC failed",
    de: "SPF, DKIM oder DMARC nicht bestanden",
  },
  sender_refused: {
    en: "Your sender address or host name was rejected",
    de: "Ihre Absenderadresse oder Ihr Hostname wurde abgelehnt",
  },
  policy: { en: "Rejected by the server's policy", de: "Durch die Regeln des Servers abgelehnt" },
  filtered: { en: "Filtered by the recipient", de: "Vom Empfänger gefiltert" },
  relay_denied: {
    en: "The relay refused to forward it",
    de: "Das Relay wollte nicht weiterleiten",
  },
  msg_too_large: { en: "The message is too large", de: "Die Nachricht ist zu groß" },
  syntax_unsupported: {
    en: "The server does not support the address or message",
    de: "Adresse oder Nachricht wird nicht unterstützt",
  },
  virus: { en: "Rejected as a virus", de: "Als Virus abgelehnt" },
  dns_failure: { en: "The domain could not be looked up", de: "Die Domain war nicht zu finden" },
  net: { en: "The server could not be reached", de: "Der Server war nicht erreichbar" },
  system: {
    en: "The receiving server had a problem",
    de: "Der empfangende Server hatte ein Problem",
  },
  loop: { en: "The message went in a loop", de: "Die Nachricht geriet in eine Schleife" },
  expired: { en: "Could not be delivered for two days", de: "Zwei Tage lang nicht zustellbar" },
  ambiguous: { en: "The server's answer was lost", de: "Die Antwort des Servers ging verloren" },
  second_copy: { en: "Sent a second time", de: "Ein zweites Mal gesendet" },
  unsubscribed: { en: "Unsubscribed before it was sent", de: "Vor dem Versand abgemeldet" },
  hard_bounce: { en: "Bounced earlier", de: "Früher unzustellbar" },
  complaint: { en: "Reported spam earlier", de: "Früher Spam gemeldet" },
  manual: { en: "Suppressed manually", de: "Manuell gesperrt" },
  unclear: {
    en: "Held back after an import: consent unclear",
    de: "Zurückgehalten: Zustimmung nach einem Import unklar",
  },
  null_mx: {
    en: "The domain says it does not accept mail",
    de: "Die Domain nimmt laut DNS keine E-Mail an",
  },
  quota: { en: "The relay's quota is used up", de: "Das Kontingent des Relays ist erschöpft" },
  protocol: {
    en: "The receiving server broke the SMTP protocol",
    de: "Der empfangende Server hielt das SMTP-Protokoll nicht ein",
  },
  suppressed_unsubscribed: {
    en: "Unsubscribed before it was sent",
    de: "Vor dem Versand abgemeldet",
  },
  suppressed_hard_bounce: { en: "Bounced earlier", de: "Früher unzustellbar" },
  suppressed_complaint: { en: "Reported spam earlier", de: "Früher Spam gemeldet" },
  suppressed_manual: { en: "Suppressed manually", de: "Manuell gesperrt" },
  suppressed_unclear: {
    en: "Held back after an import: consent unclear",
    de: "Zurückgehalten: Zustimmung nach einem Import unklar",
  },
  paused: { en: "Paused by the contact", de: "Vom Kontakt pausiert" },
  suppressed_spamtrap: { en: "Known spam trap", de: "Bekannte Spamfalle" },
  suppressed_blocked_domain: { en: "Blocked domain", de: "Gesperrte Domain" },
  cancelled: { en: "The campaign was cancelled", de: "Die Kampagne wurde abgebrochen" },
  suppressed_erasure: { en: "Asked to be erased", de: "Hat um Löschung der Daten gebeten" },
  excluded: {
    en: "In a list or segment that the campaign excludes",
    de: "In einer Liste oder einem Segment, das die Kampagne ausschließt",
  },
  left_list: {
    en: "Unsubscribed from the list before it was sent",
    de: "Vor dem Versand von der Liste abgemeldet",
  },
  left_segment: {
    en: "No longer in the segment when it was sent",
    de: "Beim Versand nicht mehr im Segment",
  },
  unconfirmed: { en: "Sign-up not confirmed", de: "Anmeldung nicht bestätigt" },
  address_changed: {
    en: "The address changed after the campaign started",
    de: "Die Adresse wurde nach dem Start geändert",
  },
  merged: {
    en: "The contact was merged into another one",
    de: "Der Kontakt wurde mit einem anderen zusammengeführt",
  },
  already_sent: {
    en: "Received it at another address that was merged into this contact",
    de: "Hat sie an einer anderen Adresse erhalten, die mit diesem Kontakt zusammengeführt wurde",
  },
  invalid: { en: "The address is not valid", de: "Die Adresse ist ungültig" },
  contact_deleted: { en: "The contact was deleted", de: "Der Kontakt wurde gelöscht" },
  postponed: {
    en: "Waiting: the receiving servers are paused or slow",
    de: "Wartet: Die empfangenden Server sind pausiert oder langsam",
  },
  no_route: {
    en: "No sending method allows this domain",
    de: "Kein Versandweg erlaubt diese Domain",
  },
  render_error: {
    en: "The message could not be created for this contact",
    de: "Die Nachricht ließ sich für diesen Kontakt nicht erzeugen",
  },
};

/** Describes a reason code. An unknown code is shown as it is. */
export function reasonText(reason: string): string {
  const known = Object.hasOwn(words, reason) ? words[reason] : undefined;
  return known?.[locale.value] ?? reason.replaceAll("_", " ");
}
