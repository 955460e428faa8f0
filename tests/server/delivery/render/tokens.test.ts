import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import {
  addressToken,
  loadTokenKeys,
  messageIdOf,
  readAddressToken,
  readMessageId,
  readTrackingToken,
  type TokenSubjects,
  trackingToken,
  type UrlPurpose,
} from "../../../../server/delivery/tokens.ts";
import type { KeyRing } from "../../../../server/platform/secrets.ts";

const ring = (current: string, ...ids: string[]): KeyRing => ({
  current,
  keys: new Map(ids.map((id) => [id, Buffer.alloc(32, id)])),
});
const keys = loadTokenKeys(ring("k1", "k1"));

/** Numbers of every varint length, from one byte to eight. */
const anyNumber = fc
  .tuple(fc.integer({ min: 0, max: 53 }), fc.maxSafeNat())
  .map(([bits, n]) => n % 2 ** bits);
const workspaceNumber = anyNumber;
const messages = fc.record({ workspaceNumber, campaignId: anyNumber, seq: anyNumber });
const clicks = fc.record({
  workspaceNumber,
  campaignId: anyNumber,
  seq: anyNumber,
  link: anyNumber,
});
const people = fc.record({
  workspaceNumber,
  campaignId: anyNumber,
  seq: anyNumber,
  // 0 on the wire means no contact.
  contactId: anyNumber.map((id) => (id === 0 ? undefined : id)),
});
const subjectsOf: { [P in UrlPurpose]: fc.Arbitrary<TokenSubjects[P]> } = {
  open: messages,
  click: clicks,
  unsubscribe: people,
  preferences: people,
  view: messages,
  form: fc.record({ workspaceNumber, formId: anyNumber }),
  signup: fc.record({ workspaceNumber, signupId: anyNumber }),
  newAddress: fc.record({ workspaceNumber, changeId: anyNumber }),
};
const purposes = Object.keys(subjectsOf) as UrlPurpose[];

/** Creates and reads tokens of one purpose. */
function roundTrip<P extends UrlPurpose>(purpose: P): void {
  fc.assert(
    fc.property(subjectsOf[purpose], (subject) => {
      const token = trackingToken(keys, purpose, subject);

      expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(readTrackingToken(keys, purpose, token)).toEqual(subject);
      for (const other of purposes.filter((one) => one !== purpose)) {
        expect(readTrackingToken(keys, other, token)).toBeUndefined();
      }
    }),
    { numRuns: 200 },
  );
}

test.each(purposes)(
  "%s: a token returns what it was made of, for numbers of every size, and is refused for every other purpose",
  roundTrip,
);

test("links in mail that was already sent keep working: the bytes have not changed", () => {
  const message = { workspaceNumber: 5, campaignId: 200, seq: 70_000 };
  const fixed: { [P in UrlPurpose]: [token: string, subject: TokenSubjects[P]] } = {
    open: ["KgEFyAHwogSxFpLoHt94yVAd", message],
    click: ["KgIFyAHwogQD6dglX50u8Wu2fA", { ...message, link: 3 }],
    unsubscribe: ["KgMFyAHwogThIbp_xSX9hZDqtwo", { ...message, contactId: 4_321 }],
    preferences: [
      "KgQFAADhIZ-7VZrDEGsxBe4",
      { ...message, campaignId: 0, seq: 0, contactId: 4_321 },
    ],
    view: ["KgUFyAEA_hCyfnHY02q71A", { ...message, seq: 0 }],
    form: ["KgkFDAD-M37s-Mn0DJdK", { workspaceNumber: 5, formId: 12 }],
    signup: ["KgoF2QIABruR3_6SmA7dFw", { workspaceNumber: 5, signupId: 345 }],
    newAddress: ["KgsFBgAa9gCys19yVrcH", { workspaceNumber: 5, changeId: 6 }],
  };
  const check = <P extends UrlPurpose>(purpose: P) => {
    const [token, subject] = fixed[purpose];
    expect(trackingToken(keys, purpose, subject)).toBe(token);
    expect(readTrackingToken(keys, purpose, token)).toEqual(subject);
  };
  for (const purpose of purposes) {
    check(purpose);
  }
  // From before these tokens contained the contact.
  const nobody = { ...message, contactId: undefined };
  expect(readTrackingToken(keys, "unsubscribe", "KgMFyAHwogTp3d1XzMCl4JFe")).toEqual(nobody);
  expect(readTrackingToken(keys, "preferences", "KgQFyAHwogS8212jBZZKhLEE")).toEqual(nobody);

  const bounce = "b-fidalsab6craj5p24tq3kvngbev42";
  const leave = "u-fidqlsab6craih2r2rik2vlsbc2yw";
  const id = "fiealsab6craisptgrijhfekwdjqy";
  expect(addressToken(keys, "bounce", message)).toBe(bounce);
  expect(readAddressToken(keys, "bounce", bounce)).toEqual(message);
  expect(addressToken(keys, "unsubscribeMail", message)).toBe(leave);
  expect(readAddressToken(keys, "unsubscribeMail", leave)).toEqual(message);
  expect(messageIdOf(keys, message, "example.com")).toBe(`${id}@example.com`);
  expect(messageIdOf(keys, message, "example.com", 2)).toBe(`${id}-r2@example.com`);
  expect(readMessageId(keys, `${id}-r2`)).toEqual(message);
});

