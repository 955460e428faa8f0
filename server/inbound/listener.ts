import type { AddressInfo } from "node:net";
import {
  SMTPServer,
  type SMTPServerAddress,
  type SMTPServerAuthentication,
  type SMTPServerDataStream,
  type SMTPServerSession,
} from "smtp-server";
import { isId } from "../platform/ids.ts";
import { log } from "../platform/log.ts";
import type { KeyRing } from "../platform/secrets.ts";
import { isInboxPassword } from "./inbox-password.ts";
import type { Mailbox } from "./mailbox.ts";

export type ListenerOptions = {
  port: number;
  host: string;
  keyRing: KeyRing;
  mailbox: Mailbox;
  /** False for an id that is no workspace of this instance. */
  isWorkspace: (id: string) => boolean;
  maxBytes?: number;
};

export type Listener = { port: number; close(): Promise<void> };

const MAX_BYTES = 25 * 1024 * 1024;
const IDLE_MS = 300_000;
const CLOSE_MS = 2_000;
const MAX_CLIENTS = 500;
const MAX_RECIPIENTS = 100;

/** A refusal with the reply code the client gets. */
class SmtpRefusal extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

/**
 * Listens for SMTP. The only mail it takes is that of a client signed in as a workspace (user = workspace
 * id, password = `inboxPassword`), and it goes into that workspace's test inbox, whatever the recipient:
 * nothing is ever passed on, so it cannot be an open relay. Everybody else gets 550 for every recipient,
 * postmaster and abuse included, until there are mailboxes to deliver to.
 */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const maxBytes = options.maxBytes ?? MAX_BYTES;
  const server = new SMTPServer({
    name: "swiftmail",
    banner: "SwiftMail",
    size: maxBytes,
    authOptional: true,
    allowInsecureAuth: true,
    authMethods: ["PLAIN", "LOGIN"],
    // No certificate of our own yet, and the package's built-in key is public: no TLS is better than a false one.
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    logger: false,
    maxClients: MAX_CLIENTS,
    maxRecipients: MAX_RECIPIENTS,
    socketTimeout: IDLE_MS,
    closeTimeout: CLOSE_MS,
    onAuth: (auth, _session, callback) => answer(callback, () => signIn(options, auth)),
    onRcptTo(_address, session, callback) {
      callback(
        typeof session.user === "string"
          ? null
          : new SmtpRefusal(550, "5.7.1 Relaying denied: this server takes no mail for others"),
      );
    },
    onData(stream, session, callback) {
      receive(options.mailbox, stream, session, maxBytes).then(
        () => callback(null, "2.0.0 Captured in the test inbox"),
        (error: unknown) => callback(asRefusal(error)),
      );
    },
  });
  server.on("error", (error) => log.warn({ err: error }, "smtp listener: connection error"));
  await new Promise<void>((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(options.port, options.host, () => {
      server.server.off("error", reject);
      resolve();
    });
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function answer<T>(callback: (error: Error | null, value?: T) => void, work: () => T): void {
  try {
    callback(null, work());
  } catch (error) {
    callback(asRefusal(error));
  }
}

function signIn(options: ListenerOptions, auth: SMTPServerAuthentication): { user: string } {
  const id = auth.username ?? "";
  const right = isInboxPassword(options.keyRing, id, auth.password ?? "");
  if (!right || !isId(id) || !options.isWorkspace(id)) {
    throw new SmtpRefusal(535, "5.7.8 The user name or password of the test inbox is wrong");
  }
  return { user: id };
}

async function receive(
  mailbox: Mailbox,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  maxBytes: number,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    // An oversized message is read to its end, for the reply, and not kept.
    if (!stream.sizeExceeded) {
      chunks.push(chunk);
    }
  }
  if (stream.sizeExceeded) {
    throw new SmtpRefusal(552, `5.3.4 The message is larger than ${maxBytes} bytes`);
  }
  const raw = Buffer.concat(chunks);
  const { mailFrom, rcptTo } = session.envelope;
  const from = mailFrom === false ? "" : mailFrom.address;
  await Promise.all(
    rcptTo.map((to: SMTPServerAddress) =>
      mailbox.deliver(String(session.user), {
        envelopeFrom: from,
        envelopeTo: to.address,
        raw,
      }),
    ),
  );
}

function asRefusal(error: unknown): Error {
  if (error instanceof SmtpRefusal) {
    return error;
  }
  log.error({ err: error }, "smtp listener: a message could not be stored");
  return new SmtpRefusal(452, "4.3.1 The message could not be stored; try again later");
}
