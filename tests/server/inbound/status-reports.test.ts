// Reports with fields (RFC 3464) that omit, change or misplace what the RFC requires.
import { describe, expect, test } from "bun:test";
import { bounceRules } from "../../../server/delivery/result/bounce-rules.ts";
import { categoriesOfKind } from "../../../server/delivery/result/categories.ts";
import { classifyMail } from "../../../server/inbound/report/classify-mail.ts";
import { readMailParts } from "../../../server/inbound/report/mail-parts.ts";
import { bounceWords } from "../../fixtures/bounce-words.ts";

const lines = (...text: string[]) => `${text.join("\r\n")}\r\n`;
const classify = async (raw: string, from = "") =>
  classifyMail(await readMailParts(Buffer.from(raw)), from, "r1@reader.example");

/** A report with a text, and the fields of its machine-readable part. */
const report = (text: string, fields: string[], subject = "Delivery Status Notification") =>
  lines(
    "From: MAILER-DAEMON@mx.reader.example",
    `Subject: ${subject}`,
    "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
    "",
    "--x",
    "Content-Type: text/plain; charset=utf-8",
    "",
    text,
    "--x",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; mx.reader.example",
    "",
    ...fields,
    "",
    "--x--",
  );
const recipient = "Final-Recipient: rfc822; r1@reader.example";

async function category(raw: string): Promise<string> {
  const what = await classify(raw);
  if (what.kind !== "bounce") {
    return what.kind;
  }
  const { action, code, enh: enhanced, text } = what.bounce;
  return action === "delayed"
    ? "delayed"
    : bounceRules.categoryOf({ action, code, enhanced, text });
}

test.each([
  ["Status: 5.1.1", "invalid_mailbox"],
  ["Status: 5.1.2", "bad_domain"],
  ["Status: 5.1.3", "invalid_mailbox"],
  ["Status: 5.1.6", "moved"],
  ["Status: 5.1.10", "null_mx"],
  ["Status: 5.2.1", "inactive_mailbox"],
  ["Status: 5.2.2", "mailbox_full"],
  ["Status: 5.2.3", "msg_too_large"],
  ["Status: 5.4.4", "bad_domain"],
  ["Status: 5.4.6", "loop"],
  ["Status: 5.4.7", "expired"],
  ["Status: 4.4.7", "expired"],
  ["Status: 4.4.1", "expired"],
  ["Status: 5.7.1", "policy"],
  ["Status: 5.7.26", "auth_failure"],
  // The report only says that delivery failed, so it must be counted on two days before the address is suppressed.
  ["Status: 5.0.0", "unclear_550"],
  ["Status: 5.1.0", "unclear_550"],
  ["X-Nothing: else", "unclear_550"],
])("a failure without a reason is classified by its status: %s is %s", async (status, expected) => {
  expect(await category(report("", [recipient, "Action: failed", status]))).toBe(expected);
});

test("an action that says expired needs no status", async () => {
  expect(await category(report("", [recipient, "Action: expired"]))).toBe("expired");
});

