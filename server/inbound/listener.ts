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
import { isInboxPassword } from "./inbox-password.ts";
import type { Mailbox } from "./mailbox.ts";
import {
  isLoopback,
  type MemoryReservation,
  UnauthenticatedClients,
} from "./unauthenticated-clients.ts";

export type ListenerOptions = {
  port: number;
  host: string;
  keyRing: KeyRing;
  mailbox: Mailbox;
  /** Receives mail from clients that have not authenticated. */
  desk: Desk;
  /** True when the id is a workspace of this instance, or stands for the instance itself. */
  hasInbox: (id: string) => boolean;
  maxBytes?: number;
  /** Host name in the greeting. */
  name?: string;
  /** For STARTTLS, which is not offered without one. */
  certificate?: Certificate | undefined;
  /** Reads the certificate files again, once an hour, since they may have been renewed. */
  readCertificate?: () => Certificate | undefined;
};

/** A PEM certificate chain and its private key. */
export type Certificate = { cert: string; key: string };

export type Listener = { port: number; close(): Promise<void> };

const MAX_BYTES = 25 * 1024 * 1024;
const IDLE_MS = 300_000;
const CLOSE_MS = 2_000;
const RENEW_MS = 3_600_000;
const MAX_CLIENTS = 500;
const MAX_RECIPIENTS = 100;
const MAX_GUEST_RECIPIENTS = 10;

/** A refusal with its reply code. */
class SmtpRefusal extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

/**
 * Starts the SMTP listener. A client authenticated as a workspace (user = workspace id, password = `inboxPassword`)
 * delivers to that workspace's test inbox, whatever the recipient. Any other client can only reach the desk: return
 * paths and unsubscribe addresses that we issued, and role addresses of known domains. All other recipients are refused
 * with 550. Mail is never relayed, so this cannot be an open relay.
 */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const maxBytes = options.maxBytes ?? MAX_BYTES;
  const guests = new UnauthenticatedClients();
  const server = new SMTPServer({
    name: options.name || "swiftmail",
    banner: "SwiftMail",
    size: maxBytes,
    authOptional: true,
    allowInsecureAuth: true,
    authMethods: ["PLAIN", "LOGIN"],
    // The library's built-in key is public, so no TLS is better than TLS with that key.
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
    // A failure to listen is reported by the caller, through the promise below.
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
  guests: UnauthenticatedClients,
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
  hold: MemoryReservation | undefined,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let isCrowded = false;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    // An oversized message is read to its end, so that the reply can be sent, but not stored.
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
