import { aboutRecipient, type TextRule } from "./reply-rule.ts";

/** Refusals of our sender address, host name or host. */
export const senderWords: TextRule[] = [
  // Refusals that only a relay gives: the account may not use this sender address, or must authenticate first.
  {
    category: "relay_denied",
    text: /\b(?:not|isn't) (?:owned by|verified)\b.{0,40}|\bsender (?:address )?(?:is )?not (?:authori[sz]ed|verified)|(?:address|identity|identities) (?:is|are|failed).{0,20}(?:not verified|the check)|\bbad outbound sender\b/i,
  },
  {
    category: "auth_failure",
    text: /\bnot sent over a TLS\b|\b(?:is not|isn't) aligned with\b|\binvalid DNS (?:MX|A)\b|\bunauthenticated e-?mail from\b/i,
  },
  {
    category: "auth_failure",
    text: /\b(?:not passed|not pass|unauthenticated)\b.{0,60}\b(?:spf|dkim|dmarc)\b/i,
  },
  {
    category: "sender_refused",
    text: /\bsender\b.{0,20}\bverif(?:y|ication) (?:failed|failure)\b|\bcallback (?:verification )?(?:failed|lookup)\b/i,
    on: 5,
    at: aboutRecipient,
  },
  { category: "relay_denied", text: /\bsender verif(?:y|ication) failed\b/i, on: 5 },
  {
    category: "sender_refused",
    text: /\b(?:helo|ehlo)\b.{0,80}\b(?:reject|refus|den(?:y|ied)|invalid|not (?:found|valid|resolv|allowed)|unknown|bad|forged|impersonat|fqdn|fully[- ]qualified|does(?: not|n't) (?:match|resolve|exist))|\b(?:invalid|bad|forged) (?:helo|ehlo)\b|need fully-qualified hostname/i,
    on: 5,
    at: aboutRecipient,
  },
  {
    // The sender is the subject of the sentence, so the reason that follows, even "User unknown", is about the sender.
    category: "sender_refused",
    text: /\b(?:sender|mail ?from|return[- ]path|reverse[- ]path|envelope[- ](?:sender|from)|originator|from: ?domain|from (?:address|domain|header))\b(?:(?!\b(?:recipient|rcpt)\b).){0,60}?\b(?:reject(?:ed|s)?|refused|den(?:y|ied)|invalid|illegal|malformed|unknown|unrout(?:e)?able|unresolvable|not (?:be )?(?:found|exist|valid|known|resolved?|allowed|accepted|acceptable|permitted)|does(?: not|n't) (?:exist|resolve|have|match)|(?:must|should) (?:exist|resolve|be valid)|(?:is )?empty|badmailfrom|no (?:valid )?(?:mx|dns)|cannot be (?:resolved|verified))/i,
    on: 5,
    at: aboutRecipient,
  },
  {
    category: "sender_refused",
    text: /\b(?:invalid|illegal|bad|unknown|unroutable|unrouteable|unresolvable|bogus|empty|null) (?:envelope[- ])?(?:sender|return[- ]path|mail from)\b|\b(?:not accept|no access|rejecting|block\w*)\b.{0,30}\b(?:null|empty|this) sender\b|\bbadmailfrom\b|\bdomain of (?:the )?sender\b.{0,60}\b(?:not|no|unknown|invalid)\b/i,
    on: 5,
    at: aboutRecipient,
  },
  {
    category: "sender_refused",
    text: /(?:e|é)metteur (?:invalide|refus)|exp(?:e|é)diteur (?:invalide|refus|inconnu)|absender(?:adresse|domain)?\b.{0,30}(?:abgelehnt|abgewiesen|ung(?:ü|ue)ltig|unbekannt|gesperrt|nicht)|(?:remitente|remetente|mittente)\b.{0,30}(?:rechazad|rejeitad|rifiutat|inv(?:á|a)lid|non valido|desconocid|desconhecid|sconosciut|no existe|não existe)/i,
    on: 5,
    at: aboutRecipient,
  },
  {
    // The only address in the refusal is our return path.
    category: "sender_refused",
    text: /^(?:[^@]|@sender)*@sender(?:[^@]|@sender)*$(?<=\b(?:reject(?:ed)?|refused|denied|unknown|invalid|not (?:be )?(?:found|exist|valid|known)|does(?:n't| not) exist|no such|undeliverable|verif\w+ fail\w+)\b.*)/i,
    on: 5,
    at: aboutRecipient,
  },
  {
    category: "relay_denied",
    text: /\brelay(?:ing)?\b.{0,30}\b(?:denied|prohibited|not (?:permitted|allowed)|refused)|\b(?:unable|not (?:permitted|allowed|authori[sz]ed|configured)|cannot|insecure mail|as a|not an? open|no) (?:to )?relay(?:ing)?\b|\b(?:we|i) do(?: not|n't) relay\b|\b(?:in|on) my list of allowed rcpthosts\b|\b(?:do(?: not|n't) handle|not a gateway for) mail for\b|\bnot a gateway\b/i,
  },
  {
    category: "relay_denied",
    text: /\bauthentication (?:is )?(?:required|needed)|\bmust (?:be authenticated|authenticate|login|issue a starttls)/i,
  },
];

/** We send too much or too fast; this passes. */
export const paceWords: TextRule[] = [
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
    text: /\b(?:rate[- ]?limit\w*|throttl\w+|slow(?:ing)? down|sending rate|unusual rate|too (?:much|many) (?:mail|e-?mails?|messages|recipients)|too (?:fast|quickly|frequent\w*))\b(?! (?:in|on) (?:the )?(?:mailbox|server))/i,
  },
  { category: "rate_limit", text: /\bmessages?\b.{0,30}\btemporarily deferred\b/i, on: 4 },
];

/** SPF, DKIM, DMARC or reverse DNS failed; fixed by a DNS record. */
export const authWords: TextRule[] = [
  {
    category: "auth_failure",
    text: /\b(?:dmarc|dkim|spf|sender policy framework)\b|\bunauthenticated (?:e-?mail|mail|sender)|\b(?:does not|doesn't|did not) (?:pass|meet)\b.{0,60}\bauthenticat/i,
  },
  {
    category: "auth_failure",
    text: /\b(?:ptr|reverse dns|rdns|reverse (?:hostname|lookup))\b|\bcannot find your (?:reverse )?hostname\b|client host rejected: cannot find/i,
  },
];

/** This message is refused because of its content or size. */
export const contentWords: TextRule[] = [
  {
    category: "virus",
    text: /\b(?:virus|malware|trojan|phish\w*|infected|worm)\b|security issue|executable/i,
    on: 5,
  },
  {
    category: "msg_too_large",
    text: /\b(?:message|mail|size)\b.{0,40}\b(?:too (?:large|big|long)|exceeds?|exceeded|over)\b.{0,40}\b(?:size|limit|maximum|large|bytes)\b|\b(?<!mailbox )size limit\b|too (?:large|big) (?:message|mail)|\bmessage (?:is )?too (?:large|big|long)\b|\bmax(?:imum)? (?:inbound |incoming |allowed )?(?:message|mail) size\b/i,
  },
];

/** Our IP, domain or content has a poor reputation. The least specific patterns come last. */
export const reputationWords: TextRule[] = [
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
