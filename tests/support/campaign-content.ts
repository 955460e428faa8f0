import { collectLinks } from "../../server/delivery/render/links.ts";
import { plainTextOf } from "../../server/delivery/render/plain-text.ts";
import { loadTokenKeys } from "../../server/delivery/tokens.ts";
import type { CampaignContent, ContactFields, Recipient } from "../../server/delivery/types.ts";

/** Token keys for tests; the same in every run. */
export const testTokenKeys = loadTokenKeys({
  current: "k1",
  keys: new Map([["k1", Buffer.alloc(32, 1)]]),
});

/** A launched campaign's content; links and text follow from the HTML unless given. */
export function campaignContent(changes: Partial<CampaignContent> = {}): CampaignContent {
  const html =
    changes.html ??
    '<html><body><p>Hello {{ contact.first_name }}</p><a href="https://shop.example/a?x=1&amp;y=2">Shop</a></body></html>';
  return {
    subject: "News for {{ contact.first_name }}",
    preheader: "",
    fromName: "Ada from Acme",
    fromEmail: "news@acme.example",
    replyTo: "",
    html,
    text: plainTextOf(html),
    links: collectLinks(html),
    trackOpens: true,
    trackClicks: true,
    workspace: {
      id: "01jd0000000000000000000000",
      number: 3,
      name: "Acme",
      postalAddress: "Acme Ltd\n1 Main Street\nLondon N1",
    },
    publicUrl: "https://mail.acme.example",
    domain: "acme.example",
    name: "Autumn news",
    bounceDomain: "bounce.acme.example",
    ...changes,
  };
}

/** A contact with the given changes. */
export function contactFields(changes: Partial<ContactFields> = {}): ContactFields {
  return {
    id: 7,
    email: "Jane@Example.org",
    first_name: "Jane",
    last_name: "Doe",
    language: "en",
    tracking_off: false,
    fields: {},
    ...changes,
  };
}

/** A recipient of a campaign. */
export function recipient(changes: Partial<Recipient> = {}): Recipient {
  return {
    seq: 42,
    contactId: 7,
    address: "jane@example.org",
    attempts: 0,
    contact: contactFields(),
    ...changes,
  };
}
