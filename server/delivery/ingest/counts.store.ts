import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

const MINUTE_MS = 60_000;

const addCount = statement<[campaignId: number, metric: string, bucket: number, n: number]>(`
  INSERT INTO campaign_count (campaign_id, metric, bucket, n) VALUES (?, ?, ?, ?)
      ON CONFLICT (campaign_id, metric, bucket) DO UPDATE SET n = n + excluded.n
`);

/**
 * Counters of one batch, summed in memory so that each is written once.
 *
 * Metrics are named as in stats/metrics.ts: the states, `category:<category>`, `<open|click|view>_<human|machine>` and
 * the same with `_unique`, `unsubscribe`, `complaint`. Bucket 0 covers the whole campaign; states, engagement,
 * unsubscribes and complaints are also counted per minute.
 */
export class Counts {
  readonly #byCampaign = new Map<number, Map<string, number>>();

  /** Adds one to the campaign's total. */
  add(campaignId: number, metric: string): void {
    this.#bump(campaignId, `0 ${metric}`);
  }

  /** Adds one to the campaign's total and one to the minute of `at` (unix ms). */
  addTimed(campaignId: number, metric: string, at: number): void {
    this.#bump(campaignId, `0 ${metric}`);
    this.#bump(campaignId, `${at - (at % MINUTE_MS)} ${metric}`);
  }

  /** Reverts one `addTimed` at `at`, because the message has left that state. */
  takeTimed(campaignId: number, metric: string, at: number): void {
    this.#bump(campaignId, `0 ${metric}`, -1);
    this.#bump(campaignId, `${at - (at % MINUTE_MS)} ${metric}`, -1);
  }

  write(db: Connection): void {
    for (const [campaignId, counts] of this.#byCampaign) {
      for (const [key, n] of counts) {
        const space = key.indexOf(" ");
        addCount(db).run(campaignId, key.slice(space + 1), Number(key.slice(0, space)), n);
      }
    }
  }

  #bump(campaignId: number, key: string, by = 1): void {
    let counts = this.#byCampaign.get(campaignId);
    if (counts === undefined) {
      counts = new Map();
      this.#byCampaign.set(campaignId, counts);
    }
    counts.set(key, (counts.get(key) ?? 0) + by);
  }
}
