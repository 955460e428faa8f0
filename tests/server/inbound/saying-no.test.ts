// Ways to opt out by mail: messages that mail programs send for their users, and complaints in other forms than RFC
// 5965.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { INSTANCE_INBOX } from "../../../server/inbound/received.ts";
import { complaint } from "../../fixtures/inbound-complaints.ts";
import { type InboundDesk, newInboundDesk } from "../../support/inbound-desk.ts";

let desk: InboundDesk;

beforeEach(async () => {
  desk = await newInboundDesk();
});
afterEach(() => desk.close());

const lines = (...text: string[]) => `${text.join("\r\n")}\r\n`;

describe("mail to an unsubscribe address", () => {
  // The form of Apple Mail: sisimai/rb-sisimai issue 279, May 2024.
  const apple = lines(
    "From: r1@reader.example",
    "Subject: unsubscribe",
    "Auto-Submitted: auto-replied",
    "X-Apple-Unsubscribe: true",
    "Content-Type: text/plain; charset=UTF-8",
    "",
    "Apple Mail sent this email to unsubscribe from the message “News”.",
  );

  test.each<[string, string, string]>([
    ["Apple Mail's", apple, "r1@reader.example"],
    ["Apple Mail's without a sender", apple, ""],
    [
      "one that calls itself an automatic answer",
      lines("Subject: unsubscribe", "Auto-Submitted: auto-replied", "Precedence: bulk", "", ""),
      "r1@reader.example",
    ],
    [
      "one with an encoded subject",
      lines("Subject: =?utf-8?B?YWJtZWxkZW4=?=", "Auto-Submitted: auto-replied", "", ""),
      "r1@reader.example",
    ],
    ["one with an empty sender", lines("Subject: unsubscribe", "", ""), ""],
    [
      "one with an empty sender, called generated",
      lines("Subject: unsubscribe", "Auto-Submitted: auto-generated", "", ""),
      "",
    ],
    ["one with an empty sender and no subject", lines("Subject:", "", ""), ""],
    [
      "an automatic one without a subject",
      lines("Auto-Submitted: auto-replied", "", ""),
      "a@b.example",
    ],
    ["one marked as junk", lines("Subject: Re: x", "Precedence: junk", "", "stop"), "a@b.example"],
  ])("unsubscribes the recipient: %s", async (_name, raw, from) => {
    expect(await desk.deliver(desk.unsubscribeAddress(2), raw, from)).toStartWith("250");

    expect(desk.facts).toMatchObject([{ k: "unsubscribe", via: "mailto", s: 2 }]);
    expect(desk.kept()).toMatchObject([{ kind: "unsubscribe", seq: 2 }]);
  });

  test.each<[string, string]>([
    [
      "an out-of-office note",
      lines("Subject: Out of office: News", "Auto-Submitted: auto-replied", "", "I am away."),
    ],
    [
      "a delivery report",
      lines(
        "Subject: Undelivered Mail Returned to Sender",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="r"',
        "",
        "--r",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.reader.example",
        "",
        "Final-Recipient: rfc822; r2@reader.example",
        "Action: failed",
        "Status: 5.1.1",
        "--r--",
      ),
    ],
    [
      "a read receipt",
      lines(
        "Subject: Read: News",
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="r"',
        "",
        "--r",
        "Content-Type: message/disposition-notification",
        "",
        "Disposition: manual-action/MDN-sent-manually; displayed",
        "--r--",
      ),
    ],
  ])("unsubscribes nobody: %s", async (_name, raw) => {
    for (const from of ["", "r2@reader.example"]) {
      await desk.deliver(desk.unsubscribeAddress(2), raw, from);
    }

    expect(desk.facts).toEqual([]);
  });

  test("that is a complaint is handled as a complaint", async () => {
    await desk.deliver(desk.unsubscribeAddress(2), complaint({}), "fbl@provider.example");

    expect(desk.facts).toMatchObject([{ k: "complaint", s: 2 }]);
  });
});

