import type { LaunchFaultCode } from "../../../../server/app.ts";
import { type Locale, messages } from "../../i18n.ts";

/** What keeps a campaign from being sent or would hurt it; the compiler reports a code without words. */
export const t = messages({
  no_subject: { en: "Write a subject.", de: "Schreiben Sie einen Betreff." },
  no_body: { en: "Write the message.", de: "Schreiben Sie die Nachricht." },
  content_unchecked: {
    en: "The message is still being checked. Try again in a moment.",
    de: "Die Nachricht wird noch geprüft. Versuchen Sie es gleich erneut.",
  },
  no_audience: { en: "Choose recipients.", de: "Wählen Sie Empfänger." },
  list_deleted: {
    en: "A list in the audience was deleted. Remove it or choose another one.",
    de: "Eine Liste der Zielgruppe wurde gelöscht. Entfernen Sie sie oder wählen Sie eine andere.",
  },
  no_sender: { en: "Choose a sender.", de: "Wählen Sie einen Absender." },
  no_route: { en: "Choose a sending method.", de: "Wählen Sie einen Versandweg." },
  route_disabled: {
    en: "The sending method is turned off. Turn it on or choose another one.",
    de: "Der Versandweg ist ausgeschaltet. Schalten Sie ihn ein oder wählen Sie einen anderen.",
  },
  sender_test_only: {
    en: "The sender's domain is reserved for testing. Use it only with the test inbox or a relay in your own network.",
    de: "Die Domain des Absenders ist für Tests reserviert. Verwenden Sie sie nur mit dem Test-Postfach oder einem Relay in Ihrem eigenen Netz.",
  },
  sent_before: {
    en: "This campaign was already sent on {day}, before an older copy of this workspace was restored. Its recipients would get it twice. To send it anyway, duplicate it and send the duplicate.",
    de: "Diese Kampagne wurde bereits am {day} gesendet, bevor eine ältere Kopie dieses Arbeitsbereichs wiederhergestellt wurde. Ihre Empfänger würden sie zweimal erhalten. Um sie trotzdem zu senden, duplizieren Sie sie und senden Sie das Duplikat.",
  },
  empty_audience: {
    en: "There are no recipients: everyone in the audience is unsubscribed or suppressed, or it is empty.",
    de: "Es gibt keine Empfänger: Alle in der Zielgruppe sind abgemeldet oder gesperrt, oder sie ist leer.",
  },
  no_unsubscribe_link: {
    en: "The message has no unsubscribe link. SwiftMail adds one at the end.",
    de: "Die Nachricht hat keinen Abmeldelink. SwiftMail fügt am Ende einen hinzu.",
  },
  no_text: {
    en: "The plain text is empty. Remove it to generate it from the HTML.",
    de: "Der Nur-Text-Teil ist leer. Entfernen Sie ihn, damit er aus dem HTML erzeugt wird.",
  },
  only_images: {
    en: "The message contains only images. Add text, because spam filters distrust messages without it.",
    de: "Die Nachricht enthält nur Bilder. Fügen Sie Text hinzu, denn Spamfilter misstrauen Nachrichten ohne Text.",
  },
  no_postal_address: {
    en: "The workspace has no postal address. Many countries require one in marketing email.",
    de: "Der Arbeitsbereich hat keine Postanschrift. Viele Länder verlangen sie in Werbe-E-Mails.",
  },
  route_unsigned: {
    en: 'The sending method "{route}" does not sign with DKIM. Make sure that the relay does.',
    de: "Der Versandweg „{route}“ signiert nicht mit DKIM. Stellen Sie sicher, dass das Relay es tut.",
  },
  domain_missing: {
    en: "The domain {domain} is not set up, so SwiftMail does not sign messages with DKIM.",
    de: "Die Domain {domain} ist nicht eingerichtet. Daher signiert SwiftMail Nachrichten nicht mit DKIM.",
  },
  domain_missing_direct: {
    en: "The domain {domain} is not set up. Direct sending requires DKIM signatures, so add the domain first.",
    de: "Die Domain {domain} ist nicht eingerichtet. Direkter Versand erfordert DKIM-Signaturen. Fügen Sie deshalb zuerst die Domain hinzu.",
  },
  domain_unverified: {
    en: "The DKIM record of {domain} was not found in DNS. Large providers will reject the mail or mark it as spam.",
    de: "Der DKIM-Eintrag von {domain} wurde im DNS nicht gefunden. Große Anbieter werden die E-Mails ablehnen oder als Spam einstufen.",
  },
  domain_key_lost: {
    en: "The DKIM record of {domain} is missing from DNS. It was last seen on {day}. Add it again.",
    de: "Der DKIM-Eintrag von {domain} fehlt im DNS. Er wurde zuletzt am {day} gefunden. Tragen Sie ihn wieder ein.",
  },
  public_url_local: {
    en: "Links in the message lead to {url}, which recipients cannot reach.",
    de: "Links in der Nachricht führen zu {url}. Empfänger können diese Adresse nicht erreichen.",
  },
  public_url_http: {
    en: "Links start with {url}. One-click unsubscribe works only with https (RFC 8058).",
    de: "Links beginnen mit {url}. Die Abmeldung mit einem Klick funktioniert nur mit https (RFC 8058).",
  },
} satisfies Record<LaunchFaultCode, Record<Locale, string>>);
