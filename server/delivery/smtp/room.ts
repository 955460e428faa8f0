/** Connections that share a limit, as the limit sees them. */
export type Tenant = {
  readonly open: number;
  /** Looks again whether it may open connections. */
  pump: () => void;
  /** Closes one connection that is not in use; false when there is none. */
  yieldIdle: () => boolean;
};

/**
 * A number of connections that several pools share: all sites of a route, or all hosts of a provider. Who finds
 * no room is called when there is some, in turn; connections that nobody uses make way at once.
 */
export class Room {
  readonly max: number;
  #open = 0;
  readonly #tenants = new Set<Tenant>();
  /** Waiting for room, in order. */
  readonly #hungry = new Set<Tenant>();

  constructor(max: number) {
    this.max = Math.max(1, max);
  }

  get open(): number {
    return this.#open;
  }

  get isFull(): boolean {
    return this.#open >= this.max;
  }

  take(tenant: Tenant): void {
    this.#open += 1;
    this.#tenants.add(tenant);
    this.#hungry.delete(tenant);
  }

  /** `tenant` has closed a connection. */
  give(tenant: Tenant): void {
    this.#open -= 1;
    if (tenant.open === 0) {
      this.#tenants.delete(tenant);
    }
    for (const hungry of [...this.#hungry]) {
      if (this.isFull) {
        break;
      }
      this.#hungry.delete(hungry);
      hungry.pump();
    }
  }

  /** Has `tenant` called when there is room, and asks others to close what they do not use. */
  await(tenant: Tenant): void {
    this.#hungry.add(tenant);
    for (const other of this.#tenants) {
      if (other !== tenant && other.yieldIdle()) {
        break;
      }
    }
  }

  /** `tenant` waits no more. */
  leave(tenant: Tenant): void {
    this.#hungry.delete(tenant);
  }

  /** True when others wait for room: what `tenant` does not use now is theirs. */
  isWanted(tenant: Tenant): boolean {
    return this.#others(tenant) > 0;
  }

  /** True when others wait for room and `tenant` has more than its share. */
  isOwed(tenant: Tenant): boolean {
    const others = this.#others(tenant);
    return others > 0 && tenant.open > Math.floor(this.max / (this.#tenants.size + others));
  }

  #others(tenant: Tenant): number {
    return this.#hungry.size - (this.#hungry.has(tenant) ? 1 : 0);
  }
}
