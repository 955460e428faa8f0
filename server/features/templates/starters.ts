import announcement from "./starters/announcement.mjml" with { type: "text" };
import event from "./starters/event.mjml" with { type: "text" };
import letter from "./starters/letter.mjml" with { type: "text" };
import newsletter from "./starters/newsletter.mjml" with { type: "text" };
import offer from "./starters/offer.mjml" with { type: "text" };

/** A template that comes with the product. */
export type Starter = {
  key: string;
  name: string;
  description: string;
  kind: "mjml";
  subject: string;
  source: string;
};

/** Ready to send after changing the words: one column on phones, dark mode, unsubscribe link and address. */
export const starters: Starter[] = [
  {
    key: "newsletter",
    name: "Newsletter",
    description: "A lead story, two smaller ones and a short list of links",
    kind: "mjml",
    subject: "This month at {{ workspace.name }}",
    source: newsletter,
  },
  {
    key: "announcement",
    name: "Announcement",
    description: "One piece of news, one picture's worth of space, one button",
    kind: "mjml",
    subject: "News from {{ workspace.name }}",
    source: announcement,
  },
  {
    key: "offer",
    name: "Offer",
    description: "Products side by side with prices and a code",
    kind: "mjml",
    subject: "An offer for you, {{ contact.first_name | default: 'and yours' }}",
    source: offer,
  },
  {
    key: "event",
    name: "Invitation",
    description: "Date, place and programme of an event, with a button to sign up",
    kind: "mjml",
    subject: "You are invited",
    source: event,
  },
  {
    key: "letter",
    name: "Plain letter",
    description: "Looks like a message that a person wrote",
    kind: "mjml",
    subject: "A few words from {{ workspace.name }}",
    source: letter,
  },
];
