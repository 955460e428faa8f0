import { steadyClock } from "../../platform/clock.ts";
import type { Route, SmtpOutcome } from "../types.ts";
import {
  type Connected,
  connectRoute,
  type HelloMemory,
  type SessionOptions,
} from "./handshake.ts";
import type { ServerMemory } from "./server-memory.ts";
import {
  type Envelope,
  type SendOptions,
  sendMessage,
  type TransactionConnection,
} from "./transaction.ts";
import type { Wire } from "./wire.ts";

/** A connection to a route that sends one message after another. */
export class SmtpSession {
  readonly host: string;
  /** `host:port`. Server memory is kept per port, because two ports of a host may be served by different programs. */
  readonly server: string;
  #line: TransactionConnection;
  #served = 0;
  #busy = false;

  constructor(line: TransactionConnection, server: string) {
    this.#line = line;
    this.host = line.host;
    this.server = server;
  }

  /** Messages sent on this connection so far, including refused ones. */
  get served(): number {
    return this.#served;
  }

  /** True while commands are pipelined. */
  get isPipelining(): boolean {
    return this.#line.pipelining;
  }

  /** True when the next message may be sent here. */
  get isUsable(): boolean {
    const { chained, wire } = this.#line;
    return !this.#busy && (chained === undefined ? wire.isQuiet : !wire.isDead);
  }

  /** Called when the connection ends, whichever side ended it. */
  set onDead(listener: () => void) {
    this.#line.wire.onDead = listener;
  }

  /**
   * Sends one message: MAIL, RCPT, DATA and the body; then awaits `beforeDot`; then writes the dot.
   *
   * When `beforeDot` rejects, or `signal` fires before the dot, the connection is closed and the outcome is
   * `abandoned`; the dot is never written. After the dot `signal` has no effect. If the process crashes before
   * `beforeDot` is called, the message has certainly not been delivered.
   *
   * With `chain`, the envelope of another message may have been sent when this resolves: the next call must then send
   * that message.
   *
   * @throws Error when the session is busy, or when the envelope of a different message has been sent.
   */
  async send(message: Envelope, options: SendOptions): Promise<SmtpOutcome> {
    if (this.#busy) {
      throw new Error("this SMTP session is sending a message already");
    }
    const { chained } = this.#line;
    if (chained !== undefined && chained !== message) {
      throw new Error("another message has begun on this SMTP session");
    }
    if (chained === undefined && this.#line.wire.hasUnreadBytes) {
      // The server sent an unsolicited reply, usually 421 before it closes the connection.
      this.#line.wire.end();
    }
    this.#busy = true;
    try {
      return await sendMessage(this.#line, message, options);
    } finally {
      this.#busy = false;
      this.#served += 1;
    }
  }

  /** Sends QUIT, waits briefly for the reply and closes. Never throws. */
  async quit(): Promise<void> {
    const { wire, timeouts, chained } = this.#line;
    // After a pipelined DATA, QUIT would be read as part of a message.
    if (wire.isQuiet && chained === undefined) {
      wire.write("QUIT\r\n");
      await wire.reply("quit", timeouts.quitMs).catch(() => undefined);
    }
    wire.end();
  }

  /** Closes at once. A message past its dot becomes `ambiguous`, one before it `broken`. */
  destroy(): void {
    this.#line.wire.destroy();
  }
}

export type OpenOptions = SessionOptions & {
  /** Keeps what is learned about servers. */
  memory?: ServerMemory | undefined;
  /** Receives the connection as soon as TCP is connected, so that it can be dropped during the handshake. */
  onWire?: ((wire: Wire) => void) | undefined;
  clock?: () => number;
};

/**
 * Opens a session: TCP, greeting, EHLO (or HELO), TLS as the route demands, AUTH.
 *
 * @throws SmtpFailure or SmtpRefusal naming the stage.
 */
export async function openSession(route: Route, options: OpenOptions = {}): Promise<SmtpSession> {
  const { memory, clock = steadyClock } = options;
  const hello = memory && helloMemory(memory, `${route.host}:${route.port}`, clock);
  return sessionOn(
    await connectRoute(route, { ...options, hello }, options.onWire),
    route,
    options,
  );
}

/** The part of the server memory that the handshake uses, for one `host:port`. */
export function helloMemory(
  memory: ServerMemory,
  server: string,
  clock: () => number,
): HelloMemory {
  return {
    isHeloOnly: () => memory.isHeloOnly(server, clock()),
    ehloFailed: () => memory.ehloFailed(server, clock()),
  };
}

/** A session on a connection that is ready for MAIL. */
export function sessionOn(
  { wire, capabilities, timeouts }: Connected,
  { host, port }: { host: string; port: number },
  { memory, clock = steadyClock }: Pick<OpenOptions, "memory" | "clock">,
): SmtpSession {
  const server = `${host}:${port}`;
  const line: TransactionConnection = {
    wire,
    capabilities,
    timeouts,
    host,
    pipelining: capabilities.pipelining && (memory?.mayPipeline(server, clock()) ?? true),
    needsReset: false,
    resetsAfterMail: memory?.wantsReset(server, clock()) ?? false,
    isUsed: false,
    chained: undefined,
    onPipeliningBroken: () => {
      line.pipelining = false;
      memory?.pipeliningFailed(server, clock());
    },
    onNestedMail: () => memory?.mailWasNested(server, clock()),
  };
  return new SmtpSession(line, server);
}