/** Microsoft's form: no feedback-report part, and the message enclosed with its own headers. */
function jmrp(original: string[], head: string[] = []): string {
  return lines(
    "From: staff@hotmail.example",
    "Subject: complaint about message from 192.0.2.1",
    ...head,
    'Content-Type: multipart/mixed; boundary="j"',
    "",
    "--j",
    "Content-Type: message/rfc822",
    "Content-Disposition: inline",
    "",
    "X-HmXmrOriginalRecipient: <r2@reader.example>",
    ...original,
    "Subject: News",
    "",
    "Hello",
    "--j--",
  );
}

describe("a complaint without a feedback report", () => {
  test("in Microsoft's form is matched by the tokens of the enclosed message", async () => {
    const to = "abuse@mail.host.example";

    await desk.deliver(to, jmrp([`Return-Path: <${desk.bounceAddress(2)}>`]), "staff@p.example");
    await desk.deliver(to, jmrp([`Message-ID: <${desk.messageId(1)}>`]), "staff@p.example");
    await desk.deliver(
      "fbl@mail.host.example",
      jmrp([`List-Unsubscribe: <mailto:${desk.unsubscribeAddress(2)}>`]),
      "",
    );

    expect(desk.facts).toMatchObject([
      { k: "complaint", s: 2, kind: "abuse", address: "r2@reader.example" },
      { k: "complaint", s: 1 },
      { k: "complaint", s: 2 },
    ]);
  });

  test("in Microsoft's form to the return path concerns that message", async () => {
    await desk.deliver(desk.bounceAddress(2), jmrp([]), "staff@p.example");
    // The recipient may be in the head of the report instead of the enclosed message.
    const inHead = jmrp([], ["X-HmXmrOriginalRecipient: r1@reader.example"])
      .replace("X-HmXmrOriginalRecipient: <r2@reader.example>\r\n", "")
      .replace("complaint about message", "about");
    await desk.deliver(desk.bounceAddress(1), inHead, "");

    expect(desk.facts).toMatchObject([
      { k: "complaint", s: 2, address: "r2@reader.example" },
      { k: "complaint", s: 1, address: "r1@reader.example" },
    ]);
    expect(desk.kept()).toMatchObject([{ kind: "complaint" }, { kind: "complaint" }]);
  });

  test("that only encloses our message counts at abuse@ and feedback addresses", async () => {
    const forwarded = lines(
      "From: Postmaster <abuse-desk@p.example>",
      "Subject: Fwd: News",
      'Content-Type: multipart/mixed; boundary="j"',
      "",
      "--j",
      "",
      "Please stop this.",
      "--j",
      "Content-Type: message/rfc822",
      "",
      `Message-ID: <${desk.messageId(1)}>`,
      "Subject: News",
      "",
      "Hello",
      "--j--",
    );

    await desk.deliver("abuse@mail.host.example", forwarded, "desk@p.example");
    await desk.deliver("feedback@mail.host.example", forwarded, "desk@p.example");
    await desk.deliver("postmaster@mail.host.example", forwarded, "desk@p.example");

    expect(desk.facts).toMatchObject([
      { k: "complaint", s: 1 },
      { k: "complaint", s: 1 },
    ]);
    expect(desk.kept(INSTANCE_INBOX)).toMatchObject([{ kind: "role" }]);
  });

  test("with forged or no tokens is only stored for reading", async () => {
    const forged = desk.messageId(1).replace(/^./, (letter) => (letter === "a" ? "b" : "a"));

    await desk.deliver("abuse@mail.host.example", jmrp([`Message-ID: <${forged}>`]), "s@p.example");
    await desk.deliver("abuse@mail.host.example", jmrp([]), "s@p.example");

    expect(desk.facts).toEqual([]);
    expect(desk.kept(INSTANCE_INBOX)).toMatchObject([
      { kind: "complaint", said: expect.stringContaining("not about a message of this instance") },
      { kind: "complaint" },
    ]);
  });

  test("that says the mail was wanted is no complaint, although the message is enclosed", async () => {
    const wanted = complaint({ id: desk.messageId(1), type: "not-spam" });

    await desk.deliver("abuse@mail.host.example", wanted, "fbl@p.example");

    expect(desk.facts).toEqual([]);
  });
});
