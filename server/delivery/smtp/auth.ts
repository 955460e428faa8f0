import { because } from "../../platform/errors.ts";
import type { Capabilities } from "./capabilities.ts";
import { SmtpFailure, SmtpRefusal } from "./failure.ts";
import type { ParsedReply } from "./reply-parser.ts";
import { bareReply, type Wire } from "./wire.ts";

/**
 * Credentials for AUTH. Access tokens expire, so `accessToken` is called for each connection; pass the token that was
 * refused to get a new one.
 */
export type Credentials =
  | { kind: "password"; username: string; password: string }
  | { kind: "oauth"; username: string; accessToken: (refused?: string) => Promise<string> };

/**
 * Signs in with the best mechanism that both sides support: XOAUTH2 for a token, otherwise PLAIN (RFC 4616) or LOGIN.
 * The caller must have made sure that the connection may carry a secret.
 *
 * @throws SmtpRefusal at stage `auth` with the server's reply.
 * @throws SmtpFailure with fault `config` when no mechanism fits.
 */
export async function authenticate(
  wire: Wire,
  credentials: Credentials,
  capabilities: Capabilities,
  timeoutMs: number,
): Promise<void> {
  const ask = async (line: string): Promise<ParsedReply> => {
    wire.write(`${line}\r\n`);
    return await wire.reply("auth", timeoutMs);
  };
  if (credentials.kind === "oauth") {
    requireMechanism(capabilities, ["XOAUTH2"]);
    await authXoauth2(ask, credentials);
    return;
  }
  if (requireMechanism(capabilities, ["PLAIN", "LOGIN"]) === "PLAIN") {
    await authPlain(ask, credentials);
  } else {
    await authLogin(ask, credentials);
  }
}

type Ask = (line: string) => Promise<ParsedReply>;
type Password = Extract<Credentials, { kind: "password" }>;
type Oauth = Extract<Credentials, { kind: "oauth" }>;

function requireMechanism(capabilities: Capabilities, wanted: string[]): string {
  const found = wanted.find((mechanism) => capabilities.auth.has(mechanism));
  if (found === undefined) {
    const offered = [...capabilities.auth].join(", ");
    throw new SmtpFailure(
      "auth",
      "config",
      offered === ""
        ? because("sign_in_missing")
        : because("sign_in_others", { offered, wanted: wanted.join(", ") }),
    );
  }
  return found;
}

async function authPlain(ask: Ask, { username, password }: Password): Promise<void> {
  accepted(await ask(`AUTH PLAIN ${base64(`\0${username}\0${password}`)}`));
}

async function authLogin(ask: Ask, { username, password }: Password): Promise<void> {
  challenged(await ask("AUTH LOGIN"));
  challenged(await ask(base64(username)));
  accepted(await ask(base64(password)));
}

/** @see https://developers.google.com/workspace/gmail/imap/xoauth2-protocol */
async function authXoauth2(ask: Ask, { username, accessToken }: Oauth): Promise<void> {
  const tell = async (token: string): Promise<ParsedReply> => {
    const reply = await ask(
      `AUTH XOAUTH2 ${base64(`user=${username}\u0001auth=Bearer ${token}\u0001\u0001`)}`,
    );
    // The server refuses with a challenge (334) that contains the reason as JSON; an empty line fetches the final
    // reply.
    return reply.code === 334 ? await ask("") : reply;
  };
  const token = await accessToken();
  const reply = await tell(token);
  if (reply.code !== 535) {
    accepted(reply);
    return;
  }
  // The token may have been revoked before it expired, so try once more with a new one.
  const fresh = await accessToken(token);
  accepted(fresh === token ? reply : await tell(fresh));
}

function challenged(reply: ParsedReply): void {
  if (reply.code !== 334) {
    throw unexpected(reply);
  }
}

function accepted(reply: ParsedReply): void {
  if (reply.code !== 235) {
    throw unexpected(reply);
  }
}

function unexpected(reply: ParsedReply): Error {
  return reply.code >= 400
    ? new SmtpRefusal("auth", bareReply(reply))
    : new SmtpFailure(
        "auth",
        "protocol",
        because("reply_unexpected_to", { code: reply.code, command: "AUTH" }),
      );
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
