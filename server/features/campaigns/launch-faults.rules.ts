/**
 * What keeps a campaign from being sent or would hurt it, as a code and the values that its sentence needs. The set is
 * closed: the interface words each code in the reader's language, and the compiler reports a code without words.
 */
export type LaunchFault =
  | { code: PlainCode }
  /** `at`: when it was started (unix ms). */
  | { code: "sent_before"; params: { at: number } }
  | { code: "route_unsigned"; params: { route: string } }
  | { code: "domain_missing" | "domain_missing_direct"; params: { domain: string } }
  | { code: "domain_unverified"; params: { domain: string } }
  /** `at`: when its key was last seen (unix ms). */
  | { code: "domain_key_lost"; params: { domain: string; at: number } }
  | { code: "public_url_local" | "public_url_http"; params: { url: string } };

type PlainCode = keyof typeof plain;
export type LaunchFaultCode = LaunchFault["code"];

/** Faults that the template language or segments word themselves. They quote what a person wrote and have no code. */
export type UncodedFault = {
  code: "template_error" | "template_warning" | "segment_unusable";
  message: string;
};

/** A fault as the API sends it: `message` is its English sentence. */
export type DescribedFault = {
  code: LaunchFaultCode | UncodedFault["code"];
  message: string;
  params?: Record<string, string | number>;
};

const plain = {
  no_subject: "Write a subject.",
  no_body: "Write the message.",
  content_unchecked: "The message is still being checked. Try again in a moment.",
  no_audience: "Choose recipients.",
  list_deleted: "A list in the audience was deleted. Remove it or choose another one.",
  no_sender: "Choose a sender.",
  no_route: "Choose a sending method.",
  route_disabled: "The sending method is turned off. Turn it on or choose another one.",
  sender_test_only:
    "The sender's domain is reserved for testing. Use it only with the test inbox or a relay in your own network.",
  empty_audience:
    "There are no recipients: everyone in the audience is unsubscribed or suppressed, or it is empty.",
  no_unsubscribe_link: "The message has no unsubscribe link. SwiftMail adds one at the end.",
  no_text: "The plain text is empty. Remove it to generate it from the HTML.",
  only_images:
    "The message contains only images. Add text, because spam filters distrust messages without it.",
  no_postal_address:
    "The workspace has no postal address. Many countries require one in marketing email.",
} as const;

/** The English sentence that API clients read beside the code. */
export function launchSentence(fault: LaunchFault): string {
  switch (fault.code) {
    case "sent_before":
      return `This campaign was already sent on ${dayOf(fault.params.at)}, before an older copy of this workspace was restored. Its recipients would get it twice. To send it anyway, duplicate it and send the duplicate.`;
    case "route_unsigned":
      return `The sending method "${fault.params.route}" does not sign with DKIM. Make sure that the relay does.`;
    case "domain_missing":
      return `The domain ${fault.params.domain} is not set up, so SwiftMail does not sign messages with DKIM.`;
    case "domain_missing_direct":
      return `The domain ${fault.params.domain} is not set up. Direct sending requires DKIM signatures, so add the domain first.`;
    case "domain_unverified":
      return `The DKIM record of ${fault.params.domain} was not found in DNS. Large providers will reject the mail or mark it as spam.`;
    case "domain_key_lost":
      return `The DKIM record of ${fault.params.domain} is missing from DNS. It was last seen on ${dayOf(fault.params.at)}. Add it again.`;
    case "public_url_local":
      return `Links in the message lead to ${fault.params.url}, which recipients cannot reach.`;
    case "public_url_http":
      return `Links start with ${fault.params.url}. One-click unsubscribe works only with https (RFC 8058).`;
    default:
      return plain[fault.code];
  }
}

/** A fault with its English sentence. */
export function described(fault: LaunchFault): DescribedFault {
  return { ...fault, message: launchSentence(fault) };
}

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
