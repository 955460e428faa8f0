import type { Clock } from "../../platform/clock.ts";

/** A connection pool, as far as the limit needs to know it. */
export type LimitedPool = {
  readonly open: number;
  /** Opens connections if any are needed and allowed now. */
  pump: () => void;
  /** Closes one idle connection; false when there is none. */
  yieldIdle: () => boolean;
};

export type ConnectionLimitOptions = {
  max: number;
  /** New connections a minute; Infinity = no limit on the rate. */
  perMinute?: number;
  clock: Clock;
};

const MINUTE_MS = 60_000;

/**
 * A number of connections that several pools share: all pools of a route, or all pools of a site from one source
 * address. A pool that finds no room is called, in turn, when a connection becomes free. Idle connections of other
 * pools are closed to make room.
 */
export class ConnectionLimit {
  readonly max: number;
  readonly #gapMs: number;
  readonly #clock: Clock;
  /** When the next connection would be due at an even pace (GCRA). A burst of `max` connections may run ahead of it. */
  #evenAt = 0;
  #wake: ReturnType<typeof setTimeout> | undefined;
  #open = 0;
  readonly #pools = new Set<LimitedPool>();
  /** Pools that wait for room, in order of arrival. */
  readonly #waiting = new Set<LimitedPool>();

  constructor({ max, perMinute = Number.POSITIVE_INFINITY, clock }: ConnectionLimitOptions) {
    this.max = Math.max(1, max);
    this.#gapMs = MINUTE_MS / Math.max(1, perMinute);
    this.#clock = clock;
  }

  get open(): number {
    return this.#open;
  }

  /** True when no connection may be opened now, because of the number or the rate. */
  get isFull(): boolean {
    return this.#open >= this.max || this.#tooSoonMs() > 0;
  }

  take(pool: LimitedPool): void {
    this.#evenAt = Math.max(this.#clock(), this.#evenAt) + this.#gapMs;
    this.#open += 1;
    this.#pools.add(pool);
    this.#waiting.delete(pool);
  }

  /**
   * `pool` has closed a connection. With `wasUsed` false the connection was never attempted, so it does not count
   * against the rate.
   */
  give(pool: LimitedPool, wasUsed = true): void {
    this.#open -= 1;
    this.#evenAt -= wasUsed ? 0 : this.#gapMs;
    if (pool.open === 0) {
      this.#pools.delete(pool);
    }
    this.#admitWaiting();
  }

  #admitWaiting(): void {
    for (const waiting of [...this.#waiting]) {
      if (this.isFull) {
        break;
      }
      this.#waiting.delete(waiting);
      waiting.pump();
    }
    this.#wakeInTime();
  }

  #tooSoonMs(): number {
    return this.#evenAt - (this.max - 1) * this.#gapMs - this.#clock();
  }

  /** Sets a timer for pools that wait because of the rate: no closing connection will wake them. */
  #wakeInTime(): void {
    const tooSoonMs = this.#tooSoonMs();
    if (this.#wake === undefined && this.#waiting.size > 0 && tooSoonMs > 0) {
      this.#wake = setTimeout(() => {
        this.#wake = undefined;
        this.#admitWaiting();
      }, Math.ceil(tooSoonMs));
    }
  }

  /** Calls `pool.pump` when there is room, and asks other pools to close an idle connection. */
  await(pool: LimitedPool): void {
    this.#waiting.add(pool);
    this.#wakeInTime();
    if (this.#open < this.max) {
      return;
    }
    for (const other of this.#pools) {
      if (other !== pool && other.yieldIdle()) {
        break;
      }
    }
  }

  /** `pool` does not wait any more. */
  leave(pool: LimitedPool): void {
    this.#waiting.delete(pool);
    if (this.#waiting.size === 0) {
      clearTimeout(this.#wake);
      this.#wake = undefined;
    }
  }

  /** True when all connections are taken and other pools wait, so `pool` should close its idle ones. */
  isWanted(pool: LimitedPool): boolean {
    return this.#open >= this.max && this.#others(pool) > 0;
  }

  /** True when other pools wait for room and `pool` has more than its fair share. */
  hasMoreThanItsShare(pool: LimitedPool): boolean {
    const others = this.#others(pool);
    return (
      this.#open >= this.max &&
      others > 0 &&
      pool.open > Math.floor(this.max / (this.#pools.size + others))
    );
  }

  #others(pool: LimitedPool): number {
    return this.#waiting.size - (this.#waiting.has(pool) ? 1 : 0);
  }
}