test("the largest numbers make a valid token", () => {
  const most = Number.MAX_SAFE_INTEGER;
  const subject = { workspaceNumber: most, campaignId: most, seq: most, link: most };

  const token = trackingToken(keys, "click", subject);

  expect(token.length).toBeLessThanOrEqual(64);
  expect(readTrackingToken(keys, "click", token)).toEqual(subject);
});

test("a return path is no unsubscribe address", () => {
  const bounce = addressToken(keys, "bounce", { workspaceNumber: 3, campaignId: 4, seq: 5 });

  expect(readAddressToken(keys, "unsubscribeMail", bounce)).toBeUndefined();
  expect(readAddressToken(keys, "unsubscribeMail", `u-${bounce.slice(2)}`)).toBeUndefined();
});

test("no token verifies after a change of any single bit", () => {
  fc.assert(
    fc.property(clicks, fc.nat(), fc.nat(7), (subject, position, bit) => {
      const bytes = Buffer.from(trackingToken(keys, "click", subject), "base64url");
      bytes[position % bytes.length] = (bytes[position % bytes.length] ?? 0) ^ (1 << bit);

      expect(readTrackingToken(keys, "click", bytes.toString("base64url"))).toBeUndefined();
    }),
    { numRuns: 1_000 },
  );
});

test("no other spelling of a token verifies: edited, truncated, padded or extended", () => {
  const edits = fc.tuple(fc.nat(), fc.string({ minLength: 0, maxLength: 3 }));
  fc.assert(
    fc.property(messages, edits, (subject, [position, text]) => {
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

test("after a rotation old tokens are still read, and not once the old key is removed", () => {
  const subject = { workspaceNumber: 1, campaignId: 2, seq: 3, contactId: 4 };
  const old = trackingToken(keys, "unsubscribe", subject);

  const rotated = loadTokenKeys(ring("k2", "k1", "k2"));
  expect(readTrackingToken(rotated, "unsubscribe", old)).toEqual(subject);
  expect(trackingToken(rotated, "unsubscribe", subject)).not.toBe(old);
  expect(readTrackingToken(loadTokenKeys(ring("k2", "k2")), "unsubscribe", old)).toBeUndefined();
});

test("keys whose tags collide are both tried", () => {
  const ids = Array.from({ length: 40 }, (_, i) => `k${i}`);
  const all = loadTokenKeys(ring("k0", ...ids));
  const subject = { workspaceNumber: 1, campaignId: 2, seq: 3 };

  for (const id of ids) {
    const token = trackingToken(loadTokenKeys(ring(id, id)), "view", subject);
    expect(readTrackingToken(all, "view", token)).toEqual(subject);
  }
});

test("a return path fits into a local part, survives case folding, and is refused when changed", () => {
  fc.assert(
    fc.property(messages, fc.nat(), (subject, position) => {
      const local = addressToken(keys, "bounce", subject);
      const at = 2 + (position % (local.length - 2));
      const other = local[at] === "a" ? "b" : "a";

      expect(local).toMatch(/^b-[a-z2-7]+$/);
      expect(local.length).toBeLessThanOrEqual(64);
      expect(readAddressToken(keys, "bounce", local)).toEqual(subject);
      expect(readAddressToken(keys, "bounce", local.toUpperCase())).toEqual(subject);
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

test("numbers too large for a token are refused, not wrapped", () => {
  for (const seq of [-1, 0.5, Number.NaN, 2 ** 53]) {
    const subject = { workspaceNumber: 1, campaignId: 1, seq };
    expect(() => trackingToken(keys, "open", subject)).toThrow("cannot contain");
  }
});
