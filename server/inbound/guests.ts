const MAX_CONNECTIONS = 20;
const MAX_BYTES = 96 * 1024 * 1024;

/** What one message of a guest holds in memory. */
export type Hold = {
  /** Asks for room; false when all guests together hold too much already. */
  take(bytes: number): boolean;
  release(): void;
};

/** Keeps strangers, all together and each by itself, from taking the thread's memory and sockets. */
export class Guests {
  readonly #connections = new Map<string, number>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** False when the address has too many connections open. This machine may have any number. */
  enter(address: string): boolean {
    const open = (this.#connections.get(address) ?? 0) + 1;
    this.#connections.set(address, open);
    return open <= MAX_CONNECTIONS || isLoopback(address);
  }

  leave(address: string): void {
    const open = (this.#connections.get(address) ?? 1) - 1;
    if (open > 0) {
      this.#connections.set(address, open);
    } else {
      this.#connections.delete(address);
    }
  }

  hold(): Hold {
    let held = 0;
    return {
      take: (bytes) => {
        if (this.#bytes + bytes > this.#maxBytes) {
          return false;
        }
        held += bytes;
        this.#bytes += bytes;
        return true;
      },
      release: () => {
        this.#bytes -= held;
        held = 0;
      },
    };
  }
}

export function isLoopback(address: string): boolean {
  return address === "::1" || /^(?:::ffff:)?127\./.test(address);
}
