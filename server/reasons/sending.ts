/** Why sending methods, domains, senders, rules, webhooks and DMARC reports cannot be saved or used. */
export const sendingReasons = {
  direct_not_allowed:
    "An administrator of this instance must allow direct sending first, under Instance.",
  route_of_campaign: ({ campaign }: { campaign: string }) =>
    `The campaign "${campaign}" uses this sending method. Cancel it or wait until it is finished.`,
  route_alone_in_group: ({ group }: { group: string }) =>
    `The group "${group}" has no other sending method. Add another one or delete the group first.`,
  group_of_campaign: ({ campaign }: { campaign: string }) =>
    `The campaign "${campaign}" uses this group. Cancel it or wait until it is finished.`,
  group_empty_of_routes: { says: "is empty", hint: "Choose at least one sending method." },
  route_twice: {
    says: ({ route }: { route: string }) => `"${route}" is in the group twice`,
    hint: "Remove one of the two entries.",
  },
  test_inbox_in_group: {
    says: "the test inbox delivers nothing, so it cannot be in a group",
    hint: "Use it alone, or leave it out.",
  },
  private_relay: {
    says: "is an address of this machine, a private network or a cloud metadata service",
    hint: "Give a public address, or ask an administrator of this instance to allow private relays in Instance → Settings.",
  },
  unknown_preset: {
    says: "is not a known provider",
    hint: "GET /api/v1/route-presets lists them; leave it empty for any other host.",
  },
  not_a_host: {
    says: "is not a host name or an IP address",
    hint: "For example smtp.example.com, without https:// and without a port.",
  },
  port_missing: {
    says: "is missing",
    hint: "Usually 587 with STARTTLS, 465 with TLS from the start.",
  },
  password_missing: "is missing for this user name",
  username_missing: "is missing for this password",
  oauth_username_missing: {
    says: "is missing for OAuth 2.0",
    hint: "Give the mailbox that signs in, for example news@example.com.",
  },
  oauth_password_unused: {
    says: "cannot be combined with OAuth 2.0",
    hint: "Leave the password empty, or remove OAuth 2.0.",
  },
  oauth_url_not_https: {
    says: "is not an https URL",
    hint: "It begins with https:// and is in the provider's documentation.",
  },
  oauth_client_missing: {
    says: "is missing",
    hint: "The provider shows it on the page where you registered the application.",
  },
  unused_when_direct: {
    says: "is not used for direct sending",
    hint: "Leave it empty. SwiftMail finds the servers from the recipients' domains.",
  },
  oauth_unused_when_direct: "is not used for direct sending",
  relays_only: { says: "is for relays only", hint: "Only some relays accept it." },
  not_an_ip: {
    says: "is not an IP address",
    hint: "For example 203.0.113.7; it must be an address of this host.",
  },
  source_twice: {
    says: "is used twice",
    hint: "Change or remove one of the two.",
  },
  not_a_full_host: {
    says: "is not a full host name",
    hint: "Enter the name in the PTR record of the IP address, for example mta1.example.com.",
  },
  warm_up_target_small: {
    says: "is less than the limit of the first day",
    hint: "The target is the daily limit at the end of the warm-up.",
  },
  not_a_domain_pattern: {
    says: ({ domain }: { domain: string }) => `"${domain}" is not a domain`,
    hint: "Enter a domain such as example.com, or *.example.com for all its subdomains.",
  },
  domain_allowed_and_denied: {
    says: ({ domain }: { domain: string }) => `"${domain}" is both allowed and excluded`,
    hint: "Remove it from one of the two lists.",
  },
  secret_again: ({ change }: { change: "host" | "security" | "token_url" }) =>
    `must be entered again when ${secretChanges[change]}`,

  not_a_domain_name: { says: "is not a domain name", hint: "For example news.example.com." },
  domain_is_suffix: {
    says: ({ domain }: { domain: string }) =>
      `nobody can own ${domain} itself, because people register names below it`,
    hint: "For example example.co.uk.",
  },
  domain_of_provider: {
    says: ({ domain }: { domain: string }) =>
      `${domain} belongs to a mailbox provider, and mail sent from it by anyone else is refused`,
    hint: "Use a domain of your own.",
  },
  domain_exists: ({ domain }: { domain: string }) => `The domain ${domain} already exists.`,
  domain_of_campaign: ({ campaign }: { campaign: string }) =>
    `The campaign "${campaign}" is signed with this domain. Cancel it or wait until it is finished.`,
  key_not_pem: {
    says: "is not a private key in PEM format",
    hint: "A PEM file begins with -----BEGIN.",
  },
  key_not_rsa: {
    says: "is not an RSA key",
    hint: "Yahoo and Microsoft verify only RSA signatures.",
  },
  key_short: {
    says: ({ bits }: { bits: number }) => `has fewer than ${bits} bits`,
    hint: ({ better }: { better: number }) => `Use ${better} bits or more.`,
  },
  no_next_key: "There is no next key. Create one first.",
  next_key_exists: "A next key already exists. Switch to it or remove it first.",
  next_key_unpublished: ({ host }: { host: string }) =>
    `The record ${host} is not in the DNS yet as shown here. Publish it and check again.`,
  key_changed: "The key was just changed. Reload the page and try again.",
  key_of_campaign: ({ campaign }: { campaign: string }) =>
    `The campaign "${campaign}" may still use this key. Wait until it is finished.`,
  not_a_selector: {
    says: "is not a valid selector",
    hint: "Use letters, digits and hyphens, for example sm2.",
  },
  selector_used: {
    says: "already has a key",
    hint: "Choose a selector that was never used before.",
  },
  sender_of_campaign: ({ campaign }: { campaign: string }) =>
    `The scheduled campaign "${campaign}" uses this sender.`,
  sender_exists: ({ email }: { email: string }) => `The sender ${email} already exists.`,

  too_many_rules: ({ max }: { max: number }) =>
    `You have reached the limit of ${max} custom rules. Remove one first.`,
  rules_incomplete: "must name every rule exactly once; someone else may have changed the rules",
  not_a_reply: {
    says: "is not a complete reply from a server",
    hint: 'Paste it with its code, such as "421 4.7.0 Try again later".',
  },
  not_a_category: "is not a category",
  rule_codes: "Codes look like 421, 45x or 4xx.",
  rule_enhanced_codes: "Codes look like 4.7.28, *.7.26 or 4.7.*.",
  rule_stage: "This SMTP step does not exist.",
  rule_does_nothing: "The rule does nothing: add an action or a category.",
  pattern_too_long: ({ max }: { max: number }) =>
    `The expression is longer than ${max} characters.`,
  pattern_too_large: "The expression is too large.",
  pattern_invalid: ({ fault }: { fault: string }) => `This is not a regular expression: ${fault}`,

  webhook_key_unused: "is not needed: this provider authenticates by the webhook URL",
  webhook_without_key: "Save the webhook's key on the sending method's page first.",
  webhook_unproved: "SwiftMail could not verify that the provider sent this request.",
  webhook_not_sns: "The request is not signed by Amazon SNS.",
  webhook_other_topic: ({ topic }: { topic: string }) =>
    `The webhook is subscribed to a different topic: ${topic}.`,
  webhook_foreign_address:
    "The subscription cannot be confirmed: the URL does not belong to Amazon.",
  webhook_certificate: ({ fault }: { fault: string }) =>
    `Amazon's certificate could not be loaded: ${fault}`,

  report_missing: "The message contains no report.",
  report_file_large: ({ megabytes }: { megabytes: number }) =>
    `The file is larger than ${megabytes} MB.`,
  report_archive_damaged: ({ megabytes }: { megabytes: number }) =>
    `The archive is damaged, or unpacks to more than ${megabytes} MB.`,
  reports_large: ({ megabytes }: { megabytes: number }) =>
    `The reports are together larger than ${megabytes} MB.`,
  report_archive_no_directory: "The ZIP archive has no central directory.",
  report_archive_directory: "The central directory of the ZIP archive is damaged.",
  report_archive_packing: "The archive uses a compression method that is not allowed for reports.",
  report_elements: "The reports contain more XML elements than allowed.",
  report_xml_ends: "The report's XML ends too early.",
  report_xml_doctype: "The report contains a document type declaration, which is not allowed.",
  report_xml_malformed: "The report's XML is not well-formed.",
  report_xml_deep: "The report's XML is nested too deeply.",
  report_incomplete: "This is not a DMARC aggregate report: its domain, id or time is missing.",
  report_unproved_domain: ({ domain }: { domain: string }) =>
    `The report is about ${domain}, and no workspace has proved that it owns this domain.`,
  report_foreign_domain: ({ domain }: { domain: string }) =>
    `The report is about ${domain}, which is not a sending domain of this workspace.`,
  report_records: ({ max }: { max: number }) => `The report has more than ${max} records.`,
  reports_wait: "Too many DMARC reports are waiting to be read.",
  report_thread_stopped: "The thread that reads reports has not started.",
};

const secretChanges = {
  host: "the host changes",
  security: "the connection becomes less secure",
  token_url: "the token URL changes",
};
