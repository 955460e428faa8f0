import { aboutRecipient, type TextRule } from "./reply-rule.ts";
import {
  disabledMailboxWords,
  mailboxWords,
  preferenceWords,
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

/**
 * Provider-specific codes; sources: https://postmaster.yahooinc.com/error-codes and the postmaster pages of Outlook and
 * Comcast.
 */
const providerCodes: TextRule[] = [
  { category: "rate_limit", text: /\[?TSS?0[1-9]\]?|\bRP-00[1-3]\b|\bRL0{2,}\d+\b|\bGL0[12]\b/ },
  { category: "ip_reputation", text: /\bS31(?:40|50)\b|\b(?:OU|DY|CO)-00[12]\b|\bBL[0-9]{2,}\b/ },
  { category: "ip_reputation", text: /\[(?:RTR|CON):[A-Z0-9]+\]|\bHVU:|\bipcheck\.proofpoint\b/i },
  { category: "spam_content", text: /\bSC-00[14]\b|\[CS01\]|\bAS\(4810\)|\bURLSCAN\b/ },
  { category: "domain_reputation", text: /\[HM08\]|\[HM07\]/ },
  // Orange, La Poste and SFR share a numbering: a 4xx number after the prefix concerns the mailbox.
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
 * The first match wins. The order answers three questions in turn:
 *
 * 1. Who is refused? A text that names the sender, its host or its greeting concerns us, whatever reason follows:
 *    "Sender address rejected: User unknown" means that our return path is unknown there. Next come texts that
 *    certainly name the recipient's mailbox.
 * 2. Why? Rate, content, authentication and reputation concern us; a disabled or full mailbox, and a domain that
 *    takes no mail, concern the recipient; an expired queue, a network or a broken server concerns neither.
 * 3. For how long? The category decides: problems that concern neither us nor the recipient are retried even if
 *    the code is permanent.
 */
export const textRules: readonly TextRule[] = [
  ...providerCodes,
  ...preferenceWords,
  ...senderWords,
  ...authWords,
  ...unclearWords,
  ...disabledMailboxWords,
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
