import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  addressHint,
  isAddressFault,
  parseEmailAddress,
} from "../../../server/platform/email-address.ts";

const address = (input: string) => {
  const result = parseEmailAddress(input);
  return isAddressFault(result) ? `refused: ${result.why.text}` : result.address;
};

describe("accepts and normalizes", () => {
  test.each([
    ["  Ana.Lee@Example.COM ", "ana.lee@example.com"],
    ["o'neil+news@mail.example.co.uk", "o'neil+news@mail.example.co.uk"],
    ["info@münchen.de", "info@xn--mnchen-3ya.de"],
    ["info@XN--MNCHEN-3YA.de", "info@xn--mnchen-3ya.de"],
    ["ИВАН@пример.рф", "иван@xn--e1afmkfd.xn--p1ai"],
    ["u\u0308ber@example.com", "über@example.com"],
    ['"two words"@example.com', '"two words"@example.com'],
    ["a@b.museum", "a@b.museum"],
    ["x@a.b.c.d.example", "x@a.b.c.d.example"],
    [`${"a".repeat(64)}@example.com`, `${"a".repeat(64)}@example.com`],
  ])("%s", (input, expected) => {
    expect(address(input)).toBe(expected);
  });
});

describe("refuses with a message for its owner", () => {
  test.each([
    ["", "it is empty"],
    ["plainaddress", "it does not contain an @"],
    ["@example.com", "there is nothing before the @"],
    ["ana@", "there is nothing after the @"],
    ["ana@lee@example.com", "it contains more than one @"],
    ["ana lee@example.com", "it contains a space before the @"],
    ["ana@exam ple.com", "the domain contains a space"],
    [".ana@example.com", "the part before the @ starts or ends with a dot"],
    ["ana.@example.com", "the part before the @ starts or ends with a dot"],
    ["ana..lee@example.com", "it contains two dots in a row before the @"],
    ["ana@localhost", "the domain does not contain a dot"],
    ["ana@example..com", "the domain contains an extra dot"],
    ["ana@example.com.", "the domain contains an extra dot"],
    ["ana@-example.com", "the domain name is not valid"],
    ["ana@example.123", "the domain name is not valid"],
    ["ana@[127.0.0.1]", "the domain is an IP address"],
    ["ana@127.0.0.1", "the domain is an IP address"],
    ["ana@exa_mple.com", "the domain name is not valid"],
    ["ana@example.com/path", "the domain name is not valid"],
    ["ana@example.com#x", "the domain name is not valid"],
    ["Ana <ana@example.com>", "it contains < or >: enter only the address itself"],
    ["ana\r\nBcc: x@example.com", "it contains an invisible or control character"],
    ["a\u200bna@example.com", "it contains an invisible or control character"],
    [`${"a".repeat(65)}@example.com`, "the part before the @ is longer than 64 bytes"],
    [
      `a@${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.${"e".repeat(60)}.${"f".repeat(20)}.com`,
      "the domain name is not valid",
    ],
    ["a(comment)@example.com", "it contains a character before the @ that is not allowed"],
  ])("%s", (input, reason) => {
    expect(address(input)).toBe(`refused: ${reason}`);
  });
});

test("every accepted address has one @ outside quotes, no control characters, and respects RFC 5321's lengths", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.emailAddress()), (input) => {
      const result = parseEmailAddress(input);
      if (isAddressFault(result)) {
        return result.why.text !== "";
      }
      const at = result.address.lastIndexOf("@");
      return (
        !/[\r\n\0]/.test(result.address) &&
        Buffer.byteLength(result.address) <= 254 &&
        Buffer.byteLength(result.address.slice(0, at)) <= 64 &&
        /^[a-z0-9.-]+$/.test(result.domain) &&
        result.address.slice(at + 1) === result.domain
      );
    }),
    { numRuns: 2_000 },
  );
});

test("normalizing twice changes nothing", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.emailAddress(),
        fc
          .tuple(fc.string({ unit: "grapheme", minLength: 1, maxLength: 10 }), fc.domain())
          .map((parts) => parts.join("@")),
      ),
      (input) => {
        const once = address(input);
        return once.startsWith("refused") || address(once) === once;
      },
    ),
    { numRuns: 2_000 },
  );
});

test("suggests a likely correction, and otherwise nothing", () => {
  expect(addressHint("example.con")).toBe("the domain ends in .con: did you mean .com?");
  expect(addressHint("gmial.com")).toBe("the domain is gmial.com: did you mean gmail.com?");
  expect(addressHint("example.com")).toBeUndefined();
  expect(addressHint("example.constructor")).toBeUndefined();
});

test("a local part that is quoted without need is the same mailbox as without quotes", () => {
  const addressOf = (text: string) => {
    const read = parseEmailAddress(text);
    return isAddressFault(read) ? undefined : read.address;
  };

  expect(addressOf('"Ann"@example.com')).toBe("ann@example.com");
  expect(addressOf('"ann.b"@example.com')).toBe("ann.b@example.com");
  expect(addressOf('"a\\nn"@example.com')).toBe("ann@example.com");
  expect(addressOf('"ann b"@example.com')).toBe('"ann b"@example.com');
  expect(addressOf('"ann\\ b"@example.com')).toBe('"ann b"@example.com');
  expect(addressOf('".ann"@example.com')).toBe('".ann"@example.com');
  expect(addressOf('"a\\"b\\\\"@example.com')).toBe('"a\\"b\\\\"@example.com');
  expect(addressOf('""@example.com')).toBe('""@example.com');
});
