import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import {
  addressToken,
  loadTokenKeys,
  messageIdOf,
  readAddressToken,
  readTrackingToken,
  type TokenSubject,
  trackingToken,
  type UrlPurpose,
} from "../../../../server/delivery/tokens.ts";
import type { KeyRing } from "../../../../server/platform/secrets.ts";

const ring = (current: string, ...ids: string[]): KeyRing => ({
  current,
  keys: new Map(ids.map((id) => [id, Buffer.alloc(32, id)])),
});
const keys = loadTokenKeys(ring("k1", "k1"));
const withLink: UrlPurpose[] = ["click", "unsubscribe", "preferences"];
const purposes: UrlPurpose[] = [...withLink, "open", "view", "form", "signup", "newAddress"];

/** Numbers of every varint length, from one byte to eight. */
const anyNumber = fc
  .tuple(fc.integer({ min: 0, max: 53 }), fc.maxSafeNat())
  .map(([bits, n]) => n % 2 ** bits);
const subjects: fc.Arbitrary<TokenSubject> = fc.record({
  workspaceNumber: anyNumber,
  campaignId: anyNumber,
  seq: anyNumber,
  link: anyNumber,
});

test("a token says what it was made of, for numbers of every size", () => {
  fc.assert(
    fc.property(subjects, fc.constantFrom(...purposes), (subject, purpose) => {
      const token = trackingToken(keys, purpose, subject);
      const expected = withLink.includes(purpose) ? subject : { ...subject, link: 0 };

      expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(readTrackingToken(keys, purpose, token)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test("the largest numbers make a token that is still read", () => {
  const most = Number.MAX_SAFE_INTEGER;
  const subject = { workspaceNumber: most, campaignId: most, seq: most, link: most };

  const token = trackingToken(keys, "click", subject);

  expect(token.length).toBeLessThanOrEqual(64);
  expect(readTrackingToken(keys, "click", token)).toEqual(subject);
});

test("a token is refused for every purpose but its own", () => {
  const subject = { workspaceNumber: 3, campaignId: 4, seq: 5, link: 6 };
  for (const made of purposes) {
    for (const used of purposes.filter((other) => other !== made)) {
      const token = trackingToken(keys, made, subject);

      expect(readTrackingToken(keys, used, token)).toBeUndefined();
    }
  }
  const bounce = addressToken(keys, "bounce", subject);
  expect(readAddressToken(keys, "unsubscribeMail", bounce)).toBeUndefined();
  expect(readAddressToken(keys, "unsubscribeMail", `u-${bounce.slice(2)}`)).toBeUndefined();
});

test("no token verifies after any one bit of it was changed", () => {
  fc.assert(
    fc.property(subjects, fc.nat(), fc.nat(7), (subject, position, bit) => {
      const bytes = Buffer.from(trackingToken(keys, "click", subject), "base64url");
      bytes[position % bytes.length] = (bytes[position % bytes.length] ?? 0) ^ (1 << bit);

      expect(readTrackingToken(keys, "click", bytes.toString("base64url"))).toBeUndefined();
    }),
    { numRuns: 1_000 },
  );
});

test("no other spelling of a token verifies: edited, cut, padded or lengthened text", () => {
  const edits = fc.tuple(fc.nat(), fc.string({ minLength: 0, maxLength: 3 }));
  fc.assert(
    fc.property(subjects, edits, (subject, [position, text]) => {
      const token = trackingToken(keys, "open", subject);
      const at = position % (token.length + 1);
      const edited = token.slice(0, at) + text + token.slice(at + 1);
      fc.pre(edited !== token);

      expect(readTrackingToken(keys, "open", edited)).toBeUndefined();
    }),
    { numRuns: 1_000 },
  );
});

test("random bytes never verify", () => {
  for (let i = 0; i < 2_000; i++) {
    const text = randomBytes(i % 48).toString("base64url");

    expect(readTrackingToken(keys, "unsubscribe", text)).toBeUndefined();
    expect(readAddressToken(keys, "bounce", `b-${text.toLowerCase()}`)).toBeUndefined();
  }
});

test("after a rotation old tokens are still read, and without the old key no more", () => {
  const subject = { workspaceNumber: 1, campaignId: 2, seq: 3, link: 0 };
  const old = trackingToken(keys, "unsubscribe", subject);

  const rotated = loadTokenKeys(ring("k2", "k1", "k2"));
  expect(readTrackingToken(rotated, "unsubscribe", old)).toEqual(subject);
  expect(trackingToken(rotated, "unsubscribe", subject)).not.toBe(old);
  expect(readTrackingToken(loadTokenKeys(ring("k2", "k2")), "unsubscribe", old)).toBeUndefined();
});

test("keys whose tags collide are both tried", () => {
  const ids = Array.from({ length: 40 }, (_, i) => `k${i}`);
  const all = loadTokenKeys(ring("k0", ...ids));
  const subject = { workspaceNumber: 1, campaignId: 2, seq: 3, link: 0 };

  for (const id of ids) {
    const token = trackingToken(loadTokenKeys(ring(id, id)), "view", subject);
    expect(readTrackingToken(all, "view", token)).toEqual(subject);
  }
});

test("a return path fits a local part, survives case folding, and is refused when changed", () => {
  fc.assert(
    fc.property(subjects, fc.nat(), (subject, position) => {
      const local = addressToken(keys, "bounce", subject);
      const read = { ...subject, link: 0 };
      const at = 2 + (position % (local.length - 2));
      const other = local[at] === "a" ? "b" : "a";

      expect(local).toMatch(/^b-[a-z2-7]+$/);
      expect(local.length).toBeLessThanOrEqual(64);
      expect(readAddressToken(keys, "bounce", local)).toEqual(read);
      expect(readAddressToken(keys, "bounce", local.toUpperCase())).toEqual(read);
      const changed = local.slice(0, at) + other + local.slice(at + 1);
      expect(readAddressToken(keys, "bounce", changed)).toBeUndefined();
    }),
  );
});

test("a Message-ID is the same at every attempt and different for every message", () => {
  const seen = new Set<string>();
  for (let seq = 1; seq <= 1_000; seq++) {
    const ref = { workspaceNumber: 1, campaignId: 7, seq };
    const id = messageIdOf(keys, ref, "example.com");

    expect(id).toBe(messageIdOf(keys, ref, "example.com"));
    expect(id).toMatch(/^[a-z2-7]+@example\.com$/);
    seen.add(id);
  }
  expect(seen.size).toBe(1_000);
});

test("numbers that no token can hold are refused, not wrapped", () => {
  for (const seq of [-1, 0.5, Number.NaN, 2 ** 53]) {
    const subject = { workspaceNumber: 1, campaignId: 1, seq, link: 0 };
    expect(() => trackingToken(keys, "open", subject)).toThrow("cannot hold");
  }
});
