import type { Journal } from "../../platform/journal/writer.ts";
import type { Fact } from "../facts.ts";

const RETRY_MS = 250;

/**
 * Writes facts that must not get lost: what already happened on the wire. While the journal cannot be
 * written a fact waits here and is tried again, in order with all others that wait.
 */
export class Recorder {
  readonly #journal: Journal;
  #waiting = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Facts that are not durable yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Why nothing can be written now; undefined when it can. */
  get trouble(): string | undefined {
    const { health } = this.#journal;
    return health.writable ? undefined : health.reason;
  }

  /** Resolves when the fact is durable, however long that takes. Never rejects. */
  async keep(fact: Fact): Promise<void> {
    const payload = JSON.stringify(fact);
    this.#waiting += 1;
    for (;;) {
      try {
        await this.#journal.append(payload);
        this.#waiting -= 1;
        return;
      } catch {
        // The journal has said so itself, and the pipeline admits nothing meanwhile.
        await Bun.sleep(RETRY_MS);
      }
    }
  }

  /** Resolves when the fact is durable. Rejects when it cannot be written now. */
  once(fact: Fact): Promise<void> {
    return this.#journal.append(JSON.stringify(fact));
  }
}
