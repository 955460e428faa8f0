// Individual mail of the instance itself: password resets, invitations, the wizard's test message. Campaigns are sent
// by delivery/, never by this file.
import { isIP, Socket } from "node:net";
import { createTransport } from "nodemailer";
import { AppError, because, messageOf } from "./errors.ts";
import { checkedAddress } from "./guarded-fetch.ts";

/** The relay for system mail, with its password unencrypted; never store it in this form. */
export type MailRoute = {
  host: string;
  port: number;
  security: "starttls" | "tls" | "none";
  verifyCertificate: boolean;
  username: string;
  password: string;
  /** Returns an OAuth 2.0 access token, which is then used instead of the password. */
  accessToken?: () => Promise<string>;
  /** Whether connecting to an IP address of the host is allowed. */
  mayConnect: (address: string) => boolean;
  fromName: string;
  fromEmail: string;
};

export type MailMessage = {
  to: string;
  subject: string;
  text: string;
  /** Without angle brackets; generated when omitted. */
  messageId?: string;
};

/** The server's reply to an accepted message. */
export type MailReceipt = { messageId: string; reply: string };

/** Sends the instance's own mail over the currently configured relay. */
export type Mailer = {
  /** False until a relay is configured; links are then shown instead of mailed. */
  isConfigured(): boolean;
  /**
   * Hands the message over to the relay and resolves with its reply.
   *
   * @throws AppError `unavailable` when no relay is configured; `unreachable`, with the server's reply, when the
   * message was not accepted. Nothing is queued: retrying is up to the calling job.
   */
  send(message: MailMessage): Promise<MailReceipt>;
};

/** Time-outs for the relay, in milliseconds. */
export type MailPatience = {
  /** For the connection including TLS, and for the greeting. */
  connectMs: number;
  /** For each reply. */
  idleMs: number;
  /** For the whole message, since a server could send data slowly without ever finishing. */
  wholeMs: number;
};

const PATIENCE: MailPatience = { connectMs: 10_000, idleMs: 15_000, wholeMs: 45_000 };

/** Creates a mailer that reads the configuration for every message, so that a change takes effect at once. */
export function createMailer(
  routeOf: () => MailRoute | undefined,
  patience: MailPatience = PATIENCE,
): Mailer {
  return {
    isConfigured: () => routeOf() !== undefined,
    async send(message) {
      const route = routeOf();
      if (route === undefined) {
        throw new AppError("unavailable", because("system_mail_not_set_up"));
      }
      return await sendBy(route, message, patience);
    },
  };
}

async function sendBy(
  route: MailRoute,
  message: MailMessage,
  patience: MailPatience,
): Promise<MailReceipt> {
  const host = await addressOf(route, patience);
  const auth = await authOf(route);
  const socket = new Socket();
  const deadline = setTimeout(() => {
    socket.destroy(new Error(`it took longer than ${patience.wholeMs / 1_000} seconds`));
  }, patience.wholeMs);
  const transport = createTransport({
    host,
    port: route.port,
    secure: route.security === "tls",
    requireTLS: route.security === "starttls",
    ignoreTLS: route.security === "none",
    tls: {
      rejectUnauthorized: route.verifyCertificate,
      ...(isIP(route.host) === 0 ? { servername: route.host } : {}),
    },
    ...auth,
    socket,
    connectionTimeout: patience.connectMs,
    greetingTimeout: patience.connectMs,
    socketTimeout: patience.idleMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const sent = await transport.sendMail({
      from: { name: route.fromName, address: route.fromEmail },
      to: { name: "", address: message.to },
      subject: message.subject,
      text: message.text,
      ...(message.messageId === undefined ? {} : { messageId: `<${message.messageId}>` }),
      headers: { "Auto-Submitted": "auto-generated" },
    });
    return { messageId: sent.messageId.replace(/^<|>$/g, ""), reply: sent.response };
  } catch (error) {
    const said = messageOf(error);
    throw new AppError("unreachable", because("mail_refused", { host: route.host, said }), {
      cause: error,
    });
  } finally {
    clearTimeout(deadline);
    transport.close();
  }
}

/** Resolves and checks the host once, so that the connection goes to the address that was checked. */
async function addressOf(route: MailRoute, { connectMs }: MailPatience): Promise<string> {
  try {
    return await checkedAddress(route.host, route, AbortSignal.timeout(connectMs));
  } catch (error) {
    throw new AppError(
      "unreachable",
      because("mail_host_unreachable", { said: messageOf(error) }),
      { cause: error },
    );
  }
}

async function authOf(route: MailRoute) {
  const { username: user, password: pass, accessToken } = route;
  if (accessToken !== undefined) {
    return { auth: { type: "OAuth2" as const, user, accessToken: await accessToken() } };
  }
  return user === "" ? {} : { auth: { user, pass } };
}
