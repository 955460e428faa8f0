/** What prevents a campaign from being sent, or would harm its delivery. `at` is Unix ms. */
export const launchReasons = {
  refusals_lost:
    "Changes to this workspace were lost, so people who unsubscribed may be missing from its suppression list. An administrator of this instance must dismiss the notice on the instance page first.",
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
    "There are no recipients: everyone in the audience is unsubscribed or suppressed, or the audience is empty.",
  no_unsubscribe_link: "The message has no unsubscribe link. SwiftMail adds one at the end.",
  no_text:
    "The plain text version is empty. Write one, or let SwiftMail generate it from the message.",
  only_images:
    "The message contains only images. Add text, because spam filters distrust messages without it.",
  no_postal_address:
    "The workspace has no postal address. Many countries require one in marketing email.",
  sent_before: ({ at }: { at: number }) =>
    `This campaign was already sent on ${dayOf(at)}, before an older copy of this workspace was restored. Its recipients would get it twice. To send it anyway, duplicate it and send the duplicate.`,
  route_unsigned: ({ route }: { route: string }) =>
    `The sending method "${route}" does not sign with DKIM. Make sure that the relay signs your mail.`,
  domain_missing: ({ domain }: { domain: string }) =>
    `The domain ${domain} is not set up, so SwiftMail does not sign messages with DKIM.`,
  domain_missing_direct: ({ domain }: { domain: string }) =>
    `The domain ${domain} is not set up. Direct sending requires DKIM signatures, so add the domain first.`,
  domain_unverified: ({ domain }: { domain: string }) =>
    `The DKIM record of ${domain} was not found in DNS. Large providers will reject the mail or mark it as spam.`,
  domain_key_lost: ({ domain, at }: { domain: string; at: number }) =>
    `The DKIM record of ${domain} is missing from DNS. It was last seen on ${dayOf(at)}. Add it again.`,
  public_url_local: ({ url }: { url: string }) =>
    `Links in the message lead to ${url}, which recipients cannot reach.`,
  public_url_http: ({ url }: { url: string }) =>
    `Links start with ${url}. One-click unsubscribe works only with https (RFC 8058).`,

  template_error: ({ mistake }: { mistake: string }) => `${mistake}`,
};

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
