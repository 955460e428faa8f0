const SLOTS = 1_024;

type Entry<T> = { item: T; atMs: number };

/**
 * Timers in constant time per item: a wheel of 1,024 slots. An item further away than one turn stays in its slot until
 * the wheel has come round to its time. The caller passes the time into every call.
 */
export class TimerWheel<T> {
  #tickMs: number;
  #slots: Map<T, Entry<T>>[] = Array.from({ length: SLOTS }, () => new Map());
  #slotOf = new Map<T, number>();
  #tick: number;
  /** A lower bound for when the first item is due; undefined = unknown, to be computed on demand. */
  #soonest: number | undefined;

  /** @param tickMs Width of a slot; items become due at most this late. */
  constructor(now: number, tickMs = 10) {
    this.#tickMs = tickMs;
    this.#tick = Math.floor(now / tickMs);
  }

  get size(): number {
    return this.#slotOf.size;
  }

  /** Adds an item or moves it. An item in the past becomes due at the next `advance`. */
  add(item: T, atMs: number): void {
    this.remove(item);
    const tick = Math.max(this.#tick + 1, Math.ceil(atMs / this.#tickMs));
    const slot = tick % SLOTS;
    this.#slots[slot]?.set(item, { item, atMs: tick * this.#tickMs });
    this.#slotOf.set(item, slot);
    if (this.#soonest !== undefined) {
      this.#soonest = Math.min(this.#soonest, tick * this.#tickMs);
    }
  }

  /** Removes an item; returns false when it is not on the wheel. */
  remove(item: T): boolean {
    const slot = this.#slotOf.get(item);
    if (slot === undefined) {
      return false;
    }
    this.#slotOf.delete(item);
    this.#slots[slot]?.delete(item);
    return true;
  }

  /**
   * Turns the wheel to `now`, and removes and returns the items that are due, soonest first. A clock set back has no
   * effect; a large jump ahead costs at most one turn of the wheel.
   */
  advance(now: number): T[] {
    const target = Math.floor(now / this.#tickMs);
    const due: Entry<T>[] = [];
    const steps = Math.min(target - this.#tick, SLOTS);
    for (let step = 1; step <= steps; step += 1) {
      for (const entry of this.#slots[(this.#tick + step) % SLOTS]?.values() ?? []) {
        if (entry.atMs <= target * this.#tickMs) {
          due.push(entry);
        }
      }
    }
    this.#tick = Math.max(this.#tick, target);
    if (this.#soonest !== undefined && this.#soonest <= this.#tick * this.#tickMs) {
      this.#soonest = undefined;
    }
    for (const { item } of due) {
      this.remove(item);
    }
    return due.sort((a, b) => a.atMs - b.atMs).map(({ item }) => item);
  }

  /**
   * When to call `advance` next; undefined when the wheel is empty. Never later than the first item is due, but it can
   * be earlier: after a removal, or when the first item is more than one turn away.
   */
  nextAt(): number | undefined {
    if (this.#slotOf.size === 0) {
      return undefined;
    }
    this.#soonest ??= this.#findSoonest();
    return this.#soonest;
  }

  #findSoonest(): number {
    for (let step = 1; step <= SLOTS; step += 1) {
      const atMs = (this.#tick + step) * this.#tickMs;
      for (const entry of this.#slots[(this.#tick + step) % SLOTS]?.values() ?? []) {
        if (entry.atMs <= atMs) {
          return atMs;
        }
      }
    }
    return (this.#tick + SLOTS) * this.#tickMs;
  }
}
