import type { Clock } from "../../platform/clock.ts";

/** Connections that share a limit, as the limit sees them. */
export type LimitedPool = {
  readonly open: number;
  /** Looks again whether it may open connections. */
  pump: () => void;
  /** Closes one connection that is not in use; false when there is none. */
  yieldIdle: () => boolean;
};

export type ConnectionLimitOptions = {
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
export class ConnectionLimit {
  readonly max: number;
  readonly #gapMs: number;
  readonly #clock: Clock;
  /** When the next connection would be due if all came evenly; ahead of that by one room full is allowed. */
  #evenAt = 0;
  #wake: ReturnType<typeof setTimeout> | undefined;
  #open = 0;
  readonly #pools = new Set<LimitedPool>();
  /** Waiting for room, in order. */
  readonly #waiting = new Set<LimitedPool>();

  constructor({ max, perMinute = Number.POSITIVE_INFINITY, clock }: ConnectionLimitOptions) {
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

  take(pool: LimitedPool): void {
    this.#evenAt = Math.max(this.#clock(), this.#evenAt) + this.#gapMs;
    this.#open += 1;
    this.#pools.add(pool);
    this.#waiting.delete(pool);
  }

  /** `pool` has closed a connection, or (`wasUsed` false) never made the one it took room for. */
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

  /** Whoever waits for the pace, not for a connection to end, is called by a timer. */
  #wakeInTime(): void {
    const tooSoonMs = this.#tooSoonMs();
    if (this.#wake === undefined && this.#waiting.size > 0 && tooSoonMs > 0) {
      this.#wake = setTimeout(() => {
        this.#wake = undefined;
        this.#admitWaiting();
      }, Math.ceil(tooSoonMs));
    }
  }

  /** Has `pool` called when there is room, and asks others to close what they do not use. */
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

  /** `pool` waits no more. */
  leave(pool: LimitedPool): void {
    this.#waiting.delete(pool);
    if (this.#waiting.size === 0) {
      clearTimeout(this.#wake);
      this.#wake = undefined;
    }
  }

  /** True when others wait for room: what `pool` does not use now is theirs. */
  isWanted(pool: LimitedPool): boolean {
    return this.#open >= this.max && this.#others(pool) > 0;
  }

  /** True when others wait for room and `pool` has more than its share. */
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
