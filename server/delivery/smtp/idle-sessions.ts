import type { Clock } from "../../platform/clock.ts";
import type { SmtpSession } from "./session.ts";

export type IdleSessionsParts = {
  closeAfterMs: number;
  clock: Clock;
  /** True when other connections need the room: idle ones are then closed without waiting for `closeAfterMs`. */
  isWanted: () => boolean;
  /** Closes a connection that is no longer kept. */
  discard: (session: SmtpSession) => void;
};

/** How often to check whether idle connections have expired or are needed elsewhere. */
const LOOK_MS = 1_000;

/** Idle connections. The most recently used one is reused first, so that the others can expire. */
export class IdleSessions {
  readonly #parts: IdleSessionsParts;
  #idle: { session: SmtpSession; since: number }[] = [];
  #sweep: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(parts: IdleSessionsParts) {
    this.#parts = parts;
  }

  put(session: SmtpSession): void {
    this.#idle.push({ session, since: this.#parts.clock() });
    session.onDead = () => this.#forget(session);
    this.#scheduleSweep();
  }

  /** Returns a connection that is still usable and discards those that are not. */
  take(): SmtpSession | undefined {
    for (let entry = this.#idle.pop(); entry !== undefined; entry = this.#idle.pop()) {
      if (entry.session.isUsable) {
        return entry.session;
      }
      this.#parts.discard(entry.session);
    }
    return undefined;
  }

  /** Closes the connection that has been idle longest; false when there is none. */
  endOldest(): boolean {
    const oldest = this.#idle.shift();
    if (oldest !== undefined) {
      this.#parts.discard(oldest.session);
    }
    return oldest !== undefined;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#sweep);
    for (const { session } of this.#idle.splice(0)) {
      this.#parts.discard(session);
    }
  }

  #forget(session: SmtpSession): void {
    const at = this.#idle.findIndex((entry) => entry.session === session);
    if (at !== -1) {
      this.#idle.splice(at, 1);
      this.#parts.discard(session);
    }
  }

  #scheduleSweep(): void {
    if (this.#sweep !== undefined || this.#isClosed) {
      return;
    }
    const { closeAfterMs, clock, isWanted } = this.#parts;
    this.#sweep = setTimeout(
      () => {
        this.#sweep = undefined;
        const expired = clock() - (isWanted() ? 0 : closeAfterMs);
        const old = this.#idle.filter((entry) => entry.since <= expired);
        this.#idle = this.#idle.filter((entry) => entry.since > expired);
        for (const { session } of old) {
          this.#parts.discard(session);
        }
        if (this.#idle.length > 0) {
          this.#scheduleSweep();
        }
      },
      Math.min(closeAfterMs, LOOK_MS),
    );
    this.#sweep.unref?.();
  }
}
