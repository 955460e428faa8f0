/** Of the places, so much at most is kept free for owners that have less than their share. */
const KEPT = 1 / 2;
/** A share is never larger than this part of all places, however few the owners are. */
const LARGEST_SHARE = 1 / 16;

/**
 * A number of places that workspaces share. Who is alone may have nearly all of them; each of the others finds its
 * share free when it comes, however long the first one's messages take. Take only what `has` has promised.
 */
export class Places {
  readonly max: number;
  #taken = 0;
  /** How many each owner has, for as long as it may ask. */
  readonly #of = new Map<string, number>();
  #share = 0;
  /** Places that owners would have to get before each has its share. */
  #unmet = 0;

  constructor(max: number) {
    this.max = max;
  }

  get taken(): number {
    return this.#taken;
  }

  /** True when nobody may have another one. */
  get isFull(): boolean {
    return this.#taken >= this.max;
  }

  /** What is kept for each owner. */
  get share(): number {
    return this.#share;
  }

  /** From now on a share is kept for the owner. Repeating it is harmless. */
  enter(owner: string): void {
    if (!this.#of.has(owner)) {
      this.#of.set(owner, 0);
      this.#divide();
    }
  }

  /** Nothing is kept for the owner any more; what it has it gives back in its time. */
  leave(owner: string): void {
    if (this.#of.delete(owner)) {
      this.#divide();
    }
  }

  /** Whether the owner may have another place now. */
  has(owner: string): boolean {
    const free = this.max - this.#taken;
    const own = this.#of.get(owner) ?? 0;
    return free > 0 && (own < this.#share || free > Math.min(this.#unmet, this.max * KEPT));
  }

  take(owner: string): void {
    this.#taken += 1;
    this.#count(owner, 1);
  }

  give(owner: string): void {
    this.#taken -= 1;
    this.#count(owner, -1);
  }

  #count(owner: string, change: 1 | -1): void {
    const own = this.#of.get(owner);
    if (own === undefined || own + change < 0) {
      return;
    }
    this.#of.set(owner, own + change);
    if (Math.min(own, own + change) < this.#share) {
      this.#unmet -= change;
    }
  }

  #divide(): void {
    const owners = Math.max(1, this.#of.size);
    const kept = Math.min(this.max * LARGEST_SHARE, (this.max * KEPT) / owners);
    this.#share = Math.max(1, Math.floor(kept));
    this.#unmet = 0;
    for (const own of this.#of.values()) {
      this.#unmet += Math.max(0, this.#share - own);
    }
  }
}
