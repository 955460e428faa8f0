import type { SmtpStage } from "../types.ts";
import type { Category } from "./categories.ts";

/**
 * What servers write, in our own words and in the order they are tried: codes that a provider documents
 * first, then phrases. `on` limits a rule to 4xx or 5xx replies, `at` to stages.
 */
export type TextRule = {
  category: Category;
  text: RegExp;
  on?: 4 | 5;
  at?: readonly SmtpStage[];
};

const aboutRecipient = ["rcpt", "data", "dot"] as const;

/** Codes in square brackets and the like: https://postmaster.yahooinc.com/error-codes, Outlook's and Comcast's pages. */
const providerRules: TextRule[] = [
  { category: "rate_limit", text: /\[?TSS?0[1-9]\]?|\bRP-00[1-3]\b|\bRL0{2,}\d+\b|\bGL0[12]\b/ },
  { category: "ip_reputation", text: /\bS31(?:40|50)\b|\b(?:OU|DY|CO)-00[12]\b|\bBL[0-9]{2,}\b/ },
  { category: "ip_reputation", text: /\[(?:RTR|CON):[A-Z0-9]+\]|\bHVU:|\bipcheck\.proofpoint\b/i },
  { category: "spam_content", text: /\bSC-00[14]\b|\[CS01\]|\bAS\(4810\)|\bURLSCAN\b/ },
  { category: "domain_reputation", text: /\[HM08\]|\[HM07\]/ },
  { category: "rate_limit", text: /\bOFR(?:_|00)?[0-9]*(?:_405|_104)\b|\bOFR004\b/ },
  { category: "spam_content", text: /\bDT:SPM\b|unusual rate of unsolicited mail/, on: 5 },
  {
    category: "filtered",
    text: /\bRESOLVER\.RST\.|\bSenderNot(?:AuthenticatedForGroup|InAllowedSendersList)\b/,
    at: aboutRecipient,
  },
  {
    category: "invalid_mailbox",
    text: /recipient address(?:es)? rejected ?: access denied/i,
    on: 5,
    at: aboutRecipient,
  },
  { category: "invalid_mailbox", text: /\bOFR_416\b/, on: 5, at: aboutRecipient },
];

