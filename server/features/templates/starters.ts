import announcement from "./starters/announcement.mjml" with { type: "text" };
import eventInvitation from "./starters/event-invitation.mjml" with { type: "text" };
import newsletter from "./starters/newsletter.mjml" with { type: "text" };
import productUpdate from "./starters/product-update.mjml" with { type: "text" };
import welcomeLetter from "./starters/welcome-letter.mjml" with { type: "text" };

/** A built-in template. */
export type Starter = {
  key: string;
  name: string;
  description: string;
  kind: "mjml";
  subject: string;
  source: string;
};

/**
 * Ready to send after the text is changed: responsive, with dark mode, unsubscribe link and postal address, and without
 * images, which mail programs may block.
 */
export const starters: Starter[] = [
  {
    key: "newsletter",
    name: "Newsletter",
    description: "A monthly letter: one lead story, two short ones, a quote and a reading list",
    kind: "mjml",
    subject: "How a broken kiln gave us our favourite glaze",
    source: newsletter,
  },
  {
    key: "announcement",
    name: "Announcement",
    description: "One piece of news in large type, with one button and the facts below",
    kind: "mjml",
    subject: "We are moving to the harbour",
    source: announcement,
  },
  {
    key: "product-update",
    name: "Product update",
    description: "What is new, better and fixed, each with its own link, and a tour at the end",
    kind: "mjml",
    subject: "Shared views, smarter search, faster exports",
    source: productUpdate,
  },
  {
    key: "event-invitation",
    name: "Event invitation",
    description: "Date and place at a glance, an hourly programme, and a reply in one click",
    kind: "mjml",
    subject: "{{ contact.first_name | default: 'Hello' }}, join us on 14 May",
    source: eventInvitation,
  },
  {
    key: "welcome-letter",
    name: "Welcome letter",
    description: "A plain, personal letter that looks hand-typed",
    kind: "mjml",
    subject: "Welcome, {{ contact.first_name | default: 'and hello' }}",
    source: welcomeLetter,
  },
];
