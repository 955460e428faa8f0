import { createHash, timingSafeEqual } from "node:crypto";
import { deriveKey, type KeyRing } from "../platform/secrets.ts";

// A token identifies the message that a request or bounce is about, and proves that we issued it:
//
//   1 byte   version (3 bits) and key tag (5 bits)
//   1 byte   purpose
//   varints  workspace number and what `layouts` says of the purpose (LEB128, shortest form): mostly campaign and seq;
//            unsubscribe and preferences have the contact too, so that they work after the campaign is deleted
//   10 bytes HMAC-SHA-256 of all preceding bytes, truncated (80 bits: RFC 2104 §5)
//
// base64url in URLs; lower-case base32 in local parts, whose case a mail server may change.

const VERSION = 1;
const MAC_BYTES = 10;
const MAX_PAYLOAD_BYTES = 2 + 4 * 8;
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** The purpose is part of the signed bytes, so that a token made for one purpose is refused for another. */
export const tokenPurposes = {
  open: 1,
  click: 2,
  unsubscribe: 3,
  preferences: 4,
  view: 5,
  bounce: 6,
  unsubscribeMail: 7,
  messageId: 8,
  form: 9,
  signup: 10,
  newAddress: 11,
} as const;
export type TokenPurpose = keyof typeof tokenPurposes;

/** The purposes of tokens in URLs: `/o/ /c/ /u/ /p/ /v/ /f/`, and `/f/confirm/` and `/p/confirm/`. */
export type UrlPurpose = Exclude<TokenPurpose, AddressPurpose | "messageId">;
/** The purposes of tokens in addresses: return path, and mailto: in List-Unsubscribe. */
export type AddressPurpose = "bounce" | "unsubscribeMail";

type OfWorkspace = { workspaceNumber: number };
/** One message of a campaign. `seq` 0 means no particular recipient, as in an anonymous web view. */
export type MessageSubject = OfWorkspace & { campaignId: number; seq: number };
/**
 * A person, and the message that led to them; its numbers are 0 in mail that belongs to no campaign. In mail that was
 * sent before tokens contained the contact, `contactId` is undefined and the message identifies the contact.
 */
export type PersonSubject = MessageSubject & { contactId: number | undefined };

/** What a token of each purpose identifies. */
export type TokenSubjects = {
  open: MessageSubject;
  click: MessageSubject & { link: number };
  unsubscribe: PersonSubject;
  preferences: PersonSubject;
  view: MessageSubject;
  bounce: MessageSubject;
  unsubscribeMail: MessageSubject;
  messageId: MessageSubject;
  form: OfWorkspace & { formId: number };
  signup: OfWorkspace & { signupId: number };
  newAddress: OfWorkspace & { changeId: number };
};

/** Converts the numbers that follow the workspace into a subject, and back; undefined if they are not valid. */
type Layout<S> = {
  write: (subject: S) => number[];
  read: (workspaceNumber: number, numbers: number[]) => S | undefined;
};

const ofMessage: Layout<MessageSubject> = {
  write: ({ campaignId, seq }) => [campaignId, seq],
  read: (workspaceNumber, [campaignId, seq, ...rest]) =>
    campaignId === undefined || seq === undefined || rest.length > 0
      ? undefined
      : { workspaceNumber, campaignId, seq },
};

const ofPerson: Layout<PersonSubject> = {
  write: ({ campaignId, seq, contactId = 0 }) => [campaignId, seq, contactId],
  read: (workspaceNumber, [campaignId, seq, contactId = 0, ...rest]) =>
    campaignId === undefined || seq === undefined || rest.length > 0
      ? undefined
      : { workspaceNumber, campaignId, seq, contactId: contactId === 0 ? undefined : contactId },
};

/** A subject with a single number. The second number has always been 0. */
function ofThing<K extends string>(name: K): Layout<OfWorkspace & { [N in K]: number }> {
  return {
    write: (subject) => [subject[name], 0],
    read: (workspaceNumber, [id, zero, ...rest]) =>
      id === undefined || zero === undefined || rest.length > 0
        ? undefined
        : ({ workspaceNumber, [name]: id } as OfWorkspace & { [N in K]: number }),
  };
}

