import { steadyClock } from "../../platform/clock.ts";
import type { Route, SmtpOutcome } from "../types.ts";
import {
  type Connected,
  connectRoute,
  type HelloMemory,
  type SessionOptions,
} from "./handshake.ts";
import type { ServerMemory } from "./server-memory.ts";
import { type Envelope, type Line, type SendOptions, sendMessage } from "./transaction.ts";
import type { Wire } from "./wire.ts";

/** A connection to a route, ready for one message after another. */
export class SmtpSession {
  readonly host: string;
  /** `host:port`: what is learned of a server is learned of one port, since two of them may be two programs. */
  readonly server: string;
  #line: Line;
  #served = 0;
  #busy = false;

  constructor(line: Line, server: string) {
    this.#line = line;
    this.host = line.host;
    this.server = server;
  }

  /** Messages sent on this connection so far, refused ones included. */
  get served(): number {
    return this.#served;
  }

  /** True while commands go out in groups. */
  get isPipelining(): boolean {
    return this.#line.pipelining;
  }

  /** True when the next message may be sent here. */
  get isUsable(): boolean {
    const { chained, wire } = this.#line;
    return !this.#busy && (chained === undefined ? wire.isQuiet : !wire.isDead);
  }

  /** Is called when the connection ends, whoever ended it. */
  set onDead(listener: () => void) {
    this.#line.wire.onDead = listener;
  }

  /**
   * Sends one message: MAIL, RCPT, DATA, the body; then awaits `beforeDot`; then writes the dot.
   *
   * When `beforeDot` rejects, or `signal` fires before the dot, the connection is closed and the
   * outcome is `abandoned`; the dot is never written. After the dot `signal` has no effect. A crash
   * before `beforeDot` is called has certainly not delivered the message.
   *
   * With `chain` another message may have begun when this resolves: that one must be sent next, or none.
   *
   * @throws Error when the session is in use already, or another message has begun on it.
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
      // The server spoke unasked: mostly 421 before it closes.
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

  /** Says QUIT, waits a moment for the answer and closes. Never throws. */
  async quit(): Promise<void> {
    const { wire, timeouts, chained } = this.#line;
    // Behind a DATA it would be the beginning of a message.
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
  /** Where to keep what is learned of servers. */
  memory?: ServerMemory | undefined;
  /** Hears of the connection as soon as there is one, so that it can be dropped during the handshake. */
  onWire?: ((wire: Wire) => void) | undefined;
  clock?: () => number;
};

/**
 * Opens a session: TCP, greeting, EHLO (or HELO), TLS as the route asks, AUTH.
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

/** What is known of the EHLO of a server, by `host:port`. */
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
  const line: Line = {
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
