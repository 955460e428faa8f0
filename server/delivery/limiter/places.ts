/** At most this part of the places is reserved for owners that have less than their share. */
const KEPT = 1 / 2;
/** A share is at most this part of all places, even when there are few owners. */
const LARGEST_SHARE = 1 / 16;

/**
 * A fixed number of places that workspaces share. A single workspace may use nearly all of them, but a share stays
 * reserved for each of the others, so a workspace with slow messages cannot block them. Call `take` only after `has`
 * has returned true.
 */
export class Places {
  readonly max: number;
  #taken = 0;
  /** Places taken by each owner that has entered. */
  readonly #of = new Map<string, number>();
  #share = 0;
  /** How many more places the owners would need in total to have a full share each. */
  #unmet = 0;

  constructor(max: number) {
    this.max = max;
  }

  get taken(): number {
    return this.#taken;
  }

  /** True when no owner can get another place. */
  get isFull(): boolean {
    return this.#taken >= this.max;
  }

  /** The number of places reserved for each owner. */
  get share(): number {
    return this.#share;
  }

  /** Starts to reserve a share for the owner. Idempotent. */
  enter(owner: string): void {
    if (!this.#of.has(owner)) {
      this.#of.set(owner, 0);
      this.#divide();
    }
  }

  /** Stops reserving a share for the owner. Places it still holds are returned by `give` as usual. */
  leave(owner: string): void {
    if (this.#of.delete(owner)) {
      this.#divide();
    }
  }

  /** Whether the owner may take another place now. */
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
