import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  hints,
  hintsOf,
  mailMentions,
  mentions,
  redact,
  redactHints,
  redactLabel,
} from "../../../../server/features/privacy/mentions.rules.ts";

const who = { addresses: ["ann@example.com"], names: [["Anné", "O'Hara"], ["Ann"]] };
const base64 = (text: string) => Buffer.from(text).toString("base64");

test("a text names a person by an address or the full name, in any case", () => {
  expect(mentions("550 no mailbox <ANN@Example.com>", who)).toBe(true);
  expect(mentions("Dear ANNÉ o'hara,", who)).toBe(true);
  expect(mentions("Dear Anné,", who)).toBe(false);
  expect(mentions("Ann", who)).toBe(false);
  expect(mentions("joann@example.org", who)).toBe(false);
});

test("an address is removed, and one that only contains it stays", () => {
  const left = (text: string) => redact(text, who);

  expect(left("ANN@example.com, <ann@example.com>; mailto:ann@example.com.")).toBe(
    "[erased], <[erased]>; mailto:[erased].",
  );
  for (const other of [
    "joann@example.com",
    "jo.ann@example.com",
    "ann@example.com.au",
    "ann@example.community",
    "ann@example.com-x.org",
  ]) {
    expect(left(other)).toBe(other);
  }
  expect(left("'ann@example.com'")).toBe("'[erased]'");
  expect(redactLabel("backup-ann@example.com.csv", who)).toBe("backup-[erased].csv");
});

test("possible mentions are parts of names and addresses as whole words, except role names", () => {
  const words = hintsOf({ addresses: ["zora.of+news@x.example", "info@y.example"], names: [] }, [
    "Zadeh",
    "Li",
    "",
    "y.example",
  ]);

  expect(words).toEqual(["zadeh", "y.example", "zora.of+news", "zora"]);
  expect(hints("Friends of ZADEH", words)).toBe(true);
  expect(hints("Zorana and Zadehs", words)).toBe(false);
  expect(redactHints('{"q":"Zora Zadeh"}', words)).toBe('{"q":"[erased] [erased]"}');
});

test("mail names a person in plain text, in an encoded header, and in parts of every encoding", () => {
  const says = (wire: string) => mailMentions(Buffer.from(wire, "latin1"), who);

  expect(says("To: Ann@example.com\r\n\r\nhi")).toBe(true);
  expect(says(`Subject: =?utf-8?B?${base64("about ann@example.com")}?=\r\n\r\nhi`)).toBe(true);
  expect(says("Content-Transfer-Encoding: quoted-printable\r\n\r\nann=40exam=\r\nple.com")).toBe(
    true,
  );
  expect(says("\r\n\r\nDear Ann=C3=A9 O'Hara")).toBe(true);
  const folded = base64(`${"x".repeat(71)}ann@example.com${"y".repeat(90)}`).replace(
    /.{76}/g,
    "$&\r\n",
  );
  expect(says(`Content-Transfer-Encoding: base64\r\n\r\n${folded}\r\n--b--`)).toBe(true);
  expect(says(`Subject: hi\r\n\r\n${base64("somebody else entirely, at length")}`)).toBe(false);
});

test("an address is found anywhere in encoded text, and hostile mail is read in linear time", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      const wire = base64(`${before}ann@example.com${after}`);
      expect(mailMentions(Buffer.from(`\r\n\r\n${wire}\r\n`), who)).toBe(true);
    }),
  );
  for (const text of ["A", "AAAA", "=", "=\r\n", "AAAA\r\n", "AAAA \t", "=?utf-8?B?"]) {
    const start = performance.now();
    mailMentions(Buffer.from(text.repeat(Math.ceil(1_000_000 / text.length))), who);
    expect(performance.now() - start).toBeLessThan(3_000);
  }
});
