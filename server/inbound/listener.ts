import type { AddressInfo } from "node:net";
import {
  SMTPServer,
  type SMTPServerAddress,
  type SMTPServerAuthentication,
  type SMTPServerDataStream,
  type SMTPServerSession,
} from "smtp-server";
import { AppError } from "../platform/errors.ts";
import { isId } from "../platform/ids.ts";
import { log } from "../platform/log.ts";
import type { KeyRing } from "../platform/secrets.ts";
import type { Desk } from "./desk.ts";
import { Guests, type Hold, isLoopback } from "./guests.ts";
import { isInboxPassword } from "./inbox-password.ts";
import type { Mailbox } from "./mailbox.ts";

export type ListenerOptions = {
  port: number;
  host: string;
  keyRing: KeyRing;
  mailbox: Mailbox;
  /** Takes the mail of those who do not sign in. */
  desk: Desk;
  /** False for an id that is no workspace of this instance. */
  hasInbox: (id: string) => boolean;
  maxBytes?: number;
  /** The name it greets with. */
  name?: string;
  /** For STARTTLS; without one it is not offered. */
  certificate?: Certificate | undefined;
  /** Reads the certificate anew, hourly: it was renewed on the disk. */
  readCertificate?: () => Certificate | undefined;
};

/** A PEM chain and its key. */
export type Certificate = { cert: string; key: string };

export type Listener = { port: number; close(): Promise<void> };

const MAX_BYTES = 25 * 1024 * 1024;
const IDLE_MS = 300_000;
const CLOSE_MS = 2_000;
const RENEW_MS = 3_600_000;
const MAX_CLIENTS = 500;
const MAX_RECIPIENTS = 100;
const MAX_GUEST_RECIPIENTS = 10;

/** A refusal with the reply code the client gets. */
class SmtpRefusal extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