describe("a report with fields", () => {
  test.each<[string, string, string]>([
    [
      "without Diagnostic-Code is read by its text",
      report("Delivery failed: the mailbox is full.", [
        recipient,
        "Action: failed",
        "Status: 5.0.0",
      ]),
      "mailbox_full",
    ],
    [
      "whose Diagnostic-Code repeats the status is read by its text",
      report("<r1@reader.example>: there is no such user", [
        recipient,
        "Action: failed",
        "Status: 5.0.0",
        "Diagnostic-Code: smtp; 550 5.0.0",
      ]),
      "invalid_mailbox",
    ],
    [
      "without a recipient is read by its text",
      report("The mail could not be delivered to r1@reader.example: user unknown", []),
      "invalid_mailbox",
    ],
    [
      "that expired failed, for nobody's reason",
      report("Your message expired.", [recipient, "Action: expired", "Status: 4.4.7"]),
      "expired",
    ],
    [
      "with an action that nobody knows goes by its status",
      report("", [recipient, "Action: nonsense", "Status: 5.1.1"]),
      "invalid_mailbox",
    ],
    [
      "with an action that nobody knows and a status of class 4 is late",
      report("", [recipient, "Action: nonsense", "Status: 4.4.1"]),
      "delayed",
    ],
    [
      "with a 4xx reply that was the last one is final",
      report("", [
        recipient,
        "Action: failed",
        "Status: 4.1.1",
        "Diagnostic-Code: smtp; 450 4.1.1 <r1@reader.example>: User unknown",
      ]),
      "invalid_mailbox",
    ],
    [
      "that our return path was refused is about us",
      report("", [
        recipient,
        "Action: failed",
        "Status: 5.1.0",
        "Diagnostic-Code: smtp; 550 5.1.0 <b-mfzwizlsmfzwizlsmfzwizls@b.acme.example>: Sender address rejected: User unknown in virtual mailbox table",
      ]),
      "sender_refused",
    ],
    [
      "that the greeting was refused is about us",
      report("", [
        recipient,
        "Action: failed",
        "Status: 5.0.0",
        "Diagnostic-Code: smtp; host mx.reader.example refused to talk to me: 550 user unknown",
      ]),
      "ip_reputation",
    ],
    [
      "that says delivered is none",
      report("", [recipient, "Action: delivered", "Status: 2.0.0"]),
      "report",
    ],
    ["that says relayed is none", report("", [recipient, "Action: relayed"]), "report"],
    [
      "that says delayed is late",
      report("will retry", [recipient, "Action: delayed", "Status: 4.2.2"]),
      "delayed",
    ],
    [
      "with a subject in another alphabet and in base64",
      lines(
        "From: Info <info@reader.example>",
        `Subject: =?utf-8?B?${Buffer.from("Недоставленное сообщение").toString("base64")}?=`,
        "",
        "r1@reader.example: mailbox is full",
      ),
      "mailbox_full",
    ],
    [
      "that a relay has flattened into text",
      lines(
        "From: postmaster@mx.reader.example",
        "Subject: Notification",
        "",
        "See below.",
        "",
        recipient,
        "Action: failed",
        "Status: 5.1.1",
      ),
      "invalid_mailbox",
    ],
    [
      "that a filter has wrapped into another message",
      lines(
        "From: MAILER-DAEMON@mx.reader.example",
        "Subject: Notification",
        "Content-Type: multipart/mixed; boundary=o",
        "",
        "--o",
        "",
        "--o",
        "Content-Type: message/rfc822",
        "",
        report("", [recipient, "Action: failed", "Status: 5.2.2"]),
        "--o--",
      ),
      "mailbox_full",
    ],
  ])("%s", async (_name, raw, expected) => {
    expect(await category(raw)).toBe(expected);
  });

  test("in the text of a person's message is part of the message", async () => {
    const raw = lines(
      "From: Ann <ann@reader.example>",
      "Subject: Fwd: Undelivered Mail",
      "",
      recipient,
      "Action: failed",
      "Status: 5.1.1",
    );

    expect(await classify(raw, "ann@reader.example")).toEqual({ kind: "reply" });
  });
});

test("a quoted reply is a hard bounce only when it permanently refuses the recipient", () => {
  const hard: string[] = categoriesOfKind("hard");
  const wrong = bounceWords.filter(([is, code, enhanced, text]) => {
    const found = bounceRules.categoryOf({ action: "failed", code, enhanced, text });
    return hard.includes(found) !== (is === "hard");
  });

  process.stdout.write(
    `hard or soft by words: ${bounceWords.length - wrong.length}/${bounceWords.length}\n`,
  );
  expect(wrong).toEqual([]);
});

test("a report designed to make the rules slow is read with a bounded number of sentences", async () => {
  for (const word of ["user not ", "after RCPT ", "5.", "用户", "if ", "no ", "could not "]) {
    const line = word.repeat(Math.ceil(900 / word.length));
    const raw = lines("From: MAILER-DAEMON@x.example", "Subject: failure notice", "", line);
    const long = raw + `\r\n\r\n${line}`.repeat(300);
    const measure = async (text: string) => {
      const started = performance.now();
      await classify(text);
      return performance.now() - started;
    };
    await measure(raw);

    // The text 300 times. Unbounded rules would take minutes; the margin is for a busy machine.
    expect(await measure(long)).toBeLessThan(5_000);
  }
}, 60_000);
