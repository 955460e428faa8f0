import type { Journal } from "../../platform/journal/writer.ts";
import type { Fact } from "../facts.ts";

const RETRY_MS = 250;

/**
 * Writes facts about SMTP results, which must not be lost. While the journal cannot be written, a fact waits here and
 * is retried.
 */
export class Recorder {
  readonly #journal: Journal;
  #waiting = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Number of facts that are not durable yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Why the journal cannot be written; undefined when it can. */
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
        // The journal has already reported the failure, and nothing is sent while it lasts.
        await Bun.sleep(RETRY_MS);
      }
    }
  }

  /** Resolves when the fact is durable. Rejects when it cannot be written now. */
  once(fact: Fact): Promise<void> {
    return this.#journal.append(JSON.stringify(fact));
  }
}
