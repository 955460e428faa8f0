import type { Envelope } from "./transaction.ts";

/**
 * How each provider takes a value that it gives back with its reports. Some of them put a Message-ID of
 * their own in the place of ours, which would leave a report without a message.
 */
const headers: Record<string, (token: string) => string> = {
  ses: (token) => `X-SES-MESSAGE-TAGS: swiftmail=${token}`,
  sendgrid: (token) => `X-SMTPAPI: {"unique_args":{"swiftmail":"${token}"}}`,
  mailgun: (token) => `X-Mailgun-Variables: {"swiftmail":"${token}"}`,
  postmark: (token) => `X-PM-Metadata-swiftmail: ${token}`,
  brevo: (token) => `X-Mailin-custom: swiftmail:${token}`,
  mailjet: (token) => `X-MJ-CustomID: ${token}`,
};

/**
 * The message with the header by which the provider of the route names it later; as it is for other routes.
 * The value is the token of its Message-ID. The header stands before the signed ones and is not signed:
 * the provider takes it out.
 */
export function withProviderHeader(message: Envelope, preset: string | undefined): Envelope {
  const header =
    preset !== undefined && Object.hasOwn(headers, preset) ? headers[preset] : undefined;
  const token = message.messageId?.slice(0, message.messageId.indexOf("@")) ?? "";
  if (header === undefined || !/^[a-z2-7]{20,80}$/.test(token)) {
    return message;
  }
  return { ...message, bytes: Buffer.concat([Buffer.from(`${header(token)}\r\n`), message.bytes]) };
}
