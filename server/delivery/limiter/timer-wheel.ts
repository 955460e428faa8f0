const SLOTS = 1_024;

type Entry<T> = { item: T; atMs: number };

/**
 * Items that become due, in constant time each however many there are: a wheel of 1,024 ticks; what is
 * further away passes its slot as many times as the wheel has to turn. Knows no clock.
 */
export class TimerWheel<T> {
  #tickMs: number;
  #slots: Map<T, Entry<T>>[] = Array.from({ length: SLOTS }, () => new Map());
  #slotOf = new Map<T, number>();
  #tick: number;
  /** Not later than the first due item; undefined = not looked up since the wheel turned past it. */
  #soonest: number | undefined;

  /** @param tickMs width of a slot: items fall due at most this late. */
  constructor(now: number, tickMs = 10) {
    this.#tickMs = tickMs;
    this.#tick = Math.floor(now / tickMs);
  }

  get size(): number {
    return this.#slotOf.size;
  }

  /** Adds an item, or moves it. What is due in the past falls due at the next `advance`. */
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

  /** Takes an item off; returns false when it is not on. */
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
   * Turns the wheel to `now` and takes off what is due, soonest first. A clock that steps back turns
   * nothing; one that jumps ahead turns the wheel once at most.
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
   * When to call `advance` next: not later than the first item falls due, at times earlier (after its
   * removal, or when it is more than one turn of the wheel away).
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