const layouts: { [P in TokenPurpose]: Layout<TokenSubjects[P]> } = {
  open: ofMessage,
  click: {
    write: ({ campaignId, seq, link }) => [campaignId, seq, link],
    read: (workspaceNumber, [campaignId, seq, link, ...rest]) =>
      campaignId === undefined || seq === undefined || link === undefined || rest.length > 0
        ? undefined
        : { workspaceNumber, campaignId, seq, link },
  },
  unsubscribe: ofPerson,
  preferences: ofPerson,
  view: ofMessage,
  bounce: ofMessage,
  unsubscribeMail: ofMessage,
  messageId: ofMessage,
  form: ofThing("formId"),
  signup: ofThing("signupId"),
  newAddress: ofThing("changeId"),
};

type TokenKey = { firstByte: number; mac: Bun.CryptoHasher };

/**
 * Keys for signing and verifying tokens. The newest key signs; every key verifies, so that links in old mail keep
 * working.
 */
export type TokenKeys = { current: TokenKey; byFirstByte: ReadonlyMap<number, TokenKey[]> };

/**
 * Derives the token keys from the key ring. Cheap, but do it once per thread: `TokenKeys` contains native hashers and
 * cannot be sent to another thread (send the key ring instead).
 */
export function loadTokenKeys(ring: KeyRing): TokenKeys {
  const byFirstByte = new Map<number, TokenKey[]>();
  let current: TokenKey | undefined;
  for (const id of ring.keys.keys()) {
    const key = tokenKey(ring, id);
    byFirstByte.set(key.firstByte, [...(byFirstByte.get(key.firstByte) ?? []), key]);
    current = id === ring.current ? key : current;
  }
  if (current === undefined) {
    throw new Error(`the key ring has no key "${ring.current}"`);
  }
  return { current, byFirstByte };
}

// Two key ids may share the same 5-bit tag; readers then try both keys.
function tokenKey(ring: KeyRing, id: string): TokenKey {
  const tag = (createHash("sha256").update(id).digest()[0] ?? 0) & 0x1f;
  return {
    firstByte: (VERSION << 5) | tag,
    mac: new Bun.CryptoHasher("sha256", deriveKey(ring, id, "tracking-token")),
  };
}

/** The token for a URL: 22 to 60 characters of base64url. */
export function trackingToken<P extends UrlPurpose>(
  keys: TokenKeys,
  purpose: P,
  subject: TokenSubjects[P],
): string {
  return scratch.toString("base64url", 0, writeToken(keys, purpose, subject));
}

/**
 * Reads a token from a URL; undefined when we did not issue it for this purpose. Compares in constant time and accepts
 * only the canonical encoding.
 */
export function readTrackingToken<P extends UrlPurpose>(
  keys: TokenKeys,
  purpose: P,
  token: string,
): TokenSubjects[P] | undefined {
  if (token.length > 64) {
    return undefined;
  }
  const bytes = Buffer.from(token, "base64url");
  return bytes.toString("base64url") === token ? readToken(keys, purpose, bytes) : undefined;
}

/**
 * The local part of a return path (`b-…`) or of an unsubscribe mailto (`u-…`): lower case, at most 64 octets (RFC 5321
 * §4.5.3.1.1).
 */
export function addressToken(
  keys: TokenKeys,
  purpose: AddressPurpose,
  subject: MessageSubject,
): string {
  const length = writeToken(keys, purpose, subject);
  return (purpose === "bounce" ? "b-" : "u-") + base32(scratch, length);
}

/** Reads a local part made by `addressToken`, ignoring case; undefined when we did not issue it for this purpose. */
export function readAddressToken(
  keys: TokenKeys,
  purpose: AddressPurpose,
  localPart: string,
): MessageSubject | undefined {
  const folded = localPart.toLowerCase();
  if (folded.length > 64 || !folded.startsWith(purpose === "bounce" ? "b-" : "u-")) {
    return undefined;
  }
  const bytes = fromBase32(folded.slice(2));
  return bytes && readToken(keys, purpose, bytes);
}

/**
 * The Message-ID of a message, without angle brackets. It depends only on the message and the key, so that a repeated
 * attempt has the same one and the receiver can drop the duplicate.
 *
 * @param domain The sending domain, as A-label.
 * @param run How many times a person has had the message sent again; each run counts as a new message.
 */
export function messageIdOf(
  keys: TokenKeys,
  subject: MessageSubject,
  domain: string,
  run = 0,
): string {
  const length = writeToken(keys, "messageId", subject);
  return `${base32(scratch, length)}${run === 0 ? "" : `-r${run}`}@${domain}`;
}

