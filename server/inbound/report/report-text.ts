import { spokenReason } from "../../delivery/index.ts";
import { codeIn, enhancedIn, type FoundReply, tidy } from "./smtp-words.ts";

const ENDS =
  /^\s*(?:-{2,}\s*)?(?:below (?:this|the next) line is a copy|this is a copy of (?:the|your) (?:headers|message|e-?mail)|(?:the )?(?:original|returned|old) (?:message|mail)(?: follows| headers?| details?| attached)?\s*[:.-]*\s*$|the header of the original|(?:message|original) headers? (?:follow|of)|message (?:text|headers?) follows?|included is a copy|a copy of the original|here is your returned mail|original message follows|einzelheiten zur|urspr(?:ü|ue)ngliche nachricht|message d'origine|mensaje original|messaggio originale|-----original)|^\s*[-=*]{3,}.{0,60}(?:original|copy|returned|header|unsent message|ursprüngliche|d'origine)|^\s*received: from /i;
/** Header fields of a quoted message, whose contents must not be taken for the report's own words. */
const FIELD =
  /^\s*>?\s*(?:subject|date|sent|received|message-id|x-[\w-]{1,60}|reply-to|list-[\w-]{1,60}|content-[\w-]{1,60}|mime-version|return-path|dkim-signature|references|in-reply-to|betreff|datum|objet|asunto|oggetto|onderwerp|тема|件名)\s*[:：]/i;

const MAX_LINES = 400;
const MAX_LINE_CHARS = 1_000;
const MAX_PARAGRAPH_CHARS = 1_200;
const CONTINUED_LINES = 4;
const WINDOW_CHARS = 280;
/** A report states its reason within this many sentences. */
const MAX_SENTENCES = 120;

/** The lines of a report before the returned message. */
export function reportLines(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split(/\r\n|\r|\n/, MAX_LINES)) {
    if (ENDS.test(line.slice(0, 200))) {
      break;
    }
    if (!FIELD.test(line.slice(0, 200))) {
      lines.push(line.slice(0, MAX_LINE_CHARS));
    }
  }
  return lines;
}

/** Joins lines to paragraphs, because sentences may be wrapped anywhere. */
export function paragraphsOf(lines: readonly string[]): string[] {
  const paragraphs: string[] = [];
  let open = "";
  for (const line of lines) {
    const text = line.trim();
    if (text === "" || open.length > MAX_PARAGRAPH_CHARS) {
      paragraphs.push(open);
      open = text;
    } else {
      open = open === "" ? text : `${open} ${text}`;
    }
  }
  return [...paragraphs, open].filter((one) => one !== "");
}

/** Matches a line on which a server's reply begins: at its start, or after an introduction such as "said:". */
const INTRODUCED =
  /(?:^|said:|says:|reason:|response:|reply:|answered:?|error:?|status:?|code:?|diagnostic:?|following error|<<<|<--|<-|;|:|\(|\[|"|')\s*#?(?=[45][0-57]\d(?:[ :]|-(?!\d)|$))/i;

/**
 * The SMTP reply that a text quotes. A line with both codes is preferred, then one introduced as a reply, then one with
 * an enhanced code only.
 */
export function quotedReply(lines: readonly string[]): FoundReply | undefined {
  const both = lines.findIndex((line) => codeIn(line) > 0 && enhancedIn(line) !== "");
  const introduced = lines.findIndex((line) => INTRODUCED.test(line) && codeIn(line) > 0);
  const enhanced = lines.findIndex((line) => enhancedIn(line) !== "");
  const start = [both, introduced, enhanced].find((index) => index !== -1);
  if (start === undefined) {
    return undefined;
  }
  const end = lines.findIndex((line, index) => index > start && line.trim() === "");
  const last = Math.min(end === -1 ? lines.length : end, start + 1 + CONTINUED_LINES);
  // Exchange puts its code on a separate line below the text: `<mx.example.com #5.1.1>`.
  const isCodeOnly = /^\s*<[^<>]{1,300}>\s*$/.test(lines[start] ?? "");
  const text = lines.slice(isCodeOnly ? Math.max(0, start - 1) : start, last).join(" ");
  const code = codeIn(text);
  const reply = code === 0 ? text : text.slice(text.indexOf(String(code)));
  return { code, enh: enhancedIn(text), text: commandBefore(lines, start, text) + reply };
}

const COMMAND =
  /\b(?:after|in reply to|for|on) (?:pipelined |initial )?(?:MAIL|RCPT|HELO|EHLO|DATA|TEXT|connection|end of data)\b/i;
const COMMAND_LINES = 2;

/**
 * The refused command, such as "after MAIL FROM", named on the reply's line or just above it; empty when none is named.
 */
function commandBefore(lines: readonly string[], start: number, text: string): string {
  const above = lines.slice(Math.max(0, start - COMMAND_LINES), start).join(" ");
  const code = String(codeIn(text));
  const named = COMMAND.exec(`${above} ${text.slice(0, Math.max(0, text.indexOf(code)))}`)?.[0];
  return named === undefined ? "" : `${named}: `;
}

/** The reason that a text gives in words; a reason about the recipient takes precedence. */
export function reasonInWords(paragraphs: readonly string[]): FoundReply | undefined {
  let other: FoundReply | undefined;
  for (const sentence of paragraphs.flatMap(windowsOf).slice(0, MAX_SENTENCES)) {
    const reason = spokenReason(sentence);
    if (reason !== undefined) {
      const found = { code: 0, enh: reason.enhanced, text: tidy(sentence) };
      if (reason.isAboutRecipient) {
        return found;
      }
      other ??= found;
    }
  }
  return other;
}

/**
 * Splits a paragraph for matching: short ones stay whole, longer ones are split into sentences, and long sentences into
 * overlapping pieces.
 */
function windowsOf(paragraph: string): string[] {
  const step = WINDOW_CHARS / 2;
  const sentences =
    paragraph.length <= WINDOW_CHARS ? [paragraph] : paragraph.split(/(?<=[.!?。])\s+/);
  return sentences.flatMap((sentence) =>
    Array.from({ length: Math.max(1, Math.ceil(sentence.length / step) - 1) }, (_, index) =>
      sentence.slice(index * step, index * step + WINDOW_CHARS),
    ),
  );
}
