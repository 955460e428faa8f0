import type { Envelope } from "./transaction.ts";

/**
 * The header in which each provider accepts a value that it returns with its reports. It is needed because some
 * providers replace our Message-ID, and a report could then not be matched to its message.
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
 * Adds the header of the route's provider, with the token of the Message-ID as its value. Returns the message
 * unchanged for other routes. The header precedes the signed ones and is not signed, because the provider removes it.
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
