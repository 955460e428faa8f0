import type { Clock } from "../../platform/clock.ts";
import type { SmtpSession } from "./session.ts";

export type IdleSessionsParts = {
  closeAfterMs: number;
  clock: Clock;
  /** Others would have them: who is not used now ends at once. */
  isWanted: () => boolean;
  /** Ends a connection that is not kept any longer. */
  discard: (session: SmtpSession) => void;
};

/** So often it is looked whether others would have them. */
const LOOK_MS = 5_000;

/** Connections that nobody uses now. The one used last is taken first, so that the others can end. */
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

  /** One that is still good; those that are not end. */
  take(): SmtpSession | undefined {
    for (let entry = this.#idle.pop(); entry !== undefined; entry = this.#idle.pop()) {
      if (entry.session.isUsable) {
        return entry.session;
      }
      this.#parts.discard(entry.session);
    }
    return undefined;
  }

  /** Ends the one that has waited longest; false when there is none. */
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
