import type { RefusalWords } from "./words.ts";

const fourWords = {
  de: "Vier oder fünf Wörter ohne Zusammenhang sind leicht zu merken und schwer zu erraten.",
};
const exampleUrl = { de: "Zum Beispiel https://mail.example.com." };

export const people = {
  wrong_credentials: { de: "Die E-Mail-Adresse oder das Passwort ist falsch." },
  too_many_attempts: {
    de: "Zu viele Versuche. Warten Sie {minutes, plural, one {eine Minute} other {# Minuten}}, oder setzen Sie das Passwort zurück.",
  },
  too_many_strangers: {
    de: "Für dieses Konto wurden aus unbekannten Netzen zu viele falsche Passwörter versucht. Warten Sie einige Minuten, oder setzen Sie das Passwort zurück: Mit dem Link in der E-Mail können Sie sich sofort anmelden.",
  },
  sign_in_busy: { de: "Gerade melden sich zu viele Personen an. Versuchen Sie es erneut." },
  not_your_password: { en: "This is not your password.", de: "Das ist nicht Ihr Passwort." },
  password_changed: {
    de: "Das Passwort wurde gerade geändert. Melden Sie sich mit dem neuen an.",
  },
  password_short: {
    en: "The password has {length, plural, one {# character} other {# characters}}. It needs at least {min, number}.",
    de: "Das Passwort hat {length, number} Zeichen. Es braucht mindestens {min, number}.",
    hint: fourWords,
  },
  password_long: {
    en: "The password is longer than {max, number} characters.",
    de: "Das Passwort ist länger als {max, number} Zeichen.",
    hint: { de: "Kürzen Sie es." },
  },
  password_repeats: {
    en: "The password repeats the same few characters.",
    de: "Das Passwort wiederholt dieselben wenigen Zeichen.",
    hint: fourWords,
  },
  password_is_address: {
    en: "The password is the email address.",
    de: "Das Passwort ist die E-Mail-Adresse.",
    hint: { de: "Wählen Sie etwas, das niemand nachschlagen kann." },
  },
  password_known: {
    en: "The password is easy to guess: it is the same as, or similar to, a password from known breaches.",
    de: "Das Passwort ist leicht zu erraten: Es steht in bekannten Datenlecks oder ähnelt einem solchen.",
    hint: fourWords,
  },
  account_exists: { de: "Ein Konto mit dieser Adresse gibt es bereits." },
  unknown_account: {
    en: "There is no account with this address.",
    de: "Es gibt kein Konto mit dieser Adresse.",
  },
  reset_link_stale: {
    en: "This link no longer works: it was already used or has expired.",
    de: "Dieser Link funktioniert nicht mehr: Er wurde bereits verwendet oder ist zu alt.",
    hint: { de: "Fordern Sie einen neuen an." },
  },

  already_member: { de: "Diese Person ist bereits Mitglied des Arbeitsbereichs." },
  invitation_of_other: {
    de: "Diese Einladung gilt für {email}. Melden Sie sich mit dieser Adresse an.",
  },
  invitation_stale: {
    de: "Diese Einladung gilt nicht mehr. Sie wurde verwendet oder zurückgezogen, ist älter als sieben Tage, oder wer sie gesendet hat, darf niemanden mehr einladen. Bitten Sie um eine neue.",
  },
  workspace_invited_enough: {
    de: "Dieser Arbeitsbereich hat für heute so oft eingeladen wie erlaubt. Versuchen Sie es morgen wieder.",
  },
  organization_invited_enough: {
    de: "Diese Organisation hat für heute so oft eingeladen wie erlaubt. Versuchen Sie es morgen wieder.",
  },
  address_invited_enough: {
    de: "Diese Organisation hat diese Adresse für heute so oft eingeladen wie erlaubt. Versuchen Sie es morgen wieder.",
  },
  members_permission_missing: {
    de: "Ihre Rolle in diesem Arbeitsbereich umfasst nicht das Recht members:write.",
  },
  owners_only: { de: "Nur Inhaber können Inhaber ändern oder entfernen." },
  last_owner: {
    de: "Ein Arbeitsbereich braucht einen Inhaber. Machen Sie zuerst jemand anderen zum Inhaber.",
  },
  organization_owners_only: { de: "Das können nur Inhaber der Organisation." },
  unknown_time_zone: {
    en: "There is no time zone “{name}”.",
    de: "Die Zeitzone „{name}“ gibt es nicht.",
    hint: { de: "Verwenden Sie einen IANA-Namen wie Europe/Berlin." },
  },
  postal_address_empty: {
    en: "Enter a postal address.",
    de: "Geben Sie eine Postanschrift ein.",
    hint: { de: "Die meisten Länder verlangen in jeder Werbe-E-Mail eine Postanschrift." },
  },

  unknown_scope: {
    en: "“{scope}” is not a permission that a key can have.",
    de: "„{scope}“ ist kein Recht, das ein Schlüssel haben kann.",
  },
  scope_beyond_role: {
    en: "Your own role does not include {scope}.",
    de: "Ihre eigene Rolle umfasst {scope} nicht.",
  },
  no_scopes: {
    en: "A key needs at least one permission.",
    de: "Ein Schlüssel ohne Rechte könnte nichts tun.",
    hint: { de: "Wählen Sie mindestens eines." },
  },

  setup_token_wrong: {
    de: "Das ist nicht das Einrichtungs-Token. Der Server hat es beim Start auf seiner Konsole ausgegeben.",
  },
  setup_token_missing: {
    de: "Geben Sie zuerst das Einrichtungs-Token ein. Der Server hat es beim Start auf seiner Konsole ausgegeben.",
  },
  already_set_up: {
    de: "Diese Instanz ist bereits eingerichtet. Melden Sie sich stattdessen an.",
  },
  step_done_elsewhere: {
    de: "Dieser Schritt wurde gerade in einem anderen Fenster abgeschlossen.",
  },
  step_missing: {
    de: "Schließen Sie zuerst den Schritt „{step, select, administrator {Administrator} organization {Organisation} workspace {Arbeitsbereich} public-url {Öffentliche URL} route {Versandweg} sender {Absender} test-message {Testnachricht} other {Abschluss}}“ ab.",
  },
  answer_lost: { de: "Der Assistent hat eine Antwort verloren, die er schon hatte." },
  route_check_failed: { de: "Die Prüfung ist beim Schritt {stage} fehlgeschlagen: {said}" },
  test_message_lost: {
    de: "Das Test-Postfach hat die Nachricht angenommen, aber sie ist nicht innerhalb von 10 Sekunden erschienen.",
  },
  url_without_protocol: {
    en: "The URL must start with https:// or http://.",
    de: "Die URL muss mit https:// oder http:// beginnen.",
    hint: exampleUrl,
  },
  url_with_user: {
    en: "The URL must not contain a user name.",
    de: "Die URL darf keinen Benutzernamen enthalten.",
    hint: exampleUrl,
  },
  url_with_path: {
    en: "The URL must end after the host name.",
    de: "Die URL muss nach dem Hostnamen enden.",
    hint: exampleUrl,
  },
  url_fixed: {
    en: "The environment variable PUBLIC_URL sets this to {url}.",
    de: "Die Umgebungsvariable PUBLIC_URL legt dies auf {url} fest.",
    hint: { de: "Ändern oder entfernen Sie zuerst diese Variable." },
  },
  proxies_fixed: {
    en: "The environment variable TRUSTED_PROXIES sets this to {ranges}.",
    de: "Die Umgebungsvariable TRUSTED_PROXIES legt dies auf {ranges} fest.",
    hint: { de: "Ändern Sie diese Variable." },
  },
  not_a_proxy: {
    en: "“{range}” is neither an IP address nor a range.",
    de: "„{range}“ ist weder eine Adresse noch ein Bereich.",
    hint: { de: "Zum Beispiel 10.0.0.7 oder 172.28.0.0/16." },
  },
  mail_host_empty: {
    en: "Enter a host.",
    de: "Geben Sie einen Host ein.",
    hint: { de: "Zum Beispiel smtp.example.com." },
  },
  mail_refused: {
    de: "{host} hat die Nachricht nicht angenommen: {said}",
  },
  mail_host_unreachable: {
    de: "Der Host ist nicht erreichbar: {said}.",
  },
  not_a_host_name: {
    en: "This is not a host name.",
    de: "Das ist kein Hostname.",
    hint: { de: "Zum Beispiel bounce.example.com." },
  },
  certificate_incomplete: {
    en: "Enter both the certificate and the key.",
    de: "Zertifikat und Schlüssel gehören zusammen, daher wird auch dies benötigt.",
  },
  certificate_unusable: {
    en: "This certificate cannot be used with this key: {fault}",
    de: "Dieses Zertifikat kann mit diesem Schlüssel nicht verwendet werden: {fault}",
  },

  only_lost_logs: {
    de: "Nur ein Arbeitsbereich, dessen -wal-Datei fehlt, kann trotzdem verwendet werden.",
  },
  file_also_damaged: { de: "Die Datei ist außerdem beschädigt: {fault}" },
  job_not_retryable: {
    de: "Nur fehlgeschlagene Aufgaben können erneut versucht werden, und nur, wenn dieselbe Aufgabe nicht schon wartet.",
  },
} satisfies Record<string, RefusalWords>;
