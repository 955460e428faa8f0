import { asSentence } from "./sentence.ts";

/**
 * What happens on a connection to a mail server: the steps of a check, and why a step fails. Failures appear inside
 * other sentences and begin with a lower-case letter.
 */
export const connectionReasons = {
  step_connected: ({ address, port }: { address: string; port: number }) =>
    `Connected to ${address} port ${port}.`,
  step_encrypted: ({ version }: { version: string }) =>
    `Encrypted with ${version}, certificate verified.`,
  step_encrypted_unchecked: ({ version }: { version: string }) =>
    `Encrypted with ${version}, certificate not checked.`,
  step_greeted: "The server accepted SwiftMail's greeting.",
  step_signed_in: ({ username }: { username: string }) => `Signed in as ${username}.`,
  step_found_server: ({ domain, host }: { domain: string; host: string }) =>
    `The mail server of ${domain} is ${host}.`,
  step_from_source: ({ source, what }: { source: string; what: string }) =>
    `From ${source}: ${what}`,

  refused_password: ({ username, said }: { username: string; said: string }) =>
    `The server did not accept the username "${username}" or its password. The server said: ${said}`,
  refused_token: ({ username, said }: { username: string; said: string }) =>
    `The server did not accept the access token for "${username}". The server said: ${said}`,
  refused_connection: ({ said }: { said: string }) =>
    `The server refused the connection. The server said: ${said}`,
  refused_starttls: ({ said }: { said: string }) =>
    `The server offers STARTTLS but did not start it. The server said: ${said}`,
  refused_step: ({ said }: { said: string }) => `The server said: ${said}`,
  advice_port_25: ({ fault }: { fault: string }) =>
    `${asSentence(fault)} Many hosting providers block port 25. Ask yours to open it, or send through a relay.`,
  advice_use_tls: ({ fault }: { fault: string }) =>
    `${asSentence(fault)} If this port expects TLS from the start, as port 465 does, choose TLS.`,
  advice_use_starttls: ({ fault }: { fault: string }) =>
    `${asSentence(fault)} If this port starts unencrypted, as ports 587 and 25 do, choose STARTTLS.`,
  advice_name_servers: ({ fault }: { fault: string }) =>
    `${fault}; check the name servers of this machine`,

  domain_malformed: ({ domain }: { domain: string }) => `${domain} is not a valid domain name`,
  domain_nonexistent: ({ domain }: { domain: string }) => `the domain ${domain} does not exist`,
  domain_null_mx: ({ domain }: { domain: string }) =>
    `the domain ${domain} does not accept mail (null MX)`,
  domain_mx_unusable: ({ domain, value }: { domain: string; value: string }) =>
    `the MX record of ${domain} contains “${value}”, which is not a valid host name`,
  domain_mx_address: ({ domain, value }: { domain: string; value: string }) =>
    `the MX record of ${domain} contains “${value}”, which is an IP address and not a host name`,
  domain_without_server: ({ domain }: { domain: string }) =>
    `the domain ${domain} has no mail server and no address`,
  dns_query_failed: ({ fault, type, name }: { fault: string; type: string; name: string }) =>
    `${fault} to a query for ${type} of ${name}`,
  dns_server_answered: ({ server, said }: { server: string; said: string }) =>
    `the name server ${server} answered ${said}`,
  dns_server_silent: ({ server, fault }: { server: string; fault: string }) =>
    `the name server ${server} did not answer (${fault})`,
  dns_server_truncated: ({ server }: { server: string }) =>
    `the name server ${server} answered only a part`,
  dns_no_server: "no name server is known",
  dns_servers_unreadable: ({ fault }: { fault: string }) =>
    `the list of name servers cannot be read (${fault})`,
  host_unresolved: ({ host }: { host: string }) => `the name ${host} does not resolve`,
  host_unusable: ({ host }: { host: string }) => `${host} has no address that can be connected to`,
  host_other_family: ({ host }: { host: string }) =>
    `the name ${host} has no address that the source address can connect to`,
  host_not_allowed: ({ host, addresses }: { host: string; addresses: string }) =>
    `the host ${host} has the address ${addresses}, in a network that may not be used`,

  hosts_not_allowed: ({ hosts, addresses }: { hosts: string; addresses: string }) =>
    `the mail servers (${hosts}) have the addresses ${addresses}, to which mail may not be sent`,
  hosts_other_family: ({
    hosts,
    family,
    source,
  }: {
    hosts: string;
    family: string;
    source: string;
  }) =>
    `the mail servers (${hosts}) have no ${family} address, which the source address ${source} needs`,
  hosts_without_address: ({ hosts }: { hosts: string }) =>
    `the mail servers (${hosts}) have no address`,
  host_failed: ({ host, fault }: { host: string; fault: string }) => `${host}: ${fault}`,
  connect_timeout: ({ address, port, seconds }: Place & { seconds: number }) =>
    `no connection to ${address} port ${port} within ${seconds} s`,
  connect_failed: ({ address, port, fault }: Place & { fault: string }) =>
    `${address} port ${port}: ${fault}`,
  connect_refused: "connection refused: no program listens there, or a firewall blocks it",
  connect_no_network: "that network cannot be reached",
  connect_no_answer: "no answer",
  connect_reset: "connection reset",
  source_not_here: ({ address }: { address: string }) =>
    `the source address ${address} is not an address of this machine`,
  reply_timeout: ({ seconds }: { seconds: number }) => `no reply within ${seconds} s`,
  data_timeout: ({ seconds }: { seconds: number }) =>
    `the server accepted no data for ${seconds} s`,
  server_closed: "the server closed the connection",
  closed_by_us: "the connection was closed by us",
  reply_unexpected: ({ code }: { code: number }) => `unexpected reply ${code}`,
  connection_spent: ({ code, command }: { code: number; command: string }) =>
    `the server requires a new connection (reply ${code} to ${command})`,
  pipelining_broken: ({ code, command }: { code: number; command: string }) =>
    `the server cannot handle several commands at once (reply ${code} to ${command})`,
  data_without_recipient: "the server opened DATA without a recipient",
  reply_unexpected_to: ({ code, command }: { code: number; command: string }) =>
    `unexpected reply ${code} to ${command}`,
  replies_unasked: "more replies than were asked for",

  starttls_missing:
    "the server does not offer STARTTLS on this port; try port 587, or implicit TLS on port 465",
  starttls_injected: "the server sent data between its STARTTLS reply and the handshake",
  tls_timeout: ({ seconds }: { seconds: number }) => `no TLS handshake within ${seconds} s`,
  tls_closed: "the server closed during the TLS handshake",
  tls_failed: ({ fault }: { fault: string }) => `TLS failed: ${fault}`,
  certificate_expired: ({ host }: { host: string }) => `the certificate of ${host} has expired`,
  certificate_early: ({ host }: { host: string }) =>
    `the certificate of ${host} is not valid yet; check the clocks`,
  certificate_self_signed: ({ host }: { host: string }) =>
    `the certificate of ${host} is self-signed`,
  certificate_untrusted: ({ host }: { host: string }) =>
    `the certificate of ${host} was issued by an authority that this machine does not trust`,
  certificate_other_name: ({ host, fault }: { host: string; fault: string }) =>
    `the certificate is not for ${host} (${fault})`,

  secret_unencrypted:
    "the password would be sent unencrypted; choose STARTTLS or TLS for this sending method",
  tls_by_policy: ({ domain }: { domain: string }) =>
    `the MTA-STS policy of ${domain} requires verified TLS`,
  tls_by_method: ({ route }: { route: string }) => `the sending method “${route}” requires TLS`,
  tls_by_method_verified: ({ route }: { route: string }) =>
    `the sending method “${route}” requires verified TLS`,
  tls_by_provider: ({ site }: { site: string }) => `${site} always offers TLS`,
  tls_unsupported: ({ by, host, fault }: { by: string; host: string; fault: string }) =>
    `${by}, but ${host} does not support that: ${fault}`,
  policy_names_others: ({ domain, names }: { domain: string; names: string }) =>
    `the MTA-STS policy of ${domain} contains none of its mail servers (${names})`,
  sign_in_missing:
    "the server offers no sign-in (AUTH) on this connection; remove the user name, or use the submission port (587 or 465)",
  sign_in_others: ({ offered, wanted }: { offered: string; wanted: string }) =>
    `the server only offers the sign-in methods ${offered}; SwiftMail needs one of ${wanted}`,
  token_unfetched: ({ fault }: { fault: string }) => `no access token could be fetched: ${fault}`,
  token_url_plain: ({ url }: { url: string }) => `the token URL “${url}” must begin with https://`,
  token_refused: ({ host, said }: { host: string; said: string }) =>
    `${host} returned no access token (${said})`,
  token_grant_gone: ({ host, said }: { host: string; said: string }) =>
    `${host} returned no access token (${said}); grant access again and store the new refresh token`,

  message_too_large: ({ bytes, limit }: { bytes: number; limit: number }) =>
    `the message has ${bytes} bytes, but the server accepts at most ${limit}`,
  needs_smtputf8:
    "the address contains non-ASCII characters, but the server does not offer SMTPUTF8",
  needs_8bitmime: "the message is 8-bit, but the server does not offer 8BITMIME",
  address_unsendable: "the address contains characters that no server accepts",
  message_not_taken: ({ host, seconds }: { host: string; seconds: number }) =>
    `${host} did not accept the message within ${seconds} seconds`,

  test_replied: ({ host, said }: { host: string; said: string }) => `${host} said: ${said}`,
  test_stopped: "The message was not sent, because sending was stopped.",
  test_unconfirmed: ({ host, fault }: { host: string; fault: string }) =>
    `${host} did not confirm the message; it may have arrived. ${asSentence(fault)}`,
  public_url_reached: "SwiftMail reached itself at this URL.",
  public_url_foreign: "A different server answers at this URL.",
  public_url_unreached: ({ fault }: { fault: string }) =>
    `SwiftMail could not reach itself at this URL (${fault}). This is normal behind some routers. Open the URL in a browser to make sure that it works.`,
  public_url_unchecked: "This URL has not been checked.",
};

type Place = { address: string; port: number };
