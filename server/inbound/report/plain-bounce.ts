import type { Bounce } from "./dsn.ts";
import type { MailParts } from "./mail-parts.ts";
import { addressIn } from "./report-fields.ts";
import { codeFor, codeIn, enhancedIn, tidy } from "./smtp-words.ts";

// What servers write that do not know RFC 3464: qmail, Exim, old Exchange, Domino, the mailboxes' own.

const DAEMON = /^(?:mailer-daemon|mailerdaemon|mail-daemon|postmaster|mdaemon|mailsystem)@/i;
const SUBJECTS =
  /undeliver|not delivered|failure notice|deliver\w* (?:has )?(?:status|failed|failure|problem|error|delay)|returned (?:mail|to sender)|non.?deliver|mail (?:system|delivery)|unzustellbar|nicht (?:zugestellt|zustellbar)|zustellung|returning message|warning: |rejected|echec|non remis|no entregado|mancata consegna/i;
const DELAYS =
  /will be retried|has not (?:yet )?been delivered|still being retried|will continue to (?:try|be)|will keep trying|warning message only|need to (?:resend|do anything)|delayed|verzögert|delivery attempts will/i;
const GIVES_UP =
  /giving up|permanent|fatal error|could not be delivered|delivery failed|undeliverable|i've given up/i;
const ENDS =
  /^\s*(?:-{2,}\s*)?(?:below this line is a copy|this is a copy of the (?:headers|message)|original message|the header of the original|returned message|message header follows|einzelheiten zur|-----original)|^\s*-{3,}.{0,60}(?:original|copy|returned|header)/i;
const REASONS: [RegExp, string][] = [
  [
    /no mailbox here|user unknown|unknown user|no such (?:user|recipient|address|mailbox)|does(?:n't| not) have an? \S{1,80} account|does not exist|not listed in|not found in|mailbox not found|unknown recipient|recipient unknown|empfänger unbekannt|invalid recipient|address rejected/i,
    "5.1.1",
  ],
  [
    /quota|mailbox (?:is )?full|over (?:its )?(?:size|storage)|postfach ist voll|exceed\w* .{0,20}(?:storage|limit)/i,
    "5.2.2",
  ],
  [
    /account (?:has been |is )?(?:disabled|suspended|closed|inactive)|mailbox (?:disabled|inactive)/i,
    "5.2.1",
  ],
  [
    /host(?: name)? (?:unknown|not found)|unrouteable (?:mail )?domain|domain (?:not found|does not exist)|no such domain|couldn't find any host/i,
    "5.1.2",
  ],
  [/too (?:large|big)|size limit|exceeds the (?:maximum )?size/i, "5.3.4"],
  [/timed? ?out|retry timeout exceeded|could not (?:reach|connect)|connection refused/i, "4.4.1"],
];

const MAX_LINES = 400;
const MAX_LINE_CHARS = 1_000;
const CONTINUED_LINES = 4;

/** True when this looks like a server's own message about mail that it could not deliver. */
export function looksLikeBounce(parts: MailParts, envelopeFrom: string): boolean {
  const { head } = parts;
  if (head.has("x-failed-recipients")) {
    return true;
  }
  const isByDaemon = envelopeFrom === "" || DAEMON.test(addressIn(head.get("from") ?? ""));
  return isByDaemon && SUBJECTS.test((head.get("subject") ?? "").slice(0, 500));
}

/** Reads code and reason out of a text for people; undefined when it gives neither. */
export function readPlainBounce(parts: MailParts): Bounce | undefined {
  const lines = linesOf(parts.text);
  const all = lines.join("\n");
  const found = quotedReply(lines) ?? spokenReason(lines);
  if (found === undefined) {
    return undefined;
  }
  const isDelay =
    DELAYS.test(all) ||
    /delay|warning|verzöger/i.test((parts.head.get("subject") ?? "").slice(0, 500));
  const enh = found.enh;
  return {
    action: isDelay && !GIVES_UP.test(all) ? "delayed" : "failed",
    code: found.code || codeFor(enh),
    enh,
    text: tidy(found.text),
    address:
      addressIn(parts.head.get("x-failed-recipients") ?? "") ||
      addressIn(lines.find((line) => /^\s*<?[^\s<>@]{1,64}@/.test(line)) ?? ""),
  };
}

function linesOf(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split(/\r?\n/, MAX_LINES)) {
    if (ENDS.test(line.slice(0, 200))) {
      break;
    }
    lines.push(line.slice(0, MAX_LINE_CHARS));
  }
  return lines;
}

/** A server's reply that the text quotes, with the lines it goes on for. */
function quotedReply(
  lines: readonly string[],
): { code: number; enh: string; text: string } | undefined {
  const start = lines.findIndex((line) => codeIn(line) > 0 || enhancedIn(line) !== "");
  if (start === -1) {
    return undefined;
  }
  const end = lines.findIndex((line, index) => index > start && line.trim() === "");
  const last = Math.min(end === -1 ? lines.length : end, start + 1 + CONTINUED_LINES);
  // Exchange puts its code on a line of its own, below the words: `<mx.example.com #5.1.1>`.
  const isCodeOnly = /^\s*<[^<>]{1,300}>\s*$/.test(lines[start] ?? "");
  const text = lines.slice(isCodeOnly ? Math.max(0, start - 1) : start, last).join(" ");
  const code = codeIn(text);
  return {
    code,
    enh: enhancedIn(text),
    text: code === 0 ? text : text.slice(text.indexOf(String(code))),
  };
}

function spokenReason(
  lines: readonly string[],
): { code: number; enh: string; text: string } | undefined {
  for (const line of lines) {
    const known = REASONS.find(([pattern]) => pattern.test(line));
    if (known !== undefined) {
      return { code: 0, enh: known[1], text: line };
    }
  }
  return undefined;
}
