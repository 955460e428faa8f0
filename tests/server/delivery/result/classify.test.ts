import { expect, test } from "bun:test";
import fc from "fast-check";
import { categories } from "../../../../server/delivery/result/categories.ts";
import { classifyReply } from "../../../../server/delivery/result/classify.ts";
import { ReplyParser } from "../../../../server/delivery/smtp/reply-parser.ts";
import type { SmtpReply } from "../../../../server/delivery/types.ts";
import { replyCases } from "../../../fixtures/smtp-replies.ts";

function read(wire: string): SmtpReply {
  const [reply] = new ReplyParser().feed(Buffer.from(`${wire}\r\n`));
  if (reply === undefined) {
    throw new Error(`not a whole reply: ${wire}`);
  }
  return reply;
}

for (const [server, stage, wire, category] of replyCases) {
  test(`${server} at ${stage}: "${wire.slice(0, 60).replace(/\r\n/g, " ")}" is ${category}`, () => {
    expect(classifyReply(read(wire), stage)).toBe(category);
  });
}

test("the corpus covers at least 80 replies, all different", () => {
  expect(new Set(replyCases.map(([, , wire]) => wire)).size).toBe(replyCases.length);
  expect(replyCases.length).toBeGreaterThanOrEqual(80);
});

test("no reply before RCPT is classified as concerning the recipient", () => {
  for (const [, , wire] of replyCases) {
    for (const stage of ["greeting", "ehlo", "starttls", "auth", "mail"] as const) {
      const category = classifyReply(read(wire), stage);
      expect(categories[category]).not.toMatchObject({ kind: "hard" });
    }
  }
});

test("words inside an address do not influence the classification", () => {
  const reply = read(
    "550 5.1.1 <spam-blocked.virus.quota@spamhaus-dmarc.example>: User unknown in local recipient table",
  );

  expect(classifyReply(reply, "rcpt")).toBe("invalid_mailbox");
});

test("a 64 KB reply designed to make the rules slow is classified at once", () => {
  for (const word of ["a", "a.", "too many ", "user mailbox ", "<", "in 1 ", "message size "]) {
    const text = word.repeat(65_000 / word.length);
    const started = performance.now();
    for (let n = 0; n < 20; n += 1) {
      classifyReply({ code: 550, enhanced: "", text }, "rcpt");
    }
    // Unbounded rules take seconds here; the margin is for a busy machine.
    expect(performance.now() - started).toBeLessThan(1_000);
  }
});

test("any reply at any stage has a category", () => {
  const stages = ["greeting", "ehlo", "auth", "mail", "rcpt", "data", "dot", "rset"] as const;
  const words = fc.constantFrom("user", "too many", "blocked", "quota", "not", "message", "a", " ");
  fc.assert(
    fc.property(
      fc.integer({ min: 400, max: 599 }),
      fc.constantFrom("", "5.1.1", "4.7.1", "5.999.999", "4.0.0"),
      fc.array(fc.oneof(words, fc.string()), { maxLength: 300 }),
      fc.constantFrom(...stages),
      (code, enhanced, text, stage) => {
        const category = classifyReply({ code, enhanced, text: text.join(" ") }, stage);
        expect(Object.keys(categories)).toContain(category);
      },
    ),
  );
});

test.each([
  "550 5.7.1 Invalid From address",
  "550 5.7.1 Your IP address is not listed in our allow list",
  "550 5.7.1 Bad IP address, please contact your provider",
  "550 5.7.1 bad email content",
  "550 5.6.0 invalid e-mail header",
  "550 5.7.1 PTR record for the address 192.0.2.1 not found",
  "550 5.7.1 Your address is not valid for this server",
  "550 5.7.1 client address cannot be resolved",
  "550 5.7.1 unknown client host",
  "554 5.7.1 this service is no longer available",
  "550 5.7.1 the certificate could not be found",
  "550 5.7.1 no valid DKIM record for your e-mail address found",
])("a reply about our address, host or message suppresses no recipient: %s", (wire) => {
  const category = classifyReply(read(wire), "rcpt");

  expect(categories[category].kind).not.toBe("hard");
});
