// One-off mail of the instance itself: password resets, invitations, the wizard's test message.
// Campaigns leave by delivery/, never by this file.
import { createTransport } from "nodemailer";
import { AppError } from "./errors.ts";

/** The way system mail leaves, with its password in clear: never stored like this. */
export type MailRoute = {
  host: string;
  port: number;
  security: "starttls" | "tls" | "none";
  verifyCertificate: boolean;
  username: string;
  password: string;
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

const CONNECT_MS = 15_000;
const IDLE_MS = 30_000;

/** A mailer that asks for the route at each message, so that a changed setting works at once. */
export function createMailer(routeOf: () => MailRoute | undefined): Mailer {
  return {
    isConfigured: () => routeOf() !== undefined,
    async send(message) {
      const route = routeOf();
      if (route === undefined) {
        throw new AppError("unavailable", "No route for the instance's own mail is set up.");
      }
      return await sendBy(route, message);
    },
  };
}

async function sendBy(route: MailRoute, message: MailMessage): Promise<MailReceipt> {
  const transport = createTransport({
    host: route.host,
    port: route.port,
    secure: route.security === "tls",
    requireTLS: route.security === "starttls",
    ignoreTLS: route.security === "none",
    tls: { rejectUnauthorized: route.verifyCertificate },
    ...(route.username === "" ? {} : { auth: { user: route.username, pass: route.password } }),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: IDLE_MS,
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
    transport.close();
  }
}
