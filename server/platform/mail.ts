// One-off mail of the instance itself: password resets, invitations, the wizard's test message.
// Campaigns leave by delivery/, never by this file.
import { isIP, Socket } from "node:net";
import { createTransport } from "nodemailer";
import { AppError } from "./errors.ts";
import { checkedAddress } from "./guarded-fetch.ts";

/** The way system mail leaves, with its password in clear: never stored like this. */
export type MailRoute = {
  host: string;
  port: number;
  security: "starttls" | "tls" | "none";
  verifyCertificate: boolean;
  username: string;
  password: string;
  /** Gives OAuth 2.0 access tokens; then they are used instead of the password. */
  accessToken?: () => Promise<string>;
  /** Whether an address of the host may be connected to. */
  mayConnect: (address: string) => boolean;
  fromName: string;
  fromEmail: string;
};

export type MailMessage = {
  to: string;
  subject: string;
  text: string;
  /** Bare, without angle brackets; made up when left out. */
  messageId?: string;
};

/** What the server said when it took the message. */
export type MailReceipt = { messageId: string; reply: string };

/** Sends the instance's own mail over the route that is set at that moment. */
export type Mailer = {
  /** False until a route is set: then links are shown instead of mailed. */
  isConfigured(): boolean;
  /**
   * Hands the message to the route's server and resolves with its reply.
   *
   * @throws AppError `unavailable` when no route is set; `unreachable`, with the server's own words, when
   *   it could not be handed over. Nothing is kept for later: a job that calls this is what tries again.
   */
  send(message: MailMessage): Promise<MailReceipt>;
};

/** How long to wait for the route's server, in milliseconds. */
export type MailPatience = {
  /** For the connection with its TLS, and for the greeting. */
  connectMs: number;
  /** For each answer. */
  idleMs: number;
  /** In all: a server can say a little all the time and still never come to an end. */
  wholeMs: number;
};

const PATIENCE: MailPatience = { connectMs: 10_000, idleMs: 15_000, wholeMs: 45_000 };

/** A mailer that asks for the route at each message, so that a changed setting works at once. */
export function createMailer(
  routeOf: () => MailRoute | undefined,
  patience: MailPatience = PATIENCE,
): Mailer {
  return {
    isConfigured: () => routeOf() !== undefined,
    async send(message) {
      const route = routeOf();
      if (route === undefined) {
        throw new AppError("unavailable", "No route for the instance's own mail is set up.");
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
    const said = error instanceof Error ? error.message : String(error);
    throw new AppError("unreachable", `${route.host} did not take the message: ${said}`, {
      cause: error,
    });
  } finally {
    clearTimeout(deadline);
    transport.close();
  }
}

/** The address to dial: looked up and checked once, so that the one that is dialled is the one that was checked. */
async function addressOf(route: MailRoute, { connectMs }: MailPatience): Promise<string> {
  try {
    return await checkedAddress(route.host, route, AbortSignal.timeout(connectMs));
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new AppError("unreachable", `${said}.`, { cause: error });
  }
}

async function authOf(route: MailRoute) {
  const { username: user, password: pass, accessToken } = route;
  if (accessToken !== undefined) {
    return { auth: { type: "OAuth2" as const, user, accessToken: await accessToken() } };
  }
  return user === "" ? {} : { auth: { user, pass } };
}