/** Reads the part before the `@` of a Message-ID made by `messageIdOf`; undefined when we did not issue it. */
export function readMessageId(keys: TokenKeys, localPart: string): MessageSubject | undefined {
  const token = localPart.toLowerCase().replace(/-r\d{1,9}$/, "");
  const bytes = localPart.length > 80 ? undefined : fromBase32(token);
  return bytes && readToken(keys, "messageId", bytes);
}

// One buffer per thread is enough, because tokens are made synchronously.
const scratch = Buffer.alloc(MAX_PAYLOAD_BYTES + MAC_BYTES);
// Bun requires space for the longest digest, whatever the algorithm.
const digest = Buffer.alloc(64);

function writeToken<P extends TokenPurpose>(
  keys: TokenKeys,
  purpose: P,
  subject: TokenSubjects[P],
): number {
  scratch[0] = keys.current.firstByte;
  scratch[1] = tokenPurposes[purpose];
  let at = writeVarint(subject.workspaceNumber, 2);
  for (const number of layouts[purpose].write(subject)) {
    at = writeVarint(number, at);
  }
  keys.current.mac.copy().update(scratch.subarray(0, at)).digest(digest);
  digest.copy(scratch, at, 0, MAC_BYTES);
  return at + MAC_BYTES;
}

function readToken<P extends TokenPurpose>(
  keys: TokenKeys,
  purpose: P,
  bytes: Buffer,
): TokenSubjects[P] | undefined {
  const candidates = keys.byFirstByte.get(bytes[0] ?? 0);
  const end = bytes.length - MAC_BYTES;
  if (candidates === undefined || bytes[1] !== tokenPurposes[purpose] || end < 5) {
    return undefined;
  }
  const payload = bytes.subarray(0, end);
  const isOurs = candidates.some((key) =>
    timingSafeEqual(
      key.mac.copy().update(payload).digest().subarray(0, MAC_BYTES),
      bytes.subarray(end),
    ),
  );
  if (!isOurs) {
    return undefined;
  }
  const [workspaceNumber, ...numbers] = readVarints(payload) ?? [];
  return workspaceNumber === undefined
    ? undefined
    : layouts[purpose].read(workspaceNumber, numbers);
}

/** The numbers after version and purpose; undefined if the last one is cut off. */
function readVarints(payload: Buffer): number[] | undefined {
  const values: number[] = [];
  let at = 2;
  while (at < payload.length) {
    let value = 0;
    let scale = 1;
    let byte = 0;
    do {
      byte = payload[at++] ?? 0;
      value += (byte & 0x7f) * scale;
      scale *= 128;
    } while (byte >= 0x80);
    values.push(value);
  }
  return at === payload.length ? values : undefined;
}

function writeVarint(value: number, start: number): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`a token cannot contain ${value}`);
  }
  let at = start;
  let rest = value;
  while (rest >= 0x80) {
    scratch[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  scratch[at++] = rest;
  return at;
}

/** Encoding ten bits (two characters) at a time halves the steps; every message contains two or three tokens. */
const BASE32_PAIRS = Array.from(
  { length: 1024 },
  (_, bits) => `${BASE32[bits >> 5]}${BASE32[bits & 31]}`,
);

function base32(bytes: Uint8Array, length: number): string {
  let text = "";
  let bits = 0;
  let pending = 0;
  for (let i = 0; i < length; i++) {
    pending = (pending << 8) | (bytes[i] as number);
    bits += 8;
    if (bits >= 10) {
      bits -= 10;
      text += BASE32_PAIRS[(pending >> bits) & 1023];
      pending &= (1 << bits) - 1;
    }
  }
  if (bits >= 5) {
    bits -= 5;
    text += BASE32[(pending >> bits) & 31];
  }
  return bits === 0 ? text : text + BASE32[(pending << (5 - bits)) & 31];
}

function fromBase32(text: string): Buffer | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let pending = 0;
  for (const char of text) {
    const value = BASE32.indexOf(char);
    if (value < 0) {
      return undefined;
    }
    pending = ((pending << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((pending >> bits) & 0xff);
    }
  }
  const decoded = Buffer.from(bytes);
  return base32(decoded, decoded.length) === text ? decoded : undefined;
}
