import { expect, test } from "bun:test";
import fc from "fast-check";
import { ReplyParser } from "../../../../server/delivery/smtp/reply-parser.ts";

function parse(text: string) {
  return new ReplyParser().feed(Buffer.from(text));
}

test("a reply is read with its code, enhanced code and text", () => {
  const [reply] = parse("550 5.1.1 <ann@x.example>: User unknown\r\n");

  expect(reply).toEqual({
    code: 550,
    enhanced: "5.1.1",
    text: "<ann@x.example>: User unknown",
    lines: ["5.1.1 <ann@x.example>: User unknown"],
  });
});

test("the lines of a reply become one text with its enhanced code once", () => {
  const [reply] = parse(
    "550-5.1.1 The email account that you tried to reach does not exist.\r\n" +
      "550-5.1.1 Please try double-checking the address\r\n550 5.1.1 for typos.\r\n",
  );

  expect(reply?.enhanced).toBe("5.1.1");
  expect(reply?.text).toBe(
    "The email account that you tried to reach does not exist. Please try double-checking the address for typos.",
  );
});

test("replies are the same however the bytes are split into segments", () => {
  const text =
    "250-mx.example\r\n250-SIZE 100\r\n250 PIPELINING\r\n250 2.1.0 Grüße 🎈\r\n354 go\n421 bye\r\n250\r\n";
  const whole = parse(text);
  const bytes = Buffer.from(text);

  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (sizes) => {
      const parser = new ReplyParser();
      const replies = [];
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        replies.push(...parser.feed(bytes.subarray(at, at + size)));
        at += size;
      }
      expect(replies).toEqual(whole);
      expect(parser.hasPartialReply).toBe(false);
    }),
  );
  expect(whole.map((reply) => reply.code)).toEqual([250, 250, 354, 421, 250]);
});

test("lines of one reply with different codes are refused", () => {
  expect(() => parse("250-hello\r\n550 no\r\n")).toThrow("two codes");
});

test("input that is no reply is refused with a part of it", () => {
  expect(() => parse("HTTP/1.1 400 Bad Request\r\n")).toThrow('"HTTP/1.1 400 Bad Request"');
  expect(() => parse("999 what\r\n")).toThrow("not an SMTP reply");
  expect(() => parse("\r\n")).toThrow("not an SMTP reply");
});

test("an endless line is refused before it fills memory", () => {
  const parser = new ReplyParser();
  let fed = 0;

  expect(() => {
    for (; fed < 10_000_000; fed += 1_000) {
      parser.feed(Buffer.alloc(1_000, "x"));
    }
  }).toThrow("longer than 4096 bytes");
  expect(fed).toBeLessThan(6_000);
});

test("an endless multi-line reply is refused", () => {
  const parser = new ReplyParser();

  expect(() => {
    for (let line = 0; line < 1_000; line += 1) {
      parser.feed(Buffer.from("250-more\r\n"));
    }
  }).toThrow("longer than 200 lines");
});

test("control characters in a reply do not reach the text", () => {
  expect(parse("550 no\u001b[31m\u0000 such user\r\n")[0]?.text).toBe("no [31m  such user");
});

test("any bytes give replies or a syntax error, nothing else", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), (chunks) => {
      const parser = new ReplyParser();
      try {
        for (const chunk of chunks) {
          for (const reply of parser.feed(chunk)) {
            expect(reply.code).toBeWithin(200, 600);
          }
        }
      } catch (error) {
        expect((error as Error).name).toBe("ReplySyntaxError");
      }
    }),
  );
});
