const MAX_CONNECTIONS = 20;
const MAX_BYTES = 96 * 1024 * 1024;

/** The memory reserved for one message from an unauthenticated client. */
export type MemoryReservation = {
  /** Reserves memory; false when unauthenticated clients already use the maximum. */
  take(bytes: number): boolean;
  release(): void;
};

/** Limits the memory and sockets of unauthenticated clients, in total and per address. */
export class UnauthenticatedClients {
  readonly #connections = new Map<string, number>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Returns false when the address has too many open connections. Loopback addresses are not limited. Call `leave` in
   * either case.
   */
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

  hold(): MemoryReservation {
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
