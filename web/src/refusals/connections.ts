import type { RefusalWords } from "./words.ts";

/** The steps of a connection to a mail server, and why a step fails. */
export const connections = {
  step_connected: { de: "Verbunden mit {address}, Port {port}." },
  step_encrypted: { de: "Verschlüsselt mit {version}, Zertifikat geprüft." },
  step_encrypted_unchecked: { de: "Verschlüsselt mit {version}, Zertifikat nicht geprüft." },
  step_greeted: { de: "Der Server hat die Begrüßung von SwiftMail angenommen." },
  step_signed_in: { de: "Angemeldet als {username}." },
  step_found_server: { de: "Der Mailserver von {domain} ist {host}." },
  step_from_source: { de: "Von {source}: {what}" },

  refused_password: {
    de: "Der Server hat den Benutzernamen „{username}“ oder sein Passwort nicht angenommen. Der Server antwortete: {said}",
  },
  refused_token: {
    de: "Der Server hat das Zugriffstoken für „{username}“ nicht angenommen. Der Server antwortete: {said}",
  },
  refused_connection: {
    de: "Der Server hat die Verbindung abgelehnt. Der Server antwortete: {said}",
  },
  refused_starttls: {
    de: "Der Server bietet STARTTLS an, hat es aber nicht begonnen. Der Server antwortete: {said}",
  },
  refused_step: { de: "Der Server antwortete: {said}" },
  advice_port_25: {
    de: "{fault} Viele Hosting-Anbieter sperren Port 25. Bitten Sie Ihren Anbieter, ihn zu öffnen, oder senden Sie über ein Relay.",
  },
  advice_use_tls: {
    de: "{fault} Wenn dieser Port von Anfang an TLS erwartet, wie Port 465, wählen Sie TLS.",
  },
  advice_use_starttls: {
    de: "{fault} Wenn dieser Port unverschlüsselt beginnt, wie die Ports 587 und 25, wählen Sie STARTTLS.",
  },
  advice_name_servers: {
    en: "{fault} Check the name servers of this machine.",
    de: "{fault} Prüfen Sie die Nameserver dieses Rechners.",
  },

  domain_malformed: {
    en: "{domain} is not a valid domain name.",
    de: "{domain} ist kein gültiger Domainname.",
  },
  domain_nonexistent: {
    en: "The domain {domain} does not exist.",
    de: "Die Domain {domain} gibt es nicht.",
  },
  domain_null_mx: {
    en: "The domain {domain} does not accept mail (null MX).",
    de: "Die Domain {domain} nimmt keine E-Mail an (Null-MX).",
  },
  domain_mx_unusable: {
    en: "The MX record of {domain} contains “{value}”, which is not a valid host name.",
    de: "Der MX-Eintrag von {domain} enthält „{value}“. Das ist kein gültiger Hostname.",
  },
  domain_mx_address: {
    en: "The MX record of {domain} contains “{value}”, which is an IP address and not a host name.",
    de: "Der MX-Eintrag von {domain} enthält „{value}“. Das ist eine IP-Adresse und kein Hostname.",
  },
  domain_without_server: {
    en: "The domain {domain} has no mail server and no address.",
    de: "Die Domain {domain} hat keinen Mailserver und keine Adresse.",
  },
  dns_query_failed: {
    en: "{fault} The query was for {type} of {name}.",
    de: "{fault} Abgefragt wurde {type} von {name}.",
  },
  dns_server_answered: {
    en: "The name server {server} answered {said}.",
    de: "Der Nameserver {server} antwortete {said}.",
  },
  dns_server_silent: {
    en: "The name server {server} did not answer ({fault}).",
    de: "Der Nameserver {server} antwortete nicht ({fault}).",
  },
  dns_server_truncated: {
    en: "The name server {server} sent only a part of its answer.",
    de: "Der Nameserver {server} sandte nur einen Teil seiner Antwort.",
  },
  dns_no_server: { en: "No name server is known.", de: "Es ist kein Nameserver bekannt." },
  dns_servers_unreadable: {
    en: "The list of name servers cannot be read ({fault}).",
    de: "Die Liste der Nameserver lässt sich nicht lesen ({fault}).",
  },
  host_unresolved: {
    en: "The name {host} does not resolve.",
    de: "Zum Namen {host} gibt es keine Adresse.",
  },
  host_unusable: {
    en: "{host} has no address that can be connected to.",
    de: "{host} hat keine Adresse, zu der eine Verbindung möglich ist.",
  },
  host_other_family: {
    en: "The name {host} has no address that the source address can connect to.",
    de: "Der Name {host} hat keine Adresse, die von der Absenderadresse aus erreichbar ist.",
  },
  host_not_allowed: {
    en: "The host {host} has the address {addresses}, in a network that may not be used.",
    de: "Der Host {host} hat die Adresse {addresses}. Sie liegt in einem Netz, das nicht verwendet werden darf.",
  },
  hosts_not_allowed: {
    en: "The mail servers ({hosts}) have the addresses {addresses}, to which mail may not be sent.",
    de: "Die Mailserver ({hosts}) haben die Adressen {addresses}. Dorthin darf keine E-Mail gesendet werden.",
  },
  hosts_other_family: {
    en: "The mail servers ({hosts}) have no {family} address, which the source address {source} needs.",
    de: "Die Mailserver ({hosts}) haben keine {family}-Adresse. Die Absenderadresse {source} braucht eine.",
  },
  hosts_without_address: {
    en: "The mail servers ({hosts}) have no address.",
    de: "Die Mailserver ({hosts}) haben keine Adresse.",
  },
  host_failed: { de: "{host} – {fault}" },

  connect_timeout: {
    en: "No connection to {address} port {port} within {seconds, number} s.",
    de: "Keine Verbindung zu {address}, Port {port}, innerhalb von {seconds, number} s.",
  },
  connect_failed: {
    de: "{address}, Port {port}: {fault}",
  },
  connect_refused: {
    en: "Connection refused: no program listens there, or a firewall blocks it.",
    de: "Verbindung abgelehnt. Dort läuft kein Programm, oder eine Firewall sperrt sie.",
  },
  connect_no_network: {
    en: "That network cannot be reached.",
    de: "Dieses Netz ist nicht erreichbar.",
  },
  connect_no_answer: { en: "No answer.", de: "Keine Antwort." },
  connect_reset: { en: "Connection reset.", de: "Die Verbindung wurde zurückgesetzt." },
  source_not_here: {
    en: "The source address {address} is not an address of this machine.",
    de: "Die Absenderadresse {address} ist keine Adresse dieses Rechners.",
  },
  reply_timeout: {
    en: "No reply within {seconds, number} s.",
    de: "Keine Antwort innerhalb von {seconds, number} s.",
  },
  data_timeout: {
    en: "The server accepted no data for {seconds, number} s.",
    de: "Der Server hat {seconds, number} s lang keine Daten angenommen.",
  },
  server_closed: {
    en: "The server closed the connection.",
    de: "Der Server hat die Verbindung geschlossen.",
  },
  closed_by_us: {
    en: "SwiftMail closed the connection.",
    de: "SwiftMail hat die Verbindung geschlossen.",
  },
  connection_spent: {
    en: "The server requires a new connection (reply {code} to {command}).",
    de: "Der Server verlangt eine neue Verbindung (Antwort {code} auf {command}).",
  },
  pipelining_broken: {
    en: "The server cannot handle several commands at once (reply {code} to {command}).",
    de: "Der Server verträgt nicht mehrere Befehle auf einmal (Antwort {code} auf {command}).",
  },
  data_without_recipient: {
    en: "The server opened DATA without a recipient.",
    de: "Der Server hat DATA ohne Empfänger begonnen.",
  },
  reply_unexpected: { en: "Unexpected reply {code}.", de: "Unerwartete Antwort {code}." },
  reply_unexpected_to: {
    en: "Unexpected reply {code} to {command}.",
    de: "Unerwartete Antwort {code} auf {command}.",
  },
  replies_unasked: {
    en: "The server sent more replies than were asked for.",
    de: "Der Server hat mehr Antworten gesandt als verlangt.",
  },

  starttls_missing: {
    en: "The server does not offer STARTTLS on this port. Try port 587, or TLS from the start on port 465.",
    de: "Der Server bietet auf diesem Port kein STARTTLS an. Versuchen Sie Port 587, oder TLS von Anfang an auf Port 465.",
  },
  starttls_injected: {
    en: "The server sent data between its STARTTLS reply and the handshake.",
    de: "Der Server hat zwischen seiner STARTTLS-Antwort und dem Handshake Daten gesandt.",
  },
  tls_timeout: {
    en: "No TLS handshake within {seconds, number} s.",
    de: "Kein TLS-Handshake innerhalb von {seconds, number} s.",
  },
  tls_closed: {
    en: "The server closed the connection during the TLS handshake.",
    de: "Der Server hat die Verbindung während des TLS-Handshakes geschlossen.",
  },
  tls_failed: { de: "TLS ist fehlgeschlagen: {fault}" },
  certificate_expired: {
    en: "The certificate of {host} has expired.",
    de: "Das Zertifikat von {host} ist abgelaufen.",
  },
  certificate_early: {
    en: "The certificate of {host} is not valid yet. Check the clocks.",
    de: "Das Zertifikat von {host} ist noch nicht gültig. Prüfen Sie die Uhren.",
  },
  certificate_self_signed: {
    en: "The certificate of {host} is self-signed.",
    de: "Das Zertifikat von {host} ist selbst signiert.",
  },
  certificate_untrusted: {
    en: "The certificate of {host} was issued by an authority that this machine does not trust.",
    de: "Das Zertifikat von {host} stammt von einer Stelle, der dieser Rechner nicht vertraut.",
  },
  certificate_other_name: {
    en: "The certificate is not for {host} ({fault}).",
    de: "Das Zertifikat gilt nicht für {host} ({fault}).",
  },

  secret_unencrypted: {
    en: "The password would be sent unencrypted. Choose STARTTLS or TLS for this sending method.",
    de: "Das Passwort würde unverschlüsselt gesendet. Wählen Sie für diesen Versandweg STARTTLS oder TLS.",
  },
  tls_by_policy: {
    en: "The MTA-STS policy of {domain} requires verified TLS.",
    de: "Die MTA-STS-Richtlinie von {domain} verlangt geprüftes TLS.",
  },
  tls_by_method: {
    en: "The sending method “{route}” requires TLS.",
    de: "Der Versandweg „{route}“ verlangt TLS.",
  },
  tls_by_method_verified: {
    en: "The sending method “{route}” requires verified TLS.",
    de: "Der Versandweg „{route}“ verlangt geprüftes TLS.",
  },
  tls_by_provider: {
    en: "{site} always offers TLS.",
    de: "{site} bietet immer TLS an.",
  },
  tls_unsupported: {
    en: "{by} {host} does not support that: {fault}",
    de: "{by} {host} unterstützt das nicht: {fault}",
  },
  policy_names_others: {
    en: "The MTA-STS policy of {domain} contains none of its mail servers ({names}).",
    de: "Die MTA-STS-Richtlinie von {domain} enthält keinen ihrer Mailserver ({names}).",
  },
  sign_in_missing: {
    en: "The server offers no sign-in (AUTH) on this connection. Remove the user name, or use the submission port (587 or 465).",
    de: "Der Server bietet auf dieser Verbindung keine Anmeldung (AUTH) an. Entfernen Sie den Benutzernamen, oder verwenden Sie den Einlieferungsport (587 oder 465).",
  },
  sign_in_others: {
    en: "The server only offers the sign-in methods {offered}. SwiftMail needs one of {wanted}.",
    de: "Der Server bietet nur die Anmeldeverfahren {offered} an. SwiftMail braucht eines von {wanted}.",
  },
  token_unfetched: {
    en: "No access token could be fetched: {fault}",
    de: "Es konnte kein Zugriffstoken abgerufen werden: {fault}",
  },
  token_url_plain: {
    en: "The token URL “{url}” must begin with https://.",
    de: "Die Token-URL „{url}“ muss mit https:// beginnen.",
  },
  token_refused: {
    en: "{host} returned no access token ({said}).",
    de: "{host} hat kein Zugriffstoken ausgestellt ({said}).",
  },
  token_grant_gone: {
    en: "{host} returned no access token ({said}). Grant access again and store the new refresh token.",
    de: "{host} hat kein Zugriffstoken ausgestellt ({said}). Erteilen Sie den Zugriff erneut, und speichern Sie das neue Refresh-Token.",
  },

  message_too_large: {
    en: "The message has {bytes, number} bytes, but the server accepts at most {limit, number}.",
    de: "Die Nachricht hat {bytes, number} Bytes, der Server nimmt aber höchstens {limit, number} an.",
  },
  needs_smtputf8: {
    en: "The address contains non-ASCII characters, but the server does not offer SMTPUTF8.",
    de: "Die Adresse enthält Zeichen außerhalb von ASCII, der Server bietet aber kein SMTPUTF8 an.",
  },
  needs_8bitmime: {
    en: "The message is 8-bit, but the server does not offer 8BITMIME.",
    de: "Die Nachricht ist 8-Bit-kodiert, der Server bietet aber kein 8BITMIME an.",
  },
  address_unsendable: {
    en: "The address contains characters that no server accepts.",
    de: "Die Adresse enthält Zeichen, die kein Server annimmt.",
  },
  message_not_taken: {
    en: "{host} did not accept the message within {seconds, number} seconds.",
    de: "{host} hat die Nachricht nicht innerhalb von {seconds, number} Sekunden angenommen.",
  },

  test_replied: { de: "{host} antwortete: {said}" },
  test_stopped: { de: "Die Nachricht wurde nicht gesendet, weil der Versand gestoppt wurde." },
  test_unconfirmed: {
    en: "{host} did not confirm the message; it may have arrived. {fault}",
    de: "{host} hat die Nachricht nicht bestätigt. Sie kann trotzdem angekommen sein. {fault}",
  },
  public_url_reached: { de: "SwiftMail hat sich unter dieser URL selbst erreicht." },
  public_url_foreign: { de: "Unter dieser URL antwortet ein anderer Server." },
  public_url_unreached: {
    de: "SwiftMail konnte sich unter dieser URL nicht selbst erreichen ({fault}). Hinter manchen Routern ist das normal. Öffnen Sie die URL in einem Browser, um sicherzugehen, dass sie funktioniert.",
  },
  public_url_unchecked: { de: "Diese URL wurde nicht geprüft." },
} satisfies Record<string, RefusalWords>;
