import { aboutRecipient, type TextRule } from "./reply-rule.ts";
import {
  mailboxWords,
  preferenceWords,
  shutWords,
  unclearWords,
  unknownWords,
} from "./words-about-recipient.ts";
import {
  authWords,
  contentWords,
  paceWords,
  reputationWords,
  senderWords,
} from "./words-about-sender.ts";
import {
  expiryWords,
  greylistWords,
  lookupWords,
  networkWords,
  systemWords,
} from "./words-about-servers.ts";

/** Codes in square brackets and the like: https://postmaster.yahooinc.com/error-codes, Outlook's and Comcast's pages. */
const providerCodes: TextRule[] = [
  { category: "rate_limit", text: /\[?TSS?0[1-9]\]?|\bRP-00[1-3]\b|\bRL0{2,}\d+\b|\bGL0[12]\b/ },
  { category: "ip_reputation", text: /\bS31(?:40|50)\b|\b(?:OU|DY|CO)-00[12]\b|\bBL[0-9]{2,}\b/ },
  { category: "ip_reputation", text: /\[(?:RTR|CON):[A-Z0-9]+\]|\bHVU:|\bipcheck\.proofpoint\b/i },
  { category: "spam_content", text: /\bSC-00[14]\b|\[CS01\]|\bAS\(4810\)|\bURLSCAN\b/ },
  { category: "domain_reputation", text: /\[HM08\]|\[HM07\]/ },
  // Orange, La Poste and SFR number their refusals alike: 4xx after the mark is about the mailbox.
  { category: "rate_limit", text: /\bOFR(?:_|00)?[0-9]*(?:_405|_104)\b|\bOFR004\b/ },
  {
    category: "invalid_mailbox",
    text: /\b(?:OFR|LPN|SFR)[0-9]*_41[68]\b/,
    on: 5,
    at: aboutRecipient,
  },
  { category: "spam_content", text: /\bDT:SPM\b|unusual rate of unsolicited mail/, on: 5 },
  {
    category: "filtered",
    text: /\bRESOLVER\.RST\.|\bSenderNot(?:AuthenticatedForGroup|InAllowedSendersList)\b/,
    at: aboutRecipient,
  },
  {
    category: "invalid_mailbox",
    text: /\bRESOLVER\.ADR\.(?:Ex)?Recip(?:ient)?NotFound|recipient address(?:es)? rejected ?: access denied/i,
    on: 5,
    at: aboutRecipient,
  },
];

/**
 * First match wins. The order answers three questions, one after the other.
 *
 * 1. Who is refused? A text that names the sender, its host or its greeting is about us, whatever reason it gives
 *    then: "Sender address rejected: User unknown" says that our return path is not known there. Next comes what
 *    certainly names the recipient's mailbox.
 * 2. What for? Pace, content, authentication and reputation are ours; a mailbox that is shut or full, and a domain
 *    that takes no mail, are the recipient's; a queue that gave up, a network and a broken server are nobody's.
 * 3. Until when? That is the category's: what is nobody's comes again, even where the code says it is for good.
 */
export const textRules: readonly TextRule[] = [
  ...providerCodes,
  ...preferenceWords,
  ...senderWords,
  ...authWords,
  ...unclearWords,
  ...shutWords,
  ...unknownWords,
  ...expiryWords,
  ...lookupWords,
  ...paceWords,
  ...greylistWords,
  ...contentWords,
  ...mailboxWords,
  ...reputationWords,
  ...networkWords,
  ...systemWords,
];
