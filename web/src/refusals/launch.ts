import type { RefusalWords } from "./words.ts";

/** What prevents a campaign from being sent or would harm its delivery. */
export const launch = {
  refusals_lost: {
    de: "Änderungen an diesem Arbeitsbereich sind verloren gegangen. In seiner Sperrliste können daher Personen fehlen, die sich abgemeldet haben. Ein Administrator dieser Instanz muss zuerst den Hinweis auf der Instanzseite ausblenden.",
  },
  no_subject: { de: "Schreiben Sie einen Betreff." },
  no_body: { de: "Schreiben Sie die Nachricht." },
  content_unchecked: { de: "Die Nachricht wird noch geprüft. Versuchen Sie es gleich erneut." },
  no_audience: { de: "Wählen Sie Empfänger." },
  list_deleted: {
    de: "Eine Liste der Zielgruppe wurde gelöscht. Entfernen Sie sie oder wählen Sie eine andere.",
  },
  no_sender: { de: "Wählen Sie einen Absender." },
  no_route: { de: "Wählen Sie einen Versandweg." },
  route_disabled: {
    de: "Der Versandweg ist ausgeschaltet. Schalten Sie ihn ein oder wählen Sie einen anderen.",
  },
  sender_test_only: {
    de: "Die Domain des Absenders ist für Tests reserviert. Verwenden Sie sie nur mit dem Test-Postfach oder einem Relay in Ihrem eigenen Netz.",
  },
  sent_before: {
    en: "This campaign was already sent on {at}, before an older copy of this workspace was restored. Its recipients would get it twice. To send it anyway, duplicate it and send the duplicate.",
    de: "Diese Kampagne wurde bereits am {at} gesendet, bevor eine ältere Kopie dieses Arbeitsbereichs wiederhergestellt wurde. Ihre Empfänger würden sie zweimal erhalten. Um sie trotzdem zu senden, duplizieren Sie sie und senden Sie das Duplikat.",
  },
  empty_audience: {
    de: "Es gibt keine Empfänger: Alle in der Zielgruppe sind abgemeldet oder gesperrt, oder sie ist leer.",
  },
  no_unsubscribe_link: {
    de: "Die Nachricht hat keinen Abmeldelink. SwiftMail fügt am Ende einen hinzu.",
  },
  no_text: {
    de: "Der Nur-Text-Teil ist leer. Entfernen Sie ihn, damit er aus dem HTML erzeugt wird.",
  },
  only_images: {
    de: "Die Nachricht enthält nur Bilder. Fügen Sie Text hinzu, denn Spamfilter misstrauen Nachrichten ohne Text.",
  },
  no_postal_address: {
    de: "Der Arbeitsbereich hat keine Postanschrift. Viele Länder verlangen sie in Werbe-E-Mails.",
  },
  route_unsigned: {
    de: "Der Versandweg „{route}“ signiert nicht mit DKIM. Stellen Sie sicher, dass das Relay es tut.",
  },
  domain_missing: {
    de: "Die Domain {domain} ist nicht eingerichtet. Daher signiert SwiftMail Nachrichten nicht mit DKIM.",
  },
  domain_missing_direct: {
    de: "Die Domain {domain} ist nicht eingerichtet. Direkter Versand erfordert DKIM-Signaturen. Fügen Sie deshalb zuerst die Domain hinzu.",
  },
  domain_unverified: {
    de: "Der DKIM-Eintrag von {domain} wurde im DNS nicht gefunden. Große Anbieter werden die E-Mails ablehnen oder als Spam einstufen.",
  },
  domain_key_lost: {
    en: "The DKIM record of {domain} is missing from DNS. It was last seen on {at}. Add it again.",
    de: "Der DKIM-Eintrag von {domain} fehlt im DNS. Er wurde zuletzt am {at} gefunden. Tragen Sie ihn wieder ein.",
  },
  public_url_local: {
    de: "Links in der Nachricht führen zu {url}. Empfänger können diese Adresse nicht erreichen.",
  },
  public_url_http: {
    de: "Links beginnen mit {url}. Die Abmeldung mit einem Klick funktioniert nur mit https (RFC 8058).",
  },
  template_error: { de: "Die Nachricht enthält einen Fehler: {mistake}" },
} satisfies Record<string, RefusalWords>;
