import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from "smtp-server";
import type { Certificate } from "./certificates.ts";

export type SunkMessage = {
  from: string;
  to: string[];
  /** The message as it arrived, with dots unstuffed. */
  raw: string;
  sessionId: string;
  secure: boolean;
  user: string | undefined;
};

export type SinkOptions = {
  /** The address and port to listen on; 127.0.0.1 and a free port unless given. */
  host?: string;
  port?: number;
  certificate?: Certificate;
  /** TLS from the first byte instead of STARTTLS. */
  implicitTls?: boolean;
  /** Accepted user name and password; without them AUTH is not offered. */
  login?: { username: string; password: string };
  authMethods?: string[];
  /** Returns a refusal (with `responseCode`) for a sender or recipient. */
  refuseSender?: (address: string) => Error | undefined;
  refuseRecipient?: (address: string) => Error | undefined;
  refuseMessage?: (raw: string) => Error | undefined;
  /** Other options of the smtp-server package. */
  server?: SMTPServerOptions;
};

export type SmtpSink = {
  port: number;
  messages: SunkMessage[];
  /** The number of connections ever made, and the maximum open at the same time. */
  connections: () => number;
  mostConnections: () => number;
  close: () => Promise<void>;
};

/** An error that smtp-server turns into a reply with `code` and the text. */
export function refusal(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

/** A real SMTP server on a free loopback port that keeps received messages. */
export async function startSmtpSink(options: SinkOptions = {}): Promise<SmtpSink> {
  const messages: SunkMessage[] = [];
  let made = 0;
  let open = 0;
  let most = 0;
  const { login, certificate } = options;
  const server = new SMTPServer({
    secure: options.implicitTls ?? false,
    authOptional: login === undefined,
    authMethods: options.authMethods ?? ["PLAIN", "LOGIN"],
    disabledCommands: [
      ...(login === undefined ? ["AUTH"] : []),
      ...(certificate === undefined ? ["STARTTLS"] : []),
    ],
    allowInsecureAuth: certificate === undefined,
    disableReverseLookup: true,
    logger: false,
    ...(certificate ?? {}),
    onConnect: (_session, done) => {
      made += 1;
      open += 1;
      most = Math.max(most, open);
      done();
    },
    onClose: () => {
      open -= 1;
    },
    onAuth: (auth, _session, done) => {
      const isKnown = auth.username === login?.username && auth.password === login?.password;
      if (isKnown) {
        done(null, { user: auth.username });
      } else {
        done(refusal(535, "5.7.8 Username and Password not accepted"));
      }
    },
    onMailFrom: (address, _session, done) => done(options.refuseSender?.(address.address)),
    onRcptTo: (address, _session, done) => done(options.refuseRecipient?.(address.address)),
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => {
        const raw = Buffer.concat(parts).toString("utf8");
        const refused = options.refuseMessage?.(raw);
        if (refused === undefined) {
          messages.push(sunk(raw, session));
        }
        done(refused);
      });
    },
    ...options.server,
  });
  // Clients that disconnect midway are part of the tests.
  server.on("error", () => undefined);
  await new Promise<void>((resolve) =>
    server.listen(options.port ?? 0, options.host ?? "127.0.0.1", resolve),
  );
  return {
    port: (server.server.address() as AddressInfo).port,
    messages,
    connections: () => made,
    mostConnections: () => most,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function sunk(raw: string, session: SMTPServerSession): SunkMessage {
  const { mailFrom, rcptTo } = session.envelope;
  return {
    from: mailFrom === false ? "" : mailFrom.address,
    to: rcptTo.map((recipient) => recipient.address),
    raw,
    sessionId: session.id,
    secure: session.secure,
    user: session.user,
  };
}
