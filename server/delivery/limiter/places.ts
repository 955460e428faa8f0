/** The largest part of the free places that one owner may hold. */
const LARGEST_PART = 1 / 2;

type Owner = { held: number; ended: number };

/**
 * A fixed number of places that workspaces share. Call `take` only after `has` has returned true.
 *
 * Nothing is reserved by name, because the workspaces that will need places later are not known. Instead each owner is
 * held to a part of what is free at the moment (a dynamic threshold: Choudhury and Hahne, 1998), and starts with a
 * smaller part that grows by one place for each of its messages that ends. So an owner whose messages never end keeps
 * what it had at the start, and however many such owners came before, the next one finds free places.
 */
export class Places {
  readonly max: number;
  readonly #firstPart: number;
  #taken = 0;
  /** Owners that hold places. */
  readonly #owners = new Map<string, Owner>();

  /** @param firstPart The part of the free places that an owner may hold before any of its messages has ended. */
  constructor(max: number, firstPart = LARGEST_PART) {
    this.max = max;
    this.#firstPart = firstPart;
  }

  get taken(): number {
    return this.#taken;
  }

  /** True when no owner can get another place. */
  get isFull(): boolean {
    return this.#taken >= this.max;
  }

  /** The number of places that the owner holds. */
  heldBy(owner: string): number {
    return this.#owners.get(owner)?.held ?? 0;
  }

  /** Whether the owner may take another place now. */
  has(owner: string): boolean {
    const free = this.max - this.#taken;
    const { held, ended } = this.#owners.get(owner) ?? { held: 0, ended: 0 };
    return held < Math.min(free * LARGEST_PART, free * this.#firstPart + ended);
  }

  take(owner: string): void {
    this.#taken += 1;
    const known = this.#owners.get(owner);
    if (known === undefined) {
      this.#owners.set(owner, { held: 1, ended: 0 });
    } else {
      known.held += 1;
    }
  }

  /** Returns a place whose message has ended. An owner without places starts again with its first part. */
  give(owner: string): void {
    this.#taken -= 1;
    const known = this.#owners.get(owner);
    if (known === undefined || known.held === 1) {
      this.#owners.delete(owner);
    } else {
      known.held -= 1;
      known.ended += 1;
    }
  }
}
