import type { Clock } from "../../platform/clock.ts";

/** Connections that share a limit, as the limit sees them. */
export type Tenant = {
  readonly open: number;
  /** Looks again whether it may open connections. */
  pump: () => void;
  /** Closes one connection that is not in use; false when there is none. */
  yieldIdle: () => boolean;
};

export type RoomOptions = {
  max: number;
  /** New connections a minute; Infinity = as many as there is room for. */
  perMinute?: number;
  clock: Clock;
};

const MINUTE_MS = 60_000;

/**
 * A number of connections that several pools share: all sites of a route, or all hosts of a provider. Who finds
 * no room is called when there is some, in turn; connections that nobody uses make way at once.
 */
export class Room {
  readonly max: number;
  readonly #gapMs: number;
  readonly #clock: Clock;
  /** When the next connection would be due if all came evenly; ahead of that by one room full is allowed. */
  #evenAt = 0;
  #wake: ReturnType<typeof setTimeout> | undefined;
  #open = 0;
  readonly #tenants = new Set<Tenant>();
  /** Waiting for room, in order. */
  readonly #hungry = new Set<Tenant>();

  constructor({ max, perMinute = Number.POSITIVE_INFINITY, clock }: RoomOptions) {
    this.max = Math.max(1, max);
    this.#gapMs = MINUTE_MS / Math.max(1, perMinute);
    this.#clock = clock;
  }

  get open(): number {
    return this.#open;
  }

  /** True when no connection may be opened now: there are enough, or they came too fast. */
  get isFull(): boolean {
    return this.#open >= this.max || this.#tooSoonMs() > 0;
  }

  take(tenant: Tenant): void {
    this.#evenAt = Math.max(this.#clock(), this.#evenAt) + this.#gapMs;
    this.#open += 1;
    this.#tenants.add(tenant);
    this.#hungry.delete(tenant);
  }

  /** `tenant` has closed a connection, or (`wasUsed` false) never made the one it took room for. */
  give(tenant: Tenant, wasUsed = true): void {
    this.#open -= 1;
    this.#evenAt -= wasUsed ? 0 : this.#gapMs;
    if (tenant.open === 0) {
      this.#tenants.delete(tenant);
    }
    this.#feed();
  }

  #feed(): void {
    for (const hungry of [...this.#hungry]) {
      if (this.isFull) {
        break;
      }
      this.#hungry.delete(hungry);
      hungry.pump();
    }
    this.#wakeInTime();
  }

  #tooSoonMs(): number {
    return this.#evenAt - (this.max - 1) * this.#gapMs - this.#clock();
  }

  /** Whoever waits for the pace, not for a connection to end, is called by a timer. */
  #wakeInTime(): void {
    const tooSoonMs = this.#tooSoonMs();
    if (this.#wake === undefined && this.#hungry.size > 0 && tooSoonMs > 0) {
      this.#wake = setTimeout(() => {
        this.#wake = undefined;
        this.#feed();
      }, Math.ceil(tooSoonMs));
    }
  }

  /** Has `tenant` called when there is room, and asks others to close what they do not use. */
  await(tenant: Tenant): void {
    this.#hungry.add(tenant);
    this.#wakeInTime();
    if (this.#open < this.max) {
      return;
    }
    for (const other of this.#tenants) {
      if (other !== tenant && other.yieldIdle()) {
        break;
      }
    }
  }

  /** `tenant` waits no more. */
  leave(tenant: Tenant): void {
    this.#hungry.delete(tenant);
    if (this.#hungry.size === 0) {
      clearTimeout(this.#wake);
      this.#wake = undefined;
    }
  }

  /** True when others wait for room: what `tenant` does not use now is theirs. */
  isWanted(tenant: Tenant): boolean {
    return this.#open >= this.max && this.#others(tenant) > 0;
  }

  /** True when others wait for room and `tenant` has more than its share. */
  isOwed(tenant: Tenant): boolean {
    const others = this.#others(tenant);
    return (
      this.#open >= this.max &&
      others > 0 &&
      tenant.open > Math.floor(this.max / (this.#tenants.size + others))
    );
  }

  #others(tenant: Tenant): number {
    return this.#hungry.size - (this.#hungry.has(tenant) ? 1 : 0);
  }
}
