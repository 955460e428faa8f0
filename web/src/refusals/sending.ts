import type { RefusalWords } from "./words.ts";

const removeOne = { de: "Entfernen Sie einen davon." };

export const sending = {
  direct_not_allowed: {
    de: "Ein Administrator dieser Instanz muss den Direktversand zuerst unter Instanz erlauben.",
  },
  route_of_campaign: {
    de: "Die Kampagne „{campaign}“ verwendet diesen Versandweg. Brechen Sie sie ab, oder warten Sie, bis sie abgeschlossen ist.",
  },
  route_alone_in_group: {
    de: "Die Gruppe „{group}“ hat keinen anderen Versandweg. Fügen Sie einen hinzu, oder löschen Sie zuerst die Gruppe.",
  },
  group_of_campaign: {
    de: "Die Kampagne „{campaign}“ verwendet diese Gruppe. Brechen Sie sie ab, oder warten Sie, bis sie abgeschlossen ist.",
  },
  group_empty_of_routes: {
    en: "This group is empty.",
    de: "Diese Gruppe ist leer.",
    hint: { de: "Wählen Sie mindestens einen Versandweg." },
  },
  route_twice: {
    en: "“{route}” is in the group twice.",
    de: "„{route}“ ist doppelt vorhanden.",
    hint: removeOne,
  },
  test_inbox_in_group: {
    en: "The test inbox delivers nothing, so it cannot be in a group.",
    de: "Das Test-Postfach stellt nichts zu und kann deshalb nicht zu einer Gruppe gehören.",
    hint: { de: "Verwenden Sie es allein, oder lassen Sie es weg." },
  },
  private_relay: {
    en: "This is an address of this machine, a private network or a cloud metadata service.",
    de: "Das ist eine Adresse dieses Rechners, eines privaten Netzes oder des Metadatendienstes einer Cloud.",
    hint: {
      de: "Geben Sie eine öffentliche Adresse an, oder bitten Sie einen Administrator dieser Instanz, private Relays unter Instanz → Einstellungen zu erlauben.",
    },
  },
  unknown_preset: {
    en: "This provider is not known.",
    de: "Dieser Anbieter ist nicht bekannt.",
    hint: {
      de: "GET /api/v1/route-presets nennt die bekannten. Lassen Sie das Feld für jeden anderen Server leer.",
    },
  },
  not_a_host: {
    en: "This is not a host name or an IP address.",
    de: "Das ist weder ein Hostname noch eine IP-Adresse.",
    hint: { de: "Zum Beispiel smtp.example.com, ohne https:// und ohne Port." },
  },
  port_missing: {
    en: "Enter a port.",
    de: "Geben Sie einen Port ein.",
    hint: { de: "Üblich ist 587 mit STARTTLS oder 465 mit TLS von Anfang an." },
  },
  password_missing: {
    en: "This user name needs a password.",
    de: "Zu diesem Benutzernamen fehlt das Passwort.",
  },
  username_missing: {
    en: "This password needs a user name.",
    de: "Zu diesem Passwort fehlt der Benutzername.",
  },
  oauth_username_missing: {
    en: "OAuth 2.0 needs a user name.",
    de: "Für OAuth 2.0 fehlt der Benutzername.",
    hint: { de: "Das ist das Postfach, das sich anmeldet, zum Beispiel news@example.com." },
  },
  oauth_password_unused: {
    en: "OAuth 2.0 uses no password.",
    de: "OAuth 2.0 verwendet kein Passwort.",
    hint: { de: "Lassen Sie das Passwort leer, oder entfernen Sie OAuth 2.0." },
  },
  oauth_url_not_https: {
    en: "This is not an https URL.",
    de: "Das ist keine https-URL.",
    hint: { de: "Sie beginnt mit https:// und steht in der Dokumentation des Anbieters." },
  },
  oauth_client_missing: {
    en: "OAuth 2.0 needs this value.",
    de: "OAuth 2.0 benötigt diesen Wert.",
    hint: { de: "Der Anbieter zeigt ihn dort, wo die Anwendung registriert ist." },
  },
  unused_when_direct: {
    en: "Direct sending does not use this.",
    de: "Der Direktversand verwendet dies nicht.",
    hint: {
      de: "Lassen Sie das Feld leer: Die Server ergeben sich aus den Domains der Empfänger.",
    },
  },
  oauth_unused_when_direct: {
    en: "Direct sending does not use OAuth 2.0.",
    de: "Der Direktversand verwendet kein OAuth 2.0.",
  },
  relays_only: {
    en: "This is for relays only.",
    de: "Dies gilt nur für Relays.",
    hint: { de: "Nur manche Relays vertragen es." },
  },
  not_an_ip: {
    en: "This is not an IP address.",
    de: "Das ist keine IP-Adresse.",
    hint: { de: "Zum Beispiel 203.0.113.7. Es muss eine Adresse dieses Rechners sein." },
  },
  source_twice: {
    en: "This address is used twice.",
    de: "Diese Adresse ist doppelt vorhanden.",
    hint: { de: "Geben Sie einer davon eine andere Adresse, oder entfernen Sie sie." },
  },
  not_a_full_host: {
    en: "This is not a full host name.",
    de: "Das ist kein vollständiger Hostname.",
    hint: {
      de: "Das ist der Name, den der PTR-Eintrag der Adresse nennt, zum Beispiel mta1.example.com.",
    },
  },
  warm_up_target_small: {
    en: "The target is lower than the limit of the first day.",
    de: "Das Ziel ist kleiner als der erste Tag.",
    hint: { de: "Das Ziel ist, was ein Tag am Ende erreichen darf." },
  },
  not_a_domain_pattern: {
    en: "“{domain}” is not a domain.",
    de: "„{domain}“ ist keine Domain.",
    hint: { de: "Eine Domain wie example.com, oder *.example.com für alle darunter." },
  },
  domain_allowed_and_denied: {
    en: "“{domain}” is both allowed and excluded.",
    de: "„{domain}“ ist zugleich erlaubt und verboten.",
    hint: { de: "Entfernen Sie die Domain aus einer der beiden Listen." },
  },
  secret_again: {
    en: "Enter this again, because {change, select, host {the host changes} security {the connection becomes less secure} other {the token URL changes}}.",
    de: "Geben Sie dies erneut ein, weil {change, select, host {sich der Host ändert} security {die Verbindung weniger sicher wird} other {sich die Token-Adresse ändert}}.",
  },

  not_a_domain_name: {
    en: "This is not a domain name.",
    de: "Das ist kein Domainname.",
    hint: { de: "Zum Beispiel news.example.com." },
  },
  domain_is_suffix: {
    en: "Nobody can own {domain} itself, because people register names below it.",
    de: "Niemandem gehört {domain} selbst: Registriert werden Namen darunter.",
    hint: { de: "Zum Beispiel example.co.uk." },
  },
  domain_of_provider: {
    en: "{domain} belongs to a mailbox provider, and mail sent from it by anyone else is rejected.",
    de: "{domain} gehört einem Postfachanbieter. Mails, die andere mit dieser Domain senden, werden deshalb abgelehnt.",
    hint: { de: "Verwenden Sie eine eigene Domain." },
  },
  domain_exists: { de: "Die Domain {domain} gibt es bereits." },
  domain_of_campaign: {
    de: "Die Kampagne „{campaign}“ wird mit dieser Domain signiert. Brechen Sie sie ab, oder warten Sie, bis sie abgeschlossen ist.",
  },
  key_not_pem: {
    en: "This is not a private key in PEM format.",
    de: "Das ist kein privater Schlüssel im PEM-Format.",
    hint: { de: "Er beginnt mit -----BEGIN." },
  },
  key_not_rsa: {
    en: "This is not an RSA key.",
    de: "Das ist kein RSA-Schlüssel.",
    hint: { de: "Yahoo und Microsoft prüfen nur RSA." },
  },
  key_short: {
    en: "This key has fewer than {bits} bits.",
    de: "Dieser Schlüssel hat weniger als {bits} Bits.",
    hint: { en: "Use {better} bits or more.", de: "Verwenden Sie {better} oder mehr." },
  },
  no_next_key: { de: "Es gibt keinen nächsten Schlüssel. Erstellen Sie zuerst einen." },
  next_key_exists: {
    de: "Es gibt bereits einen nächsten Schlüssel. Wechseln Sie zuerst zu ihm, oder entfernen Sie ihn.",
  },
  next_key_unpublished: {
    de: "Der Eintrag {host} steht noch nicht so im DNS wie hier angezeigt. Veröffentlichen Sie ihn, und prüfen Sie erneut.",
  },
  key_changed: { de: "Der Schlüssel wurde gerade geändert. Laden Sie die Seite neu." },
  key_of_campaign: {
    de: "Die Kampagne „{campaign}“ verwendet diesen Schlüssel möglicherweise noch. Warten Sie, bis sie abgeschlossen ist.",
  },
  not_a_selector: {
    en: "This is not a selector.",
    de: "Das ist kein Selektor.",
    hint: { de: "Möglich sind Buchstaben, Ziffern und Bindestriche, zum Beispiel sm2." },
  },
  selector_used: {
    en: "This selector already has a key.",
    de: "Dieser Selektor hat bereits einen Schlüssel.",
    hint: { de: "Wählen Sie einen, der noch nie verwendet wurde." },
  },
  sender_of_campaign: {
    de: "Die geplante Kampagne „{campaign}“ verwendet diesen Absender.",
  },
  sender_exists: { de: "Den Absender {email} gibt es bereits." },

  too_many_rules: {
    de: "Es gibt bereits {max, number} eigene Regeln, mehr sind nicht möglich. Entfernen Sie zuerst eine.",
  },
  rules_incomplete: {
    en: "Every rule must be named exactly once. Someone else may have changed the rules.",
    de: "Jede Regel muss genau einmal vorkommen. Vielleicht hat jemand die Regeln geändert.",
  },
  not_a_reply: {
    en: "This is not a complete reply from a server.",
    de: "Das ist keine vollständige Ablehnung.",
    hint: { de: "Fügen Sie sie mit ihrem Code ein, zum Beispiel 421 4.7.0 Try again later." },
  },
  not_a_category: { en: "This is not a category.", de: "Das ist keine Kategorie." },
  rule_codes: { de: "Codes sehen aus wie 421, 45x oder 4xx." },
  rule_enhanced_codes: { de: "Codes sehen aus wie 4.7.28, *.7.26 oder 4.7.*." },
  rule_stage: { de: "Diesen SMTP-Schritt gibt es nicht." },
  rule_does_nothing: {
    de: "Die Regel tut nichts: Fügen Sie eine Aktion oder eine Kategorie hinzu.",
  },
  pattern_too_long: { de: "Der Ausdruck ist länger als {max, number} Zeichen." },
  pattern_too_large: { de: "Der Ausdruck ist zu groß." },
  pattern_invalid: { de: "Das ist kein regulärer Ausdruck: {fault}" },

  webhook_key_unused: {
    en: "This provider does not use a key. It authenticates by the webhook URL.",
    de: "Dieser Anbieter verwendet keinen Schlüssel: Er weist sich mit der Adresse des Webhooks aus.",
  },
  webhook_without_key: {
    de: "Speichern Sie zuerst den Schlüssel des Webhooks auf der Seite des Versandwegs.",
  },
  webhook_unproved: {
    de: "Die Anfrage belegt nicht, dass der Anbieter sie gesendet hat.",
  },
  webhook_not_sns: { de: "Die Anfrage ist nicht von Amazon SNS signiert." },
  webhook_other_topic: { de: "Ein anderes Thema ist abonniert: {topic}." },
  webhook_foreign_address: {
    de: "Das Abonnement kann nicht an einer Adresse bestätigt werden, die nicht Amazon gehört.",
  },
  webhook_certificate: {
    de: "Das Zertifikat von Amazon konnte nicht geladen werden: {fault}",
  },

  report_missing: { de: "Die Nachricht enthält keinen Bericht." },
  report_file_large: { de: "Die Datei ist größer als {megabytes, number} MB." },
  report_archive_damaged: {
    de: "Das Archiv ist beschädigt, oder es ist entpackt größer als {megabytes, number} MB.",
  },
  reports_large: { de: "Die Berichte zusammen sind größer als {megabytes, number} MB." },
  report_archive_no_directory: { de: "Das Archiv hat kein Verzeichnis." },
  report_archive_directory: { de: "Das Verzeichnis des Archivs ist beschädigt." },
  report_archive_packing: { de: "Das Archiv ist anders gepackt, als es Berichte sind." },
  report_elements: { de: "Die Berichte enthalten mehr Elemente, als ein Bericht haben kann." },
  report_xml_ends: { de: "Das XML des Berichts endet zu früh." },
  report_xml_doctype: {
    de: "Der Bericht hat einen Dokumenttyp. Berichte haben keinen.",
  },
  report_xml_malformed: { de: "Das XML des Berichts ist nicht wohlgeformt." },
  report_xml_deep: { de: "Das XML des Berichts ist zu tief verschachtelt." },
  report_incomplete: {
    de: "Das ist kein DMARC-Sammelbericht: Domain, Kennung oder Zeitraum fehlt.",
  },
  report_unproved_domain: {
    de: "Der Bericht betrifft {domain}. Kein Arbeitsbereich hat diese Domain nachgewiesen.",
  },
  report_foreign_domain: {
    de: "Der Bericht betrifft {domain}. Das ist keine Absenderdomain dieses Arbeitsbereichs.",
  },
  report_records: { de: "Der Bericht hat mehr als {max, number} Einträge." },
  reports_wait: { de: "Es warten bereits zu viele DMARC-Berichte." },
  report_thread_stopped: { de: "Der Thread, der Berichte liest, ist nicht gestartet." },
} satisfies Record<string, RefusalWords>;
