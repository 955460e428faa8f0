import { aboutRecipient, type TextRule } from "./reply-rule.ts";

/** A queue's lifetime expired. Nothing was refused, whatever the code's class. */
export const expiryWords: TextRule[] = [
  {
    category: "expired",
    text: /\b(?:QUEUE\.Expired|ATTR\d* ?expired)\b|\b(?:message|mail|envelope|delivery|delivery time|queue|queue time|queue lifetime|time[- ]?to[- ]?live|retry time|deadline)\b(?: (?:was|has|is|in|the|queue|for|been|timeout))* (?:expired|timed out)\b|\b(?:queue|delivery|retry) (?:life)?time\b.{0,20}\bexceeded\b/i,
  },
  {
    category: "expired",
    text: /\bin (?:the |our )?(?:mail )?queue (?:for )?(?:too long|over|more than)\b|\bretry time not reached\b|\blong failure period\b|\bretry timeout exceeded\b|\bmax(?:imum)? (?:retry|retries|age|queue lifetime|attempts|delivery (?:time|attempts))\b|\b(?:after )?(?:multiple|several|repeated|many|\d{1,4}) (?:unsuccessful |failed |delivery )*(?:retries|attempts|tries)\b|\bnot been (?:collected|picked up|retrieved)\b/i,
  },
  {
    category: "expired",
    text: /\b(?:un(?:able|deliverable|deliver\w*)|not (?:be |been )?(?:deliver\w*|reach\w*|transmit\w*|sent)|undelivered|failing|attempt\w*|tr(?:ied|ying))\b.{0,50}\b(?:for|within|in|after|over) (?:more than |at least |over |the (?:last|past) |a (?:period of )?)?(?:\d{1,4}(?:\.\d+)?|several|two|three|four|five|seven|long) ?(?:d|h|days?|hours?|hrs|minutes?|weeks?|time)\b/i,
  },
  {
    category: "expired",
    text: /seit (?:mehr als |über )?\d{1,3} (?:tagen|stunden)|innerhalb von \d{1,3} (?:tagen|stunden)|depuis (?:plus de )?\d{1,3} (?:jours|heures)|durante \d{1,3} (?:d(?:í|i)as|horas)|per \d{1,3} (?:giorni|ore)|(?:zustellzeit|wartezeit|lebensdauer)\b.{0,30}(?:abgelaufen|überschritten)|délai (?:de livraison )?(?:expiré|dépassé)/i,
  },
];

/** A temporary DNS failure: the name may exist, whatever else the text says. */
export const lookupWords: TextRule[] = [
  {
    category: "dns_failure",
    text: /\bhost not found,? \(?try again\b|\btemporary (?:failure in )?(?:name resolution|lookup failure)|\bservfail\b/i,
    at: aboutRecipient,
  },
];

/** Deliberate "try again later" refusals. */
export const greylistWords: TextRule[] = [
  { category: "greylist", text: /\bgr[ea]y[- ]?list/i, on: 4 },
  {
    category: "greylist",
    text: /\b(?:postgrey|milter-greylist|first (?:time|attempt) (?:seen|from))\b/i,
    on: 4,
  },
];

/** A network failure, mail loop or temporary DNS failure on the way. */
export const networkWords: TextRule[] = [
  {
    category: "loop",
    text: /\b(?:too many hops|hop count|mail (?:forwarding )?loop|(?:mail )?loops? back|routing loop|forwarding loop|looping)\b/i,
  },
  { category: "net", text: /\b(?:timed? ?out|connection (?:lost|dropped|reset)|idle)\b/i, on: 4 },
  {
    category: "net",
    text: /\b(?:connect(?:ion)?|conversation|host|server|network|read|socket)\b.{0,60}\b(?:timed? ?out|refused|reset|lost|dropped|unreachable|not (?:respond\w*|reachable|answer\w*))|\b(?:no (?:route|answer|response) (?:to|from)|(?:could|can) ?not connect|unable to connect|(?:did|does) not respond|no route to host)\b|\b(?:tls|ssl)\b.{0,40}\b(?:handshake|negotiation|fail\w*)/i,
    at: aboutRecipient,
  },
  {
    category: "dns_failure",
    text: /\b(?:name ?server|dns|name service|(?:host|mx|address) (?:name )?lookup)\b.{0,40}\b(?:error|fail\w*|timeout|timed out|try again|servfail|malformed)/i,
    at: aboutRecipient,
  },
];

const trouble =
  /\b(?:local (?:configuration )?(?:error|problem)|internal (?:server )?error|(?:system|server) (?:config(?:uration)? )?(?:error|problem|storage|failure)|insufficient (?:system )?(?:storage|resources|disk space)|out of (?:disk|memory)|configuration error|no space left|misconfigured|temporar(?:y|ily)\b.{0,30}\b(?:failure|error|problem|unavailable|unable)|service (?:is )?(?:currently |temporarily |not )?(?:un)?available|queue file write error|server busy|command (?:died|failed|time limit exceeded|output)|mailer error|program (?:error|failure|crashed)|error while being processed)\b/i;

/** A fault of the receiving system. It refuses neither us nor the recipient, even with a 5xx code. */
export const systemWords: TextRule[] = [
  { category: "system", text: trouble, on: 4 },
  { category: "system", text: trouble, on: 5, at: aboutRecipient },
  {
    category: "syntax_unsupported",
    text: /\b(?:rfc ?-?(?:2822|5322|5321)|smtputf8|8bitmime|bare (?:lf|cr|newline)|line (?:is )?too long|malformed|duplicate header|missing (?:from|date|message-id)|syntax error)\b/i,
    on: 5,
  },
  {
    category: "policy",
    text: /\b(?:polic(?:y|ies)|closed (?:mailing )?list|attachment|prohibited|administrative(?:ly)?)\b/i,
    on: 5,
    at: aboutRecipient,
  },
];

/**
 * Text less specific than an enhanced code, and therefore consulted after it. Orange, La Poste, SFR and Cox number
 * their policy refusals.
 */
export const vagueWords: TextRule[] = [
  {
    category: "policy",
    text: /\b(?:OFR|LPN|SFR)[0-9]*_(?!4)[0-9]{2,3}\b|\bAUP#/,
    at: aboutRecipient,
  },
  {
    category: "system",
    text: /\btemporar(?:y|ily)\b.{0,30}\b(?:rejected|refused|deferred)\b/i,
    on: 5,
    at: aboutRecipient,
  },
  {
    category: "system",
    text: /\b(?:try|come back|resend|retry)\b.{0,30}\b(?:again|later)\b|\bcurrently (?:un)?avail\w*|\bessayer plus tard\b|\bsp(?:ä|ae)ter (?:erneut|noch einmal)\b/i,
    on: 5,
    at: aboutRecipient,
  },
  {
    category: "unclear_550",
    text: /\b(?:recipient|recipient address|address) (?:was |is |not )*(?:rejected|refused|accepted)\b/i,
    on: 5,
    at: ["rcpt"],
  },
  {
    // The message, connection or access is refused without saying why.
    category: "policy",
    text: /\b(?:message|mail|e-?mail|content|connection|transaction|transmission|session|access|service|submission|delivery)\b(?: (?:is|was|has|been|have|not|from|to|this|you|your|by|the|are))* (?:rejected|refused|denied|blocked|prohibited|(?:not )?(?:accepted|allowed|permitted|authori[sz]ed)|declined)\b|\btransaction failed\b|\bgo away\b/i,
    on: 5,
    at: aboutRecipient,
  },
];