/** Worded as rate limits or as mailboxes, but the cure is a DNS record or TLS. */
const senderRules: TextRule[] = [
  {
    category: "auth_failure",
    text: /\bnot sent over a TLS\b|\b(?:is not|isn't) aligned with\b|\binvalid DNS (?:MX|A)\b|\bunauthenticated e-?mail from\b/i,
  },
  {
    category: "relay_denied",
    text: /\bsender verif(?:y|ication) failed\b/i,
    on: 5,
  },
  {
    category: "auth_failure",
    text: /\b(?:not passed|not pass|unauthenticated)\b.{0,60}\b(?:spf|dkim|dmarc)\b/i,
  },
];

const paceRules: TextRule[] = [
  { category: "rate_limit", text: /\b(?:ip|domain|sending) frequency limited\b/i },
  { category: "quota", text: /\bexceeded the max(?:imum)? e-?mails per (?:hour|day)\b/i },
  {
    category: "quota",
    text: /\b(?:daily|hourly|monthly|24[- ]hour)\b.{0,40}\b(?:quota|limit|cap)\b|(?:sending|message) quota exceeded/i,
  },
  {
    category: "rcpt_rate",
    text: /(?:user|recipient|mailbox|account)\b.{0,50}\breceiving (?:mail|messages) (?:too (?:quickly|fast)|at a rate)/i,
  },
  {
    category: "rate_limit",
    text: /\b(?:too many|maximum (?:number of )?|excessive|exceed(?:s|ed|ing)?\b.{0,40}) ?(?:concurrent |simultaneous |open |smtp |allowed )*(?:connections?|sessions?)\b/i,
  },
  {
    category: "rate_limit",
    text: /\b(?:rate[- ]?limit\w*|throttl\w+|slow(?:ing)? down|sending rate|unusual rate|too (?:much|many) (?:mail|e-?mails?|messages|recipients)|too (?:fast|quickly|frequent\w*))\b/i,
  },
  { category: "rate_limit", text: /\bmessages?\b.{0,30}\btemporarily deferred\b/i, on: 4 },
];

const greylistRules: TextRule[] = [
  { category: "greylist", text: /\bgr[ea]y[- ]?list/i, on: 4 },
  {
    category: "greylist",
    text: /\b(?:postgrey|milter-greylist|first (?:time|attempt) (?:seen|from))\b/i,
    on: 4,
  },
];

const contentRules: TextRule[] = [
  {
    category: "virus",
    text: /\b(?:virus|malware|trojan|phish\w*|infected|worm)\b|security issue|executable/i,
    on: 5,
  },
  {
    category: "msg_too_large",
    text: /\b(?:message|mail|size)\b.{0,40}\b(?:too (?:large|big|long)|exceeds?|exceeded|over)\b.{0,40}\b(?:size|limit|maximum|large|bytes)\b|\bsize limit\b|too (?:large|big) (?:message|mail)/i,
  },
  {
    category: "loop",
    text: /\b(?:too many hops|hop count|mail (?:loop|loops back)|routing loop)\b/i,
  },
];

const authRules: TextRule[] = [
  {
    category: "relay_denied",
    text: /\brelay(?:ing)?\b.{0,30}\b(?:denied|prohibited|not (?:permitted|allowed)|refused)|\b(?:unable|not (?:permitted|allowed|authori[sz]ed)|cannot) to relay\b|\b(?:we|i) do not relay\b/i,
  },
  {
    category: "relay_denied",
    text: /\bauthentication (?:is )?(?:required|needed)|\bmust (?:be authenticated|authenticate|login|issue a starttls)|\b(?:not|isn't) (?:owned by|verified)\b.{0,40}|sender (?:is )?not (?:allowed|authori[sz]ed|verified)|(?:address|identity|identities) (?:is|are|failed).{0,20}(?:not verified|the check)/i,
  },
  {
    category: "auth_failure",
    text: /\b(?:dmarc|dkim|spf|sender policy framework)\b|\bunauthenticated (?:e-?mail|mail|sender)|\b(?:does not|doesn't|did not) (?:pass|meet)\b.{0,60}\bauthenticat/i,
  },
  {
    category: "auth_failure",
    text: /\b(?:ptr|reverse dns|rdns|reverse (?:hostname|lookup))\b|\bcannot find your (?:reverse )?hostname\b|client host rejected: cannot find/i,
  },
];

const reputationRules: TextRule[] = [
  {
    category: "domain_reputation",
    text: /\b(?:uribl|surbl|dbl|domain block ?list)\b|\bdomain\b.{0,40}\b(?:low|poor|bad|very low) reputation|reputation of (?:the |your )?(?:sending )?domain/i,
  },
  {
    category: "ip_reputation",
    text: /\b(?:spamhaus|spamcop|barracuda(?:central)?|sorbs|cbl|zen\.|uceprotect|abusix|invaluement|senderscore|rbl|dnsbl)\b|\bblock(?:ed)? (?:list(?:ed)?|using)\b|\b(?:black|block|deny)[- ]?list/i,
  },
  {
    category: "ip_reputation",
    text: /\b(?:ip|ip address|host|server|network|client|connection)\b.{0,60}\b(?:blocked|banned|reputation|listed|not accepted|rejected due to)\b|\b(?:poor|bad|low) reputation\b/i,
  },
  {
    category: "spam_content",
    text: /\b(?:spam|unsolicited|junk|bulk mail)\b|\bcontent\b.{0,40}\b(?:rejected|refused|denied|blocked|not allowed|restrictions?)|\b(?:rejected|blocked)\b.{0,30}\bcontent\b|\bmessage (?:looks|appears|is likely)\b/i,
  },
];

const mailboxRules: TextRule[] = [
  {
    category: "mailbox_full",
    text: /\b(?:over ?quota|quota (?:is )?(?:exceeded|full)|exceed(?:s|ed|ing)?\b.{0,30}\bquota|(?:mailbox|inbox|mail box|storage)\b.{0,30}\b(?:full|exceeded|out of (?:storage|space))|out of storage space|not enough (?:storage )?space in (?:the )?mailbox)/i,
  },
  {
    category: "inactive_mailbox",
    text: /\binactive (?:e-?mail )?address\b|\barchived recipient\b|\b(?:mailbox|account|user|recipient|address|e-?mail)\b.{0,50}\b(?:disabled|suspended|inactive|deactivated|locked|closed|expired|discontinued|on hold)\b|\b(?:disabled|suspended|inactive|deactivated|closed) (?:mailbox|account|user|recipient)\b|OverQuotaPerm/i,
    at: aboutRecipient,
  },
  {
    // A catch-all sentence that names every reason there is says nothing.
    category: "unclear_550",
    text: /\bmay not exist, (?:they )?(?:or )?may be\b/i,
    on: 5,
    at: ["rcpt"],
  },
  {
    category: "null_mx",
    text: /\b(?:domain|host)\b.{0,60}\bdoes(?: not|n't) accept (?:e-?)?mail\b|\bnull ?mx\b/i,
    on: 5,
    at: aboutRecipient,
  },
  {
    category: "bad_domain",
    text: /\bdomain\b(?: \S{1,60})? (?:is )?(?:not found|does(?: not|n't) exist|unknown|invalid|has no (?:valid )?mx)|\b(?:unknown|invalid|unrouteable) (?:recipient |mail )?domain\b|\bhost (?:or domain name )?(?:not found|unknown)\b/i,
    on: 5,
    at: aboutRecipient,
  },
  {
    category: "moved",
    text: /\b(?:user|mailbox|recipient|account|address)\b.{0,30}\bhas (?:been )?(?:moved|changed)\b|please (?:try|use) the (?:new|following) address/i,
    on: 5,
    at: aboutRecipient,
  },
  {
    category: "invalid_mailbox",
    text: /\b(?:no such|unknown|invalid|non-?existent|unrouteable|undeliverable|bad destination)\b.{0,20}\b(?:user|mailbox|recipient|address|account|person|e-?mail|local[- ]?part)|\b(?:user|mailbox|recipient|address|account)(?: \S{1,20})? (?:is )?(?:unknown|unavailable or unknown|invalid|not known)\b/i,
    on: 5,
    at: aboutRecipient,
  },
  {
    category: "invalid_mailbox",
    text: /\b(?:user|mailbox|recipient|address|account|e-?mail|person)\b.{0,60}\b(?:does(?: not|n't) exist|not (?:be )?found|not exist|couldn't be found|could not be found|not listed|not here)\b|\b(?:no mailbox|does not have an? \S+ account|doesn't have an? \S+ account|user doesn't have|there is no one at|no longer (?:exists|available|valid|in use))\b/i,
    on: 5,
    at: aboutRecipient,
  },
  {
    category: "invalid_mailbox",
    text: /utilisateur (?:inconnu|invalide)|adresse (?:inconnue|invalide|d.?au moins un destinataire invalide)|(?:empf(?:ä|ae)nger|benutzer|postfach|adresse)\b.{0,30}(?:unbekannt|existiert nicht|nicht (?:gefunden|vorhanden))|usuario (?:desconocido|no existe)|utente sconosciuto|destinatario (?:sconosciuto|inesistente)|nieznany (?:u|odbiorca)/i,
    on: 5,
    at: aboutRecipient,
  },
];

const lastRules: TextRule[] = [
  {
    category: "unclear_550",
    text: /\bmailbox (?:is )?unavailable\b/i,
    on: 5,
    at: ["rcpt"],
  },
  {
    category: "filtered",
    text: /\b(?:not accepting (?:mail|messages) from|refused by (?:the )?(?:user|recipient)|recipient has (?:blocked|refused|rejected)|batv|does not (?:wish|want) to receive|restricted (?:address|group)|only accepts (?:mail|messages) from)\b/i,
    at: aboutRecipient,
  },
  { category: "net", text: /\b(?:timed? ?out|connection (?:lost|dropped|reset)|idle)\b/i, on: 4 },
  {
    category: "system",
    text: /\b(?:local (?:error|problem)|internal (?:server )?error|system (?:error|problem|storage)|insufficient (?:system )?(?:storage|resources)|out of (?:disk|memory)|configuration error|temporar(?:y|ily)\b.{0,30}\b(?:failure|error|problem|unavailable)|service (?:not available|unavailable)|queue file write error|server busy)\b/i,
    on: 4,
  },
  {
    category: "syntax_unsupported",
    text: /\b(?:rfc ?-?(?:2822|5322|5321)|smtputf8|8bitmime|bare (?:lf|cr|newline)|line (?:is )?too long|malformed|duplicate header|missing (?:from|date|message-id)|syntax error)\b/i,
    on: 5,
  },
  {
    category: "policy",
    text: /\b(?:polic(?:y|ies)|closed list|attachment|prohibited|administrative(?:ly)?)\b/i,
    on: 5,
    at: aboutRecipient,
  },
];

/** First match wins. */
export const textRules: readonly TextRule[] = [
  ...providerRules,
  ...senderRules,
  ...paceRules,
  ...greylistRules,
  ...contentRules,
  ...authRules,
  ...mailboxRules,
  ...reputationRules,
  ...lastRules,
];
