/** What a check found in the DNS: the records of a sending domain, and the names of IP addresses. */
export const dnsRecordReasons = {
  dns_no_answer: ({ fault }: { fault: string }) => `The DNS did not answer: ${fault}.`,
  ptr_missing: ({ address, name }: { address: string; name: string }) =>
    `${address} has no PTR record. Ask the provider of the IP address to set it to ${name}. Gmail refuses mail without a PTR record.`,
  ptr_unconfirmed: ({ address, name, type }: { address: string; name: string; type: string }) =>
    `The PTR record of ${address} contains ${name}, but ${name} does not resolve to this address. Add an ${type} record for ${name} with ${address}.`,
  ptr_confirmed: ({ address, name }: { address: string; name: string }) =>
    `${address} and ${name} resolve to each other.`,
  ptr_other_name: ({ address, name, ehlo }: { address: string; name: string; ehlo: string }) =>
    `The PTR record of ${address} contains ${name}, but the EHLO name is ${ehlo}. Use ${name} as the EHLO name, or have the PTR record changed.`,
  ptr_source_missing:
    "No IP address is set, so the operating system chooses one, and SwiftMail cannot check its host name. Add the IP addresses of this host under Addresses.",

  record_unchecked: "Not checked yet.",
  dkim_missing: "No DKIM key is published under this name yet.",
  dkim_published: "The key is published.",
  dkim_several: "More than one key is published. Remove all keys except the one shown here.",
  dkim_other: "A different key is published. Replace it with the one shown here.",

  dmarc_missing: "There is no DMARC policy. Gmail and Yahoo require one from senders of bulk mail.",
  dmarc_several: "There are several DMARC records. Keep only one.",
  dmarc_without_policy: "The record contains no policy. Add p=none, p=quarantine or p=reject.",
  dmarc_found: ({ policy }: { policy: string }) =>
    `The DMARC policy is ${policy}. SwiftMail's DKIM signature is aligned with it.`,
  dmarc_strict: ({ policy }: { policy: string }) =>
    `The DMARC policy is ${policy}. SwiftMail's DKIM signature is aligned with it. The policy is strict (adkim=s), so only senders at exactly this domain are aligned.`,

  return_path_missing:
    "This record is not set. Bounces cannot be sent to this domain, and SPF is not aligned.",
  return_path_found: "Bounces are sent to this name.",
  return_path_other: ({ found, wanted }: { found: string; wanted: string }) =>
    `The record leads to ${found}. Change it so that it contains only ${wanted}.`,

  tracking_missing: "This record is not set. Links use the host name of this instance.",
  tracking_other: "The name leads to a different host.",
  tracking_unanswered: ({ host }: { host: string }) =>
    `The name leads to this instance, but nothing answers at https://${host}. The proxy in front of this instance needs a certificate for this name. Until it has one, links use the host name of this instance.`,
  tracking_found: "The name leads to this instance, and links use it.",

  spf_missing: "There is no SPF record, so nobody is authorized to send for this domain.",
  spf_missing_relay:
    "There is no SPF record. The documentation of your relay says what to include.",
  spf_several:
    "There are several SPF records, which is an error (RFC 7208 §3.2). Merge them into one.",
  spf_part_failed: ({ name, fault }: { name: string; fault: string }) =>
    `A part of the SPF record could not be looked up: ${name}: ${fault}.`,
  spf_include_empty: ({ name }: { name: string }) =>
    `The record includes ${name}, which has no SPF record. Remove this part (RFC 7208 §5.2).`,
  spf_many_lookups: ({ lookups, max }: { lookups: number; max: number }) =>
    `The record requires ${lookups} DNS lookups. More than ${max} are an error (RFC 7208 §4.6.4). Remove what no longer sends mail.`,
  spf_incomplete: ({ missing, record }: { missing: string; record: string }) =>
    `The record does not contain ${missing}. Change it to: ${record}`,
  spf_found: "There is one SPF record.",
  spf_complete: ({ lookups, max }: { lookups: number; max: number }) =>
    `The record authorizes all sending methods and requires ${lookups} of at most ${max} DNS lookups.`,

  domain_for_tests: ({ name }: { name: string }) =>
    `${name} is reserved for tests. Mail from it reaches only the test inbox.`,
};
