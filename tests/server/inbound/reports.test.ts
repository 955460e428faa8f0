import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { classifyMail } from "../../../server/inbound/report/classify-mail.ts";
import { readMailParts } from "../../../server/inbound/report/mail-parts.ts";
import { autoReplies, complaint } from "../../fixtures/inbound-complaints.ts";
import { bounces } from "../../fixtures/inbound-mail.ts";

const classify = async (raw: string | Uint8Array, from = "") =>
  classifyMail(await readMailParts(Buffer.from(raw)), from, "r1@reader.example");

describe("a report of a server", () => {
  test.each(bounces.map((one) => [one.name, one] as const))("%s", async (_name, fixture) => {
    const found = await classify(fixture.raw);

    expect(found).toMatchObject({
      kind: "bounce",
      bounce: { action: fixture.action, code: fixture.code, enh: fixture.enh },
    });
    const { bounce } = found as Extract<typeof found, { kind: "bounce" }>;
    expect(bounce.text).toContain(fixture.words);
    if (fixture.address !== undefined) {
      expect(bounce.address).toBe(fixture.address);
    }
  });

  test("that the message was delivered, relayed or expanded is no bounce", async () => {
    for (const action of ["delivered", "relayed", "expanded"]) {
      const raw = (bounces[0]?.raw ?? "").replace("Action: failed", `Action: ${action}`);
      expect(await classify(raw)).toEqual({ kind: "report" });
    }
  });

  test("of several recipients the one of the message counts, otherwise a failure before a delay", async () => {
    const block = (address: string, action: string, status: string) =>
      `Final-Recipient: rfc822; ${address}\r\nAction: ${action}\r\nStatus: ${status}\r\n\r\n`;
    const report = (...blocks: string[]) =>
      `Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n${blocks.join("")}--x--\r\n`;

    expect(
      await classify(
        report(
          block("z@else.example", "failed", "5.1.1"),
          block("r1@reader.example", "delayed", "4.2.2"),
        ),
      ),
    ).toMatchObject({ bounce: { action: "delayed", enh: "4.2.2" } });
    expect(
      await classify(
        report(
          block("y@else.example", "delayed", "4.2.2"),
          block("z@else.example", "failed", "5.1.1"),
        ),
      ),
    ).toMatchObject({ bounce: { action: "failed", enh: "5.1.1", code: 550 } });
  });

  test("in prose is believed only from a mailer daemon: a person who quotes one has replied", async () => {
    const raw = (bounces.find(({ name }) => name === "qmail")?.raw ?? "").replace(
      "MAILER-DAEMON@mx.reader.example",
      "ann@reader.example",
    );

    expect(await classify(raw, "ann@reader.example")).toEqual({ kind: "reply" });
  });
});

test.each(autoReplies)("an automatic reply is neither a bounce nor a reply: %s", async (_, raw) => {
  expect(await classify(raw, "r1@reader.example")).toEqual({ kind: "auto_reply" });
  expect((await classify(raw, "")).kind).toBe("auto_reply");
});

test("a complaint has its type, its recipient and what it refers to", async () => {
  expect(await classify(complaint({ from: "b-x@bounce.acme.example" }), "fbl@p.example")).toEqual({
    kind: "complaint",
    complaint: { kind: "abuse", address: "r1@reader.example", mailFrom: "b-x@bounce.acme.example" },
  });
});

test.each(["not-spam", "auth-failure"])(
  "a feedback report of type %s is no complaint",
  async (type) => {
    expect(await classify(complaint({ type }))).toEqual({ kind: "report" });
  },
);

describe("hostile mail", () => {
  const pieces = fc.constantFrom(
    "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n",
    "Content-Type: message/delivery-status\r\n",
    "Content-Type: message/rfc822\r\n",
    "Content-Type: multipart/mixed; boundary=x\r\n",
    "Content-Type: multipart/mixed; boundary=\r\n",
    "Content-Transfer-Encoding: base64\r\n",
    "Content-Transfer-Encoding: quoted-printable\r\n",
    "Subject: Undelivered Mail\r\n",
    "--x\r\n",
    "--x--\r\n",
    "\r\n",
    "\n",
    "\0",
    "Action: failed\r\nStatus: 5.1.1\r\n",
    "Final-Recipient: rfc822;;;<<a@b@c>\r\n",
    "Diagnostic-Code: smtp; 550 5.1.1 \u001b[2J\r\n",
    " folded\r\n",
    "=?utf-8?B?!!!?=",
    "550 5.1.1 ",
  );

  test("never throws, and its result is bounded", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(pieces, fc.string())),
        fc.string(),
        async (parts, from) => {
          const found = await classify(parts.join(""), from);
          if (found.kind === "bounce") {
            expect(found.bounce.text.length).toBeLessThanOrEqual(300);
            // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
            expect(found.bounce.text).not.toMatch(/[\u0000-\u001f]/);
            expect(found.bounce.address.length).toBeLessThanOrEqual(320);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([
    ["100 nested multiparts", nested(100)],
    ["5,000 nested multiparts", nested(5_000)],
    ["100 messages inside each other", "Content-Type: message/rfc822\r\n\r\n".repeat(100)],
    ["a million angle brackets", `Content-Type: text/html\r\n\r\n${"<".repeat(1_000_000)}`],
    ["a megabyte of one word", `Subject: Undelivered\r\n\r\n${"a".repeat(1_000_000)}`],
    ["a megabyte of digits", `Subject: Undelivered\r\n\r\n${"550".repeat(333_333)}`],
    ["half a million at signs", `Subject: Undelivered\r\n\r\n${"@a".repeat(500_000)}`],
    ["a header of a megabyte", `Subject: ${"x".repeat(1_000_000)}\r\n\r\n`],
    ["100,000 headers", "X-A: 1\r\n".repeat(100_000)],
    [
      "100,000 report blocks",
      `Content-Type: message/delivery-status\r\n\r\n${"Action: x\r\n\r\n".repeat(100_000)}`,
    ],
    ["25 MB of noise", Buffer.alloc(25 * 1024 * 1024, "0123456789abcdef\r\n")],
    ["nothing", ""],
  ])("is read to its end: %s", async (_name, raw) => {
    expect((await classify(raw)).kind).toBeOneOf(["report", "reply", "bounce", "auto_reply"]);
  });
});

function nested(levels: number): string {
  let text = "";
  for (let i = 0; i < levels; i++) {
    text += `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`;
  }
  return `${text}\r\ndeep`;
}
