import { expect, test } from "bun:test";
import { withProviderHeader } from "../../../../server/delivery/smtp/provider-header.ts";
import { loadTokenKeys, messageIdOf } from "../../../../server/delivery/tokens.ts";

const keys = loadTokenKeys({ current: "k", keys: new Map([["k", Buffer.alloc(32, 1)]]) });
const messageId = messageIdOf(keys, { workspaceNumber: 1, campaignId: 2, seq: 3 }, "acme.test");
const token = messageId.slice(0, messageId.indexOf("@"));
const message = {
  envelopeFrom: "a@acme.test",
  envelopeTo: "b@reader.test",
  bytes: Buffer.from("DKIM-Signature: x\r\nSubject: y\r\n\r\nz\r\n"),
  needsSmtpUtf8: false,
  needs8bit: false,
  messageId,
};

test.each([
  ["ses", `X-SES-MESSAGE-TAGS: swiftmail=${token}`],
  ["sendgrid", `X-SMTPAPI: {"unique_args":{"swiftmail":"${token}"}}`],
  ["mailgun", `X-Mailgun-Variables: {"swiftmail":"${token}"}`],
  ["postmark", `X-PM-Metadata-swiftmail: ${token}`],
  ["brevo", `X-Mailin-custom: swiftmail:${token}`],
  ["mailjet", `X-MJ-CustomID: ${token}`],
])(
  "a route of %s puts its name for the message in one header before all others",
  (preset, header) => {
    const bytes = Buffer.from(withProviderHeader(message, preset).bytes).toString();

    expect(bytes).toBe(`${header}\r\nDKIM-Signature: x\r\nSubject: y\r\n\r\nz\r\n`);
  },
);

test.each([[""], [undefined], ["google"], ["constructor"]])(
  "a route of the preset %p does not change the message",
  (preset) => {
    expect(withProviderHeader(message, preset)).toBe(message);
  },
);

test("a foreign Message-ID adds nothing to a header", () => {
  const foreign = { ...message, messageId: 'x"\r\nBcc: victim@example.com@acme.test' };

  expect(withProviderHeader(foreign, "ses")).toBe(foreign);
});
