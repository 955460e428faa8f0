import type { RefusalWords } from "./words.ts";

/** What a check found in the DNS. */
export const dnsRecords = {
  dns_no_answer: {
    en: "The DNS did not answer: {fault}",
    de: "Das DNS hat nicht geantwortet: {fault}",
  },
  ptr_missing: {
    de: "{address} hat keinen PTR-Eintrag. Bitten Sie den Anbieter der IP-Adresse, ihn auf {name} zu setzen. Gmail lehnt E-Mails ohne PTR-Eintrag ab.",
  },
  ptr_unconfirmed: {
    de: "Der PTR-Eintrag von {address} enthält {name}, aber {name} führt nicht zu dieser Adresse. Legen Sie für {name} einen {type}-Eintrag mit {address} an.",
  },
  ptr_confirmed: { de: "{address} und {name} verweisen aufeinander." },
  ptr_other_name: {
    de: "Der PTR-Eintrag von {address} enthält {name}, aber der EHLO-Name ist {ehlo}. Verwenden Sie {name} als EHLO-Namen, oder lassen Sie den PTR-Eintrag ändern.",
  },
  ptr_source_missing: {
    de: "Es ist keine IP-Adresse angegeben. Daher wählt das Betriebssystem eine, und SwiftMail kann ihren Hostnamen nicht prüfen. Tragen Sie die IP-Adressen dieses Hosts unter Adressen ein.",
  },

  record_unchecked: { de: "Noch nicht geprüft." },
  dkim_missing: { de: "Unter diesem Namen ist noch kein DKIM-Schlüssel veröffentlicht." },
  dkim_published: { de: "Der Schlüssel ist veröffentlicht." },
  dkim_several: {
    de: "Es ist mehr als ein Schlüssel veröffentlicht. Entfernen Sie alle außer dem hier gezeigten.",
  },
  dkim_other: {
    de: "Es ist ein anderer Schlüssel veröffentlicht. Ersetzen Sie ihn durch den hier gezeigten.",
  },

  dmarc_missing: {
    de: "Es gibt keine DMARC-Richtlinie. Gmail und Yahoo verlangen eine von Absendern großer Mengen.",
  },
  dmarc_several: { de: "Es gibt mehrere DMARC-Einträge. Behalten Sie nur einen." },
  dmarc_without_policy: {
    de: "Der Eintrag enthält keine Richtlinie. Fügen Sie p=none, p=quarantine oder p=reject hinzu.",
  },
  dmarc_found: {
    de: "Die DMARC-Richtlinie ist {policy}. Die DKIM-Signatur von SwiftMail stimmt mit ihr überein.",
  },
  dmarc_strict: {
    de: "Die DMARC-Richtlinie ist {policy}. Die DKIM-Signatur von SwiftMail stimmt mit ihr überein. Die Richtlinie ist streng (adkim=s). Daher gilt das nur für Absender mit genau dieser Domain.",
  },

  return_path_missing: {
    de: "Dieser Eintrag fehlt. Rückläufer können nicht an diese Domain gesendet werden, und SPF stimmt nicht mit ihr überein.",
  },
  return_path_found: { de: "Rückläufer werden an diesen Namen gesendet." },
  return_path_other: {
    de: "Der Eintrag führt zu {found}. Ändern Sie ihn so, dass er nur {wanted} enthält.",
  },

  tracking_missing: {
    de: "Dieser Eintrag fehlt. Links verwenden den Hostnamen dieser Instanz.",
  },
  tracking_other: { de: "Der Name führt zu einem anderen Host." },
  tracking_unanswered: {
    de: "Der Name führt zu dieser Instanz, aber unter https://{host} antwortet nichts. Der Proxy vor dieser Instanz braucht ein Zertifikat für diesen Namen. Bis dahin verwenden Links den Hostnamen dieser Instanz.",
  },
  tracking_found: { de: "Der Name führt zu dieser Instanz, und Links verwenden ihn." },

  spf_missing: {
    de: "Es gibt keinen SPF-Eintrag. Daher ist niemand berechtigt, für diese Domain zu senden.",
  },
  spf_missing_relay: {
    de: "Es gibt keinen SPF-Eintrag. Die Dokumentation Ihres Relays nennt, was er enthalten muss.",
  },
  spf_several: {
    de: "Es gibt mehrere SPF-Einträge. Das ist ein Fehler (RFC 7208 §3.2). Führen Sie sie zu einem zusammen.",
  },
  spf_part_failed: {
    en: "A part of the SPF record could not be looked up. {name}: {fault}",
    de: "Ein Teil des SPF-Eintrags ließ sich nicht abfragen. {name}: {fault}",
  },
  spf_include_empty: {
    de: "Der Eintrag bindet {name} ein, das keinen SPF-Eintrag hat. Entfernen Sie diesen Teil (RFC 7208 §5.2).",
  },
  spf_many_lookups: {
    de: "Der Eintrag erfordert {lookups, number} DNS-Abfragen. Mehr als {max, number} sind ein Fehler (RFC 7208 §4.6.4). Entfernen Sie, was keine E-Mails mehr sendet.",
  },
  spf_incomplete: {
    de: "Der Eintrag enthält {missing} nicht. Ändern Sie ihn in: {record}",
  },
  spf_found: { de: "Es gibt genau einen SPF-Eintrag." },
  spf_complete: {
    de: "Der Eintrag berechtigt alle Versandwege und erfordert {lookups, number} von höchstens {max, number} DNS-Abfragen.",
  },

  domain_for_tests: {
    de: "{name} ist für Tests reserviert. E-Mails von dieser Domain erreichen nur das Test-Postfach.",
  },
} satisfies Record<string, RefusalWords>;
