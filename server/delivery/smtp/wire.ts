import type { Socket } from "node:net";
import type { SmtpFault, SmtpReply, SmtpStage } from "../types.ts";
import { SmtpAbandoned, SmtpFailure } from "./failure.ts";
import { type ParsedReply, ReplyParser } from "./reply-parser.ts";

/** Bodies above this are written in slices, so that a slow but moving peer is told from a dead one. */
const SLICE_BYTES = 256 * 1024;
/** Replies nobody has asked for yet; a whole flight of ours has four. */
const MAX_UNREAD_REPLIES = 64;
/** How long a peer may take to close its side after we closed ours. */
const LINGER_MS = 5_000;

type Waiter = {
  stage: SmtpStage;
  resolve: (reply: ParsedReply) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout>;
};

/**
 * One connection: bytes out, replies in, one timer for whatever is being waited for. Knows no SMTP
 * commands. After the first failure every call fails with the same reason; replies that had been
 * read before it are still handed out, because servers say 421 and close.
 */
export class Wire {
  #socket: Socket;
  #parser = new ReplyParser();
  #replies: ParsedReply[] = [];
  #waiter: Waiter | undefined;
  #stage: SmtpStage = "greeting";
  #drain: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #dead: { fault: SmtpFault | "abandoned"; message: string } | undefined;
  #detach: () => void = () => undefined;
  /** Called once, when the connection can no longer be used. */
  onDead: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#attach(socket);
  }

  /** True when a command may be written: alive, and the server has said nothing unasked. */
  get isQuiet(): boolean {
    return this.#dead === undefined && this.#replies.length === 0 && !this.#parser.hasPartialReply;
  }

  /** True when a reply, or a part of one, is there that nobody has waited for. */
  get hasUnreadBytes(): boolean {
    return this.#replies.length > 0 || this.#parser.hasPartialReply;
  }

  get isDead(): boolean {
    return this.#dead !== undefined;
  }

  /** Why the connection is dead, as seen from `stage`. */
  failure(stage: SmtpStage): SmtpFailure | SmtpAbandoned {
    const { fault, message } = this.#dead ?? { fault: "connection", message: "closed" };
    return fault === "abandoned"
      ? new SmtpAbandoned()
      : new SmtpFailure(stage, fault as SmtpFault, message);
  }

  get socket(): Socket {
    return this.#socket;
  }

  /** The stage whose reply was waited for last: where an unfinished handshake stands. */
  get stage(): SmtpStage {
    return this.#stage;
  }

  /** Queues bytes for the peer in one write. Does nothing on a dead connection: the next wait reports it. */
  write(bytes: string | Uint8Array): void {
    if (this.#dead === undefined) {
      this.#socket.write(bytes);
    }
  }

  /**
   * Writes a body and resolves when the kernel has taken all of it.
   *
   * @throws SmtpFailure when the connection dies, or nothing moves for `progressMs`.
   */
  async writeBody(bytes: Uint8Array, stage: SmtpStage, progressMs: number): Promise<void> {
    for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
      const slice =
        bytes.length <= SLICE_BYTES ? bytes : bytes.subarray(start, start + SLICE_BYTES);
      await this.#writeSlice(slice, stage, progressMs);
    }
  }

  #writeSlice(bytes: Uint8Array, stage: SmtpStage, progressMs: number): Promise<void> | undefined {
    if (this.#dead !== undefined) {
      return Promise.reject(this.failure(stage));
    }
    let isTaken = false;
    // The callback, not "drain": Bun's TLS sockets never emit that.
    this.#socket.write(bytes, () => {
      isTaken = true;
      this.#drain?.resolve();
    });
    return isTaken || this.#socket.writableLength === 0
      ? undefined
      : this.#drained(stage, progressMs);
  }

  /**
   * Resolves with the next reply.
   *
   * @throws SmtpFailure when the connection dies, the peer talks nonsense or `timeoutMs` pass.
   * @throws SmtpAbandoned after `abandon()`.
   */
  reply(stage: SmtpStage, timeoutMs: number): Promise<ParsedReply> {
    this.#stage = stage;
    const ready = this.#replies.shift();
    if (ready !== undefined) {
      return Promise.resolve(ready);
    }
    if (this.#dead !== undefined) {
      return Promise.reject(this.failure(stage));
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#die("timeout", `no reply within ${Math.ceil(timeoutMs / 1000)} s`);
      }, timeoutMs);
      this.#waiter = { stage, resolve, reject, timer };
    });
  }

  /** Drops the connection at once because the caller wants its message back. */
  abandon(): void {
    this.#die("abandoned", "");
  }

  /** Drops the connection at once; whoever waits gets a `fault`. */
  destroy(fault: SmtpFault = "connection", message = "the connection was closed by us"): void {
    this.#die(fault, message);
  }

  /** Closes after what was written has left; the peer's reply is not waited for. */
  end(): void {
    if (this.#dead !== undefined) {
      return;
    }
    const socket = this.#socket;
    socket.end();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
    this.#die("connection", "the connection was closed by us", false);
  }

  /**
   * Moves to the encrypted socket that `upgrade` makes of the plain one.
   *
   * @throws SmtpFailure when the server sent anything in clear behind its reply to STARTTLS: those
   *   bytes may be a third party's (CVE-2011-0411), and must not be read as if they were encrypted.
   */
  async secure(upgrade: (plain: Socket) => Promise<Socket>): Promise<void> {
    if (this.hasUnreadBytes) {
      this.#die("protocol", "the server sent data between its STARTTLS reply and the handshake");
      throw this.failure("starttls");
    }
    this.#detach();
    const plain = this.#socket;
    try {
      this.#socket = await upgrade(plain);
    } catch (error) {
      plain.destroy();
      this.#die("tls", "");
      throw error;
    }
    this.#parser = new ReplyParser();
    this.#attach(this.#socket);
  }

  #attach(socket: Socket): void {
    const onData = (chunk: Uint8Array) => this.#read(chunk);
    const onError = (error: Error) => this.#die("connection", error.message);
    const onEnd = () => this.#die("connection", "the server closed the connection");
    socket.on("data", onData).on("error", onError).on("end", onEnd).on("close", onEnd);
    this.#detach = () => {
      socket.off("data", onData).off("error", onError).off("end", onEnd).off("close", onEnd);
    };
  }

  #read(chunk: Uint8Array): void {
    if (this.#dead !== undefined) {
      return;
    }
    try {
      this.#replies.push(...this.#parser.feed(chunk));
    } catch (error) {
      this.#die("protocol", error instanceof Error ? error.message : String(error));
      return;
    }
    if (this.#replies.length > MAX_UNREAD_REPLIES) {
      this.#die("protocol", "more replies than were asked for");
      return;
    }
    const waiter = this.#waiter;
    if (waiter !== undefined && this.#replies.length > 0) {
      this.#waiter = undefined;
      clearTimeout(waiter.timer);
      waiter.resolve(this.#replies.shift() as ParsedReply);
    }
  }

  #drained(stage: SmtpStage, progressMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#die("timeout", `the server took no data for ${Math.ceil(progressMs / 1000)} s`);
      }, progressMs);
      const settle = (done: () => void) => {
        clearTimeout(timer);
        this.#drain = undefined;
        done();
      };
      this.#drain = {
        resolve: () => settle(resolve),
        reject: () => settle(() => reject(this.failure(stage))),
      };
    });
  }

  #die(fault: SmtpFault | "abandoned", message: string, destroy = true): void {
    if (this.#dead !== undefined) {
      return;
    }
    this.#dead = { fault, message };
    if (destroy) {
      this.#socket.destroy();
    }
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter !== undefined) {
      clearTimeout(waiter.timer);
      waiter.reject(this.failure(waiter.stage));
    }
    this.#drain?.reject(new Error(message));
    this.onDead();
  }
}

/** The part of a reply that outcomes carry. */
export function bareReply(reply: ParsedReply): SmtpReply {
  return { code: reply.code, enhanced: reply.enhanced, text: reply.text };
}
