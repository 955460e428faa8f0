import type { Socket } from "node:net";
import { hostname } from "node:os";
import { TLSSocket } from "node:tls";
import { because, type Reason } from "../../platform/errors.ts";
import { relayTargets } from "../../platform/target-guard.ts";
import type { Route, SmtpStage } from "../types.ts";
import { accessTokens, type TokenSource } from "./access-tokens.ts";
import { authenticate, type Credentials } from "./auth.ts";
import { type Capabilities, noCapabilities, readCapabilities } from "./capabilities.ts";
import { type Destination, openTcp, startTls } from "./connect.ts";
import { formatReply, SmtpFailure, SmtpRefusal } from "./failure.ts";
import type { ParsedReply } from "./reply-parser.ts";
import { type SmtpTimeouts, smtpTimeouts } from "./timeouts.ts";
import { bareReply, Wire } from "./wire.ts";

/** Settings of a session that do not come from its route. */
export type SessionOptions = {
  /** The name in EHLO; should be this host's FQDN with a matching PTR record. */
  heloName?: string;
  timeouts?: Partial<SmtpTimeouts>;
  /** Extra trust anchors in PEM. */
  ca?: string;
  /** Local address to connect from; undefined = the system chooses. */
  localAddress?: string;
  /** Returns false for an IP address that must not be connected to. */
  allowAddress?: (ip: string) => boolean;
  /** Provides OAuth 2.0 access tokens; if set, XOAUTH2 is used with the route's user name. */
  accessToken?: TokenSource;
  /** Whether the server is known to fail at EHLO. */
  hello?: HelloMemory | undefined;
  /** Called for each stage that succeeded, in order, with a server's reply or a reason. */
  onStep?: (stage: SmtpStage, said: string | Reason) => void;
};

/** Remembers very old servers that close the connection when they receive EHLO. */
export type HelloMemory = { isHeloOnly: () => boolean; ehloFailed: () => void };

/** The server closed the connection in reply to EHLO. */
class EhloClosed extends SmtpFailure {}

/** A connection that is ready for MAIL. */
export type Connected = { wire: Wire; capabilities: Capabilities; timeouts: SmtpTimeouts };

/** The server to connect to, and how. */
export type Peer = Destination & {
  /**
   * `opportunistic`: use STARTTLS if the server offers and accepts it. If the TLS handshake then fails, the connection
   * fails too.
   */
  security: Route["security"] | "opportunistic";
  credentials?: Credentials | undefined;
};

/**
 * Connects to a route's host and does greeting, EHLO, TLS and AUTH.
 *
 * @throws SmtpFailure or SmtpRefusal naming the stage; the connection is then closed.
 */
export async function connectRoute(
  route: Route,
  options: SessionOptions,
  onWire: (wire: Wire) => void = () => undefined,
): Promise<Connected> {
  const peer: Peer = {
    host: route.host,
    port: route.port,
    verifyCertificate: route.verifyCertificate,
    ca: options.ca,
    localAddress: options.localAddress,
    allowAddress: options.allowAddress ?? relayTargets(route.publicOnly === true),
    security: route.security,
    credentials: credentialsOf(route, options),
  };
  return await connectPeer(peer, options, onWire);
}

/**
 * Connects to a server and does greeting, EHLO, TLS and AUTH. If the server closes the connection at EHLO, tries HELO
 * on a second connection (RFC 5321 §3.2), but only when neither TLS nor AUTH is required.
 *
 * @throws SmtpFailure or SmtpRefusal naming the stage; the connection is then closed.
 */
export async function connectPeer(
  peer: Peer,
  options: SessionOptions,
  onWire: (wire: Wire) => void,
): Promise<Connected> {
  const { hello } = options;
  if (hello?.isHeloOnly()) {
    return await connectWith("HELO", peer, options, onWire);
  }
  try {
    return await connectWith("EHLO", peer, options, onWire);
  } catch (error) {
    // A server with TLS or AUTH knows EHLO. If the route requires either, a lost connection must not lead to HELO.
    const mayBeOld = peer.security === "none" || peer.security === "opportunistic";
    if (!(error instanceof EhloClosed) || !mayBeOld || peer.credentials !== undefined) {
      throw error;
    }
    const connected = await connectWith("HELO", peer, options, onWire);
    hello?.ehloFailed();
    return connected;
  }
}

type Hello = "EHLO" | "HELO";

async function connectWith(
  hello: Hello,
  peer: Peer,
  options: SessionOptions,
  onWire: (wire: Wire) => void,
): Promise<Connected> {
  const timeouts = { ...smtpTimeouts, ...options.timeouts };
  let socket = await openTcp(peer, timeouts.connectMs);
  const address = socket.remoteAddress ?? peer.host;
  options.onStep?.("connect", because("step_connected", { address, port: peer.port }));
  if (peer.security === "tls") {
    socket = await startTls(socket, peer, timeouts.connectMs);
    options.onStep?.("starttls", tlsSummary(socket, peer));
  }
  const wire = new Wire(socket);
  onWire(wire);
  try {
    const capabilities = await greet(wire, hello, peer, options, timeouts);
    return { wire, capabilities, timeouts };
  } catch (error) {
    wire.destroy();
    throw error;
  }
}

