/**
 * A set of ids from `first` to `last`, one bit each: 125 kB for a million. Combining two sets takes one pass over
 * their words, so each condition of a rule can be read separately from the index that suits it.
 */
export class IdSet {
  readonly first: number;
  readonly last: number;
  readonly #words: Uint32Array;

  constructor(first: number, last: number) {
    this.first = first;
    this.last = last;
    this.#words = new Uint32Array(Math.max(0, ((last - first) >> 5) + 1));
  }

  /** Ids outside the range are ignored. */
  static of(ids: readonly number[], first: number, last: number): IdSet {
    const set = new IdSet(first, last);
    for (const id of ids) {
      if (id >= first && id <= last) {
        const at = id - first;
        set.#words[at >> 5] = (set.#words[at >> 5] ?? 0) | (1 << (at & 31));
      }
    }
    return set;
  }

  /** All ids of the range. */
  static all(first: number, last: number): IdSet {
    const set = new IdSet(first, last);
    set.#words.fill(0xffffffff);
    const over = (last - first + 1) & 31;
    if (over !== 0 && set.#words.length > 0) {
      set.#words[set.#words.length - 1] = 2 ** over - 1;
    }
    return set;
  }

  and(other: IdSet): IdSet {
    return this.#join(other, (a, b) => a & b);
  }

  or(other: IdSet): IdSet {
    return this.#join(other, (a, b) => a | b);
  }

  /** The ids that the other set does not contain. */
  without(other: IdSet): IdSet {
    return this.#join(other, (a, b) => a & ~b);
  }

  get size(): number {
    let size = 0;
    for (const word of this.#words) {
      size += bitsOf(word);
    }
    return size;
  }

  has(id: number): boolean {
    const at = id - this.first;
    return (
      id >= this.first && id <= this.last && (((this.#words[at >> 5] ?? 0) >>> (at & 31)) & 1) === 1
    );
  }

  /** The highest `limit` ids below `before`, highest first. */
  below(before: number, limit: number): number[] {
    const found: number[] = [];
    let at = Math.min(before - 1, this.last) - this.first;
    while (at >= 0 && found.length < limit) {
      const word = this.#words[at >> 5] ?? 0;
      if (word === 0) {
        at = (at & ~31) - 1;
        continue;
      }
      if (((word >>> (at & 31)) & 1) === 1) {
        found.push(this.first + at);
      }
      at -= 1;
    }
    return found;
  }

  /** Some ids, spread evenly over the set. */
  sample(limit: number): number[] {
    const size = this.size;
    const step = Math.max(1, Math.floor(size / limit));
    const found: number[] = [];
    let rank = 0;
    for (const [i, word] of this.#words.entries()) {
      const next = rank + bitsOf(word);
      while (found.length < limit && found.length * step < next && found.length * step < size) {
        const id = this.first + i * 32 + nthBit(word, found.length * step - rank);
        found.push(id);
      }
      rank = next;
    }
    return found;
  }

  #join(other: IdSet, join: (a: number, b: number) => number): IdSet {
    if (other.first !== this.first || other.last !== this.last) {
      throw new Error("sets of different ranges cannot be joined");
    }
    const set = new IdSet(this.first, this.last);
    const words = set.#words;
    for (let i = 0; i < words.length; i++) {
      words[i] = join(this.#words[i] ?? 0, other.#words[i] ?? 0);
    }
    return set;
  }
}

/** Counts 1-bits. @see Warren, Hacker's Delight, 5-1 */
function bitsOf(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function nthBit(word: number, n: number): number {
  let left = word;
  for (let skipped = 0; skipped < n; skipped++) {
    left &= left - 1;
  }
  return 31 - Math.clz32(left & -left);
}
