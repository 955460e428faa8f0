import { addressToken, messageIdOf } from "../tokens.ts";
import type { Recipient, Rendered } from "../types.ts";
import { type CompiledCampaign, isSafeAddress } from "./compile.ts";
import { encodeText, type HeaderField, headerField } from "./header-text.ts";
import { escapeHtml, type Target, TemplateError } from "./liquid-engine.ts";
import {
  type MessageState,
  newState,
  openUrl,
  ownUrl,
  pixelHtml,
  slotValue,
  subjectOf,
} from "./message-state.ts";
import { encodePiece, isPlainSlot, SOFT_BREAK } from "./quoted-printable.ts";
import type { Slot } from "./segments.ts";

export type MessageOptions = {
  /** Unix ms of the Date field. A retry passes the first attempt's date, so that the octets are identical. */
  date: number;
  /** Overrides the Message-ID (without brackets); for test messages, which all have seq 0. */
  messageId?: string;
  /** How many times a person has had the message sent again as a new run. */
  run?: number | undefined;
};

/** A message before signing: its header fields in order, and its body as pieces with their total length. */
export type Draft = {
  envelopeFrom: string;
  envelopeTo: string;
  messageId: string;
  needsSmtpUtf8: boolean;
  fields: HeaderField[];
  body: (string | Buffer)[];
  bodyBytes: number;
};

/**
 * Fills the slots for one recipient.
 *
 * @throws TemplateError when a value cannot be rendered or the address is invalid in a header. The message must then
 * not be sent, and a retry would fail again.
 */
export function draftMessage(
  campaign: CompiledCampaign,
  recipient: Recipient,
  options: MessageOptions,
): Draft {
  if (!isSafeAddress(recipient.address)) {
    throw new TemplateError("The address cannot be used in a header.", undefined);
  }
  const { content, keys, campaignId } = campaign;
  const state = newState(campaign, recipient, options.date, false);
  const ref = { workspaceNumber: content.workspace.number, campaignId, seq: recipient.seq };
  const messageId = options.messageId ?? messageIdOf(keys, ref, content.domain, options.run);
  const fields = headerFields(campaign, state, messageId);
  const { body, bodyBytes } = fillBody(campaign, state);
  return {
    envelopeFrom:
      content.bounceDomain === ""
        ? content.fromEmail
        : `${addressToken(keys, "bounce", ref)}@${content.bounceDomain}`,
    envelopeTo: recipient.address,
    messageId,
    needsSmtpUtf8: !isAscii(recipient.address) || !isAscii(content.fromEmail + content.replyTo),
    fields,
    body,
    bodyBytes,
  };
}

function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

function headerFields(
  campaign: CompiledCampaign,
  state: MessageState,
  messageId: string,
): HeaderField[] {
  const { from, replyTo, constant } = campaign.fields;
  const fields = [
    from,
    headerField("To", `<${state.recipient.address}>`),
    campaign.constantSubject ?? headerField("Subject", encodeText("Subject", subjectOf(state))),
    headerField("Date", mailDate(state.date)),
    headerField("Message-ID", `<${messageId}>`),
  ];
  if (replyTo !== undefined) {
    fields.push(replyTo);
  }
  if (campaign.content.transactional !== true) {
    fields.push(listUnsubscribe(campaign, state));
  }
  fields.push(...constant);
  return fields;
}

function listUnsubscribe(campaign: CompiledCampaign, state: MessageState): HeaderField {
  const { content, keys, campaignId } = campaign;
  const url = `<${ownUrl(state, "unsubscribe_url")}>`;
  if (content.bounceDomain === "") {
    return headerField("List-Unsubscribe", url);
  }
  const mailbox = addressToken(keys, "unsubscribeMail", {
    workspaceNumber: content.workspace.number,
    campaignId,
    seq: state.recipient.seq,
  });
  const mailto = `<mailto:${mailbox}@${content.bounceDomain}?subject=unsubscribe>`;
  return headerField("List-Unsubscribe", `${url},\r\n ${mailto}`);
}

/** A date as RFC 5322 §3.3 writes it, in UTC. @param at Unix ms. */
export function mailDate(at: number): string {
  return new Date(at).toUTCString().replace("GMT", "+0000");
}

function fillBody(campaign: CompiledCampaign, state: MessageState) {
  const body: (string | Buffer)[] = [];
  let bodyBytes = 0;
  for (const { piece, target } of campaign.body) {
    const filled = "kind" in piece ? fillSlot(piece, state, target) : piece;
    body.push(filled);
    bodyBytes += filled.length;
  }
  return { body, bodyBytes };
}

function fillSlot(slot: Slot, state: MessageState, target: Target): string | Buffer {
  if (slot.kind === "pixel") {
    return encodePixel(openUrl(state));
  }
  return encodeSlot(slotValue(slot, state, target));
}

const [BEFORE_PIXEL_URL = "", AFTER_PIXEL_URL = ""] = pixelHtml("\n")
  .split("\n")
  .map((part) => encodePiece(part).toString("latin1"));

// Fast path: most of the pixel is the same in every message, and our own URLs rarely need encoding.
function encodePixel(url: string | undefined): string | Buffer {
  if (url === undefined) {
    return "";
  }
  return isPlainSlot(url) && escapeHtml(url) === url
    ? BEFORE_PIXEL_URL + SOFT_BREAK + url + SOFT_BREAK + AFTER_PIXEL_URL + SOFT_BREAK
    : encodeSlot(pixelHtml(url));
}

function encodeSlot(value: string): string | Buffer {
  if (isPlainSlot(value)) {
    return value + SOFT_BREAK;
  }
  const bytes = encodePiece(value);
  return bytes.length > 0 && bytes[bytes.length - 1] === 10
    ? bytes
    : Buffer.concat([bytes, softBreak]);
}

const softBreak = Buffer.from(SOFT_BREAK);

/** Renders a message without a DKIM signature: for relays that sign themselves, and for the test inbox. */
export function renderMessage(
  campaign: CompiledCampaign,
  recipient: Recipient,
  options: MessageOptions,
): Rendered {
  const draft = draftMessage(campaign, recipient, options);
  const header = `${draft.fields.map((field) => field.wire).join("")}\r\n`;
  const headerBytes = draft.needsSmtpUtf8 ? Buffer.byteLength(header) : header.length;
  const bytes = Buffer.allocUnsafeSlow(headerBytes + draft.bodyBytes);
  bytes.write(header, 0, draft.needsSmtpUtf8 ? "utf8" : "latin1");
  writeBody(draft, bytes, headerBytes);
  return finished(draft, bytes);
}

/** Copies the body of a draft into `bytes`. @param start Offset of the body. */
export function writeBody(draft: Draft, bytes: Buffer, start: number): void {
  let at = start;
  for (const part of draft.body) {
    if (typeof part === "string") {
      bytes.write(part, at, "latin1");
    } else {
      bytes.set(part, at);
    }
    at += part.length;
  }
}

/** The finished message of a draft. */
export function finished(draft: Draft, bytes: Uint8Array): Rendered {
  const { envelopeFrom, envelopeTo, messageId, needsSmtpUtf8 } = draft;
  return { envelopeFrom, envelopeTo, messageId, bytes, needsSmtpUtf8, needs8bit: needsSmtpUtf8 };
}