async function greet(
  wire: Wire,
  hello: Hello,
  peer: Peer,
  options: SessionOptions,
  timeouts: SmtpTimeouts,
): Promise<Capabilities> {
  const greeting = positive("greeting", await wire.reply("greeting", timeouts.greetingMs));
  options.onStep?.("greeting", formatReply(greeting));
  let capabilities = await firstHello(wire, hello, options, timeouts);
  if (peer.security === "starttls" || peer.security === "opportunistic") {
    const isSecure = await upgrade(wire, capabilities, peer, timeouts);
    if (isSecure) {
      options.onStep?.("starttls", tlsSummary(wire.socket, peer));
      // The capabilities sent in clear may have been forged, so ask again (RFC 3207 §4.2).
      capabilities = await sayHello(wire, options, timeouts);
    }
  }
  options.onStep?.("ehlo", because("step_greeted"));
  if (peer.credentials !== undefined) {
    refuseSecretInClear(wire);
    await authenticate(wire, peer.credentials, capabilities, timeouts.authMs);
    const { username } = peer.credentials;
    options.onStep?.("auth", because("step_signed_in", { username }));
  }
  return capabilities;
}

async function firstHello(
  wire: Wire,
  hello: Hello,
  options: SessionOptions,
  timeouts: SmtpTimeouts,
): Promise<Capabilities> {
  try {
    return hello === "EHLO"
      ? await sayHello(wire, options, timeouts)
      : await sayHelo(wire, options.heloName ?? defaultHeloName(wire), timeouts);
  } catch (error) {
    throw error instanceof SmtpFailure && error.fault === "connection"
      ? new EhloClosed(error.stage, error.fault, error.said, error)
      : error;
  }
}

async function sayHello(
  wire: Wire,
  options: SessionOptions,
  timeouts: SmtpTimeouts,
): Promise<Capabilities> {
  const name = options.heloName ?? defaultHeloName(wire);
  wire.write(`EHLO ${name}\r\n`);
  const reply = await wire.reply("ehlo", timeouts.heloMs);
  if (reply.code === 250) {
    return readCapabilities(reply.lines);
  }
  // HELO helps only if the server does not know EHLO; 421, other 4xx and policy refusals are final.
  if (![500, 501, 502, 504, 550].includes(reply.code)) {
    positive("ehlo", reply);
  }
  return await sayHelo(wire, name, timeouts);
}

async function sayHelo(wire: Wire, name: string, timeouts: SmtpTimeouts): Promise<Capabilities> {
  wire.write(`HELO ${name}\r\n`);
  positive("ehlo", await wire.reply("ehlo", timeouts.heloMs));
  return noCapabilities;
}

/** Returns false when TLS is optional and the server does not offer or start it. */
async function upgrade(
  wire: Wire,
  capabilities: Capabilities,
  peer: Peer,
  timeouts: SmtpTimeouts,
): Promise<boolean> {
  const isOptional = peer.security === "opportunistic";
  if (!capabilities.startTls) {
    if (isOptional) {
      return false;
    }
    throw new SmtpFailure("starttls", "config", because("starttls_missing"));
  }
  wire.write("STARTTLS\r\n");
  const reply = await wire.reply("starttls", timeouts.heloMs);
  if (reply.code !== 220) {
    if (isOptional && reply.code !== 421) {
      return false;
    }
    positive("starttls", reply);
    const why = because("reply_unexpected_to", { code: reply.code, command: "STARTTLS" });
    throw new SmtpFailure("starttls", "protocol", why);
  }
  await wire.secure((plain) => startTls(plain, peer, timeouts.connectMs));
  return true;
}

function credentialsOf(route: Route, options: SessionOptions): Credentials | undefined {
  const { oauth, publicOnly, username } = route;
  const accessToken =
    options.accessToken ?? (oauth && accessTokens({ oauth, ...(publicOnly && { publicOnly }) }));
  if (accessToken !== undefined) {
    return { kind: "oauth", username, accessToken };
  }
  return route.username === ""
    ? undefined
    : { kind: "password", username: route.username, password: route.password };
}

/** Sends a password unencrypted only to this machine. */
function refuseSecretInClear(wire: Wire): void {
  const ip = (wire.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  if (!(wire.socket instanceof TLSSocket) && !ip.startsWith("127.") && ip !== "::1") {
    throw new SmtpFailure("auth", "config", because("secret_unencrypted"));
  }
}

function positive(stage: SmtpStage, reply: ParsedReply): ParsedReply {
  if (reply.code >= 400) {
    throw new SmtpRefusal(stage, bareReply(reply));
  }
  if (reply.code >= 300) {
    throw new SmtpFailure(stage, "protocol", because("reply_unexpected", { code: reply.code }));
  }
  return reply;
}

/** EHLO takes an address literal when the host name is not fully qualified (RFC 5321 §4.1.3). */
function defaultHeloName(wire: Wire): string {
  const name = hostname();
  if (name.includes(".")) {
    return name;
  }
  const ip = wire.socket.localAddress ?? "127.0.0.1";
  return ip.includes(":") ? `[IPv6:${ip}]` : `[${ip}]`;
}

function tlsSummary(socket: Socket, peer: Peer): Reason {
  const version = (socket instanceof TLSSocket ? socket.getProtocol() : null) ?? "TLS";
  return peer.verifyCertificate
    ? because("step_encrypted", { version })
    : because("step_encrypted_unchecked", { version });
}
