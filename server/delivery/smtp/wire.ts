import type { Socket } from "node:net";
import { because, messageOf, type Reason } from "../../platform/errors.ts";
import type { SmtpFault, SmtpReply, SmtpStage } from "../types.ts";
import { SmtpAbandoned, SmtpFailure } from "./failure.ts";
import { type ParsedReply, ReplyParser } from "./reply-parser.ts";

/** Larger bodies are written in slices, so that a slow connection can be told from a stalled one. */
const SLICE_BYTES = 256 * 1024;
/** Limit for unread replies; our largest group of commands has four. */
const MAX_UNREAD_REPLIES = 64;
/** How long the peer may take to close its side after we have closed ours. */
const LINGER_MS = 5_000;

type Waiter = {
  stage: SmtpStage;
  resolve: (reply: ParsedReply) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout>;
};

/**
 * One connection: writes bytes, reads replies, and has one timer for the reply that is awaited. It knows no SMTP
 * commands. After a failure all calls fail with the same reason, but replies received earlier are still returned,
 * because servers send 421 and then close.
 */
export class Wire {
  #socket: Socket;
  #parser = new ReplyParser();
  #replies: ParsedReply[] = [];
  #waiter: Waiter | undefined;
  #stage: SmtpStage = "greeting";
  #drain: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #dead: { fault: SmtpFault | "abandoned"; said: string | Reason } | undefined;
  #detach: () => void = () => undefined;
  /** Called once, when the connection can no longer be used. */
  onDead: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#attach(socket);
  }

  /** True when a command may be written: the connection is alive and there is no unsolicited reply. */
  get isQuiet(): boolean {
    return this.#dead === undefined && this.#replies.length === 0 && !this.#parser.hasPartialReply;
  }

  /** True when there is a complete or partial reply that nothing has read yet. */
  get hasUnreadBytes(): boolean {
    return this.#replies.length > 0 || this.#parser.hasPartialReply;
  }

  get isDead(): boolean {
    return this.#dead !== undefined;
  }

  /** Why the connection is dead, as a failure at `stage`. */
  failure(stage: SmtpStage): SmtpFailure | SmtpAbandoned {
    const { fault, said } = this.#dead ?? { fault: "connection", said: because("server_closed") };
    return fault === "abandoned"
      ? new SmtpAbandoned()
      : new SmtpFailure(stage, fault as SmtpFault, said);
  }

  get socket(): Socket {
    return this.#socket;
  }

  /** The stage of the latest reply that was awaited; shows where an unfinished handshake is. */
  get stage(): SmtpStage {
    return this.#stage;
  }

  /** Writes bytes. Does nothing on a dead connection: the next `reply` or `writeBody` reports the failure. */
  write(bytes: string | Uint8Array): void {
    if (this.#dead === undefined) {
      this.#socket.write(bytes);
    }
  }

  /**
   * Writes a body and resolves when the kernel has taken all of it.
   *
   * @throws SmtpFailure when the connection fails, or there is no progress for `progressMs`.
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
    // Uses the callback, because Bun's TLS sockets never emit "drain".
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
   * @throws SmtpFailure when the connection fails, the peer sends invalid data or `timeoutMs` pass.
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
        this.#die("timeout", because("reply_timeout", { seconds: Math.ceil(timeoutMs / 1000) }));
      }, timeoutMs);
      this.#waiter = { stage, resolve, reject, timer };
    });
  }

  /** Closes the connection at once because the caller cancelled its message. */
  abandon(): void {
    this.#die("abandoned", "");
  }

  /** Closes the connection at once; a pending call fails with `fault`. */
  destroy(fault: SmtpFault = "connection", said: string | Reason = because("closed_by_us")): void {
    this.#die(fault, said);
  }

  /** Closes after all written bytes have been sent; does not wait for the peer's reply. */
  end(): void {
    if (this.#dead !== undefined) {
      return;
    }
    const socket = this.#socket;
    socket.end();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
    this.#die("connection", because("closed_by_us"), false);
  }

  /**
   * Switches to the encrypted socket that `upgrade` creates from the plain one.
   *
   * @throws SmtpFailure when the server sent bytes in clear after its reply to STARTTLS: an attacker may have injected
   *   them, so they must not be read as if they were encrypted (CVE-2011-0411).
   */
  async secure(upgrade: (plain: Socket) => Promise<Socket>): Promise<void> {
    if (this.hasUnreadBytes) {
      this.#die("protocol", because("starttls_injected"));
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
    const onEnd = () => this.#die("connection", because("server_closed"));
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
      this.#die("protocol", messageOf(error));
      return;
    }
    if (this.#replies.length > MAX_UNREAD_REPLIES) {
      this.#die("protocol", because("replies_unasked"));
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
        this.#die("timeout", because("data_timeout", { seconds: Math.ceil(progressMs / 1000) }));
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

  #die(fault: SmtpFault | "abandoned", said: string | Reason, destroy = true): void {
    if (this.#dead !== undefined) {
      return;
    }
    this.#dead = { fault, said };
    if (destroy) {
      this.#socket.destroy();
    }
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter !== undefined) {
      clearTimeout(waiter.timer);
      waiter.reject(this.failure(waiter.stage));
    }
    this.#drain?.reject(new Error(typeof said === "string" ? said : said.text));
    this.onDead();
  }
}

/** The part of a reply that outcomes contain. */
export function bareReply(reply: ParsedReply): SmtpReply {
  return { code: reply.code, enhanced: reply.enhanced, text: reply.text };
}