/**
 * Listens for SMTP. A client signed in as a workspace (user = workspace id, password = `inboxPassword`)
 * reaches that workspace's test inbox, whatever the recipient. Everybody else reaches the desk: return paths
 * and unsubscribe addresses that we made, and the roles of known domains. Every other recipient gets 550.
 * Nothing is ever passed on, so this cannot be an open relay.
 */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const maxBytes = options.maxBytes ?? MAX_BYTES;
  const guests = new Guests();
  const server = new SMTPServer({
    name: options.name || "swiftmail",
    banner: "SwiftMail",
    size: maxBytes,
    authOptional: true,
    allowInsecureAuth: true,
    authMethods: ["PLAIN", "LOGIN"],
    // The package's built-in key is public: without a certificate of our own no TLS is better than a false one.
    ...(options.certificate ?? { disabledCommands: ["STARTTLS"] }),
    disableReverseLookup: true,
    logger: false,
    maxClients: MAX_CLIENTS,
    maxRecipients: MAX_RECIPIENTS,
    socketTimeout: IDLE_MS,
    closeTimeout: CLOSE_MS,
    onConnect: (session, callback) =>
      callback(
        guests.enter(session.remoteAddress)
          ? null
          : new SmtpRefusal(421, "4.7.0 Too many connections from your address; try again later"),
      ),
    onClose: (session) => guests.leave(session.remoteAddress),
    onAuth: (auth, session, callback) => answer(callback, () => signIn(options, auth, session)),
    onRcptTo: (address, session, callback) =>
      answer(callback, () => requireRecipient(options.desk, address, session)),
    onData(stream, session, callback) {
      receive(options, guests, stream, session, maxBytes).then(
        () =>
          callback(null, isSignedIn(session) ? "2.0.0 Captured in the test inbox" : "2.0.0 Taken"),
        (error: unknown) => callback(asRefusal(error)),
      );
    },
  });
  server.on("error", (error) => {
    // Why it does not listen is told by whoever asked for it.
    if (server.server.listening) {
      log.warn({ err: error }, "smtp listener: connection error");
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(options.port, options.host, () => {
      server.server.off("error", reject);
      resolve();
    });
  });
  const renewal = setInterval(() => {
    const certificate = options.certificate && options.readCertificate?.();
    if (certificate !== undefined) {
      server.updateSecureContext(certificate);
    }
  }, RENEW_MS);
  renewal.unref();
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => {
      clearInterval(renewal);
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function answer<T>(callback: (error: Error | null, value?: T) => void, work: () => T): void {
  try {
    callback(null, work());
  } catch (error) {
    callback(asRefusal(error));
  }
}

const isSignedIn = (session: SMTPServerSession) => typeof session.user === "string";

function signIn(
  options: ListenerOptions,
  auth: SMTPServerAuthentication,
  session: SMTPServerSession,
): { user: string } {
  if (!session.secure && !isLoopback(session.remoteAddress)) {
    throw new SmtpRefusal(538, "5.7.11 Encryption is required to sign in");
  }
  const id = auth.username ?? "";
  const right = isInboxPassword(options.keyRing, id, auth.password ?? "");
  if (!right || !isId(id) || !options.hasInbox(id)) {
    throw new SmtpRefusal(535, "5.7.8 The user name or password of the test inbox is wrong");
  }
  return { user: id };
}

function requireRecipient(
  desk: Desk,
  address: SMTPServerAddress,
  session: SMTPServerSession,
): undefined {
  if (isSignedIn(session)) {
    return;
  }
  const refusal = desk.refusal(address.address);
  if (refusal !== undefined) {
    throw new SmtpRefusal(550, refusal);
  }
  if (session.envelope.rcptTo.length >= MAX_GUEST_RECIPIENTS) {
    throw new SmtpRefusal(452, "4.5.3 Too many recipients; send the rest in another message");
  }
}

async function receive(
  { mailbox, desk }: ListenerOptions,
  guests: Guests,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  maxBytes: number,
): Promise<void> {
  const hold = isSignedIn(session) ? undefined : guests.hold();
  try {
    const raw = await readAll(stream, maxBytes, hold);
    const { mailFrom, rcptTo } = session.envelope;
    const envelopeFrom = mailFrom === false ? "" : mailFrom.address;
    for (const { address: envelopeTo } of isSignedIn(session) ? [] : rcptTo) {
      await desk.take({ envelopeFrom, envelopeTo, raw });
    }
    const captured = isSignedIn(session) ? rcptTo : [];
    await Promise.all(
      captured.map(({ address: envelopeTo }) =>
        mailbox.deliver(String(session.user), { envelopeFrom, envelopeTo, raw }),
      ),
    );
  } finally {
    hold?.release();
  }
}

async function readAll(
  stream: SMTPServerDataStream,
  maxBytes: number,
  hold: Hold | undefined,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let isCrowded = false;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    // An oversized message is read to its end, for the reply, and not kept.
    isCrowded ||= hold?.take(chunk.length) === false;
    if (stream.sizeExceeded || isCrowded) {
      chunks.length = 0;
    } else {
      chunks.push(chunk);
    }
  }
  if (stream.sizeExceeded) {
    throw new SmtpRefusal(552, `5.3.4 The message is larger than ${maxBytes} bytes`);
  }
  if (isCrowded) {
    throw new SmtpRefusal(452, "4.3.1 Too much mail at once; try again later");
  }
  return Buffer.concat(chunks);
}

const isForNow = ({ code }: AppError) => code === "unavailable" || code === "workspace_unavailable";

function asRefusal(error: unknown): Error {
  if (error instanceof SmtpRefusal) {
    return error;
  }
  if (error instanceof AppError && isForNow(error)) {
    return new SmtpRefusal(452, "4.3.2 Too much to do at once; try again later");
  }
  log.error({ err: error }, "smtp listener: a message could not be stored");
  return new SmtpRefusal(452, "4.3.1 The message could not be stored; try again later");
}
