import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import iconv from "iconv-lite";
import { guessColumns } from "../../../../server/features/imports/column-guess.rules.ts";
import {
  ByteSniffer,
  guessEncoding,
  guessShape,
} from "../../../../server/features/imports/sniff.rules.ts";

const isEmail = (cell: string) => /^\S+@\S+\.\S+$/.test(cell);
const targets = (header: string[], row: string[] = []): string[] =>
  guessColumns([header, row], true, [{ key: "plz", label: "Postleitzahl" }], isEmail).map(
    (guess) => guess.target,
  );

describe("recognizes the columns of other products", () => {
  test.each([
    [
      "Mailchimp",
      ["Email Address", "First Name", "Last Name", "MEMBER_RATING", "OPTIN_TIME"],
      ["email", "firstName", "lastName", "skip", "consentTime"],
    ],
    [
      "Brevo",
      ["CONTACT ID", "EMAIL", "FIRSTNAME", "LASTNAME", "EMAIL_BLACKLIST"],
      ["skip", "email", "firstName", "lastName", "status"],
    ],
    [
      "listmonk",
      ["uuid", "email", "name", "attributes", "status", "created_at"],
      ["skip", "email", "fullName", "skip", "status", "skip"],
    ],
    [
      "a German list",
      ["Vorname", "Nachname", "E-Mail-Adresse", "Sprache", "Postleitzahl"],
      ["firstName", "lastName", "email", "language", "field"],
    ],
    ["names twice", ["E-Mail", "Email", "Name", "name"], ["email", "skip", "fullName", "skip"]],
  ] as [string, string[], string[]][])("%s", (_, header, expected) => {
    expect(targets(header)).toEqual(expected);
  });

  test("by their content, when the names say nothing", () => {
    expect(targets(["A", "B"], ["Ann", "ann@example.com"])).toEqual(["skip", "email"]);
    expect(guessColumns([["Ann", "ann@example.com"]], false, [], isEmail)[1]?.target).toBe("email");
  });

  test("a postcode keeps its leading zero: it is suggested as text", () => {
    const rows = [
      ["email", "Zip", "Age"],
      ["a@example.com", "01234", "42"],
    ];
    const types = guessColumns(rows, true, [], isEmail).map((guess) => guess.suggestion?.type);
    expect(types).toEqual([undefined, "text", "number"]);
  });
});

test("UTF-8 is recognized however its bytes are split into chunks, and one invalid byte rules it out", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 7 }),
      fc.boolean(),
      (text, size, isBroken) => {
        const bytes = isBroken
          ? Buffer.concat([Buffer.from(text), Buffer.from([0xc3, 0x28]), Buffer.from(text)])
          : Buffer.from(text);
        const sniffer = new ByteSniffer();
        for (let at = 0; at < bytes.length; at += size) {
          sniffer.feed(bytes.subarray(at, at + size));
        }
        expect(sniffer.isUtf8).toBe(!isBroken);
        expect(sniffer.head.equals(bytes)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

test("distinguishes encodings, with and without a byte order mark", () => {
  const text = "E-Mail;Straße\nana@example.com;Große Gasse 1\n".repeat(20);
  for (const encoding of ["utf-16le", "utf-16be"] as const) {
    expect(guessEncoding(iconv.encode(text, encoding, { addBOM: true }), false)).toBe(encoding);
    expect(guessEncoding(iconv.encode(text, encoding, { addBOM: false }), false)).toBe(encoding);
  }
  expect(guessEncoding(Buffer.from(text), true)).toBe("utf-8");
  expect(guessEncoding(iconv.encode(text, "windows-1252"), false)).toBe("windows-1252");
});

test("finds the delimiter even when another is inside the cells", () => {
  expect(guessShape("a;b;c\n1,5;2,5;3,5\n2,5;3,5;4,5\n", true).delimiter).toBe(";");
  expect(guessShape('a,b\n"x;y;z",2\n"x;y",3\n', true).delimiter).toBe(",");
  expect(guessShape("a\tb\nx, y\tz\n", true).delimiter).toBe("\t");
  expect(guessShape("a|b\rc|d\r", true)).toEqual({ delimiter: "|", newline: "\r" });
  expect(guessShape("only@one.example\n", true).delimiter).toBe(",");
});
