import type { Clock } from "../../platform/clock.ts";
import type { Databases } from "../../platform/db/databases.ts";
import { log } from "../../platform/log.ts";
import { addCounts } from "./webhooks.store.ts";

const FLUSH_MS = 1_000;

type News = {
  workspaceId: string;
  routeId: number;
  at: number;
  counts: Map<string, number>;
  fault: string;
};

/** Counts webhook events and writes the counts once a second, because some providers send one request per message. */
export class HookCounts {
  readonly #databases: Databases;
  readonly #clock: Clock;
  readonly #news = new Map<string, News>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(databases: Databases, clock: Clock) {
    this.#databases = databases;
    this.#clock = clock;
  }

  /** Counts the events of an accepted request. */
  count(workspaceId: string, routeId: number, kinds: readonly string[]): void {
    const news = this.#of(workspaceId, routeId);
    news.fault = "";
    for (const kind of kinds) {
      news.counts.set(kind, (news.counts.get(kind) ?? 0) + 1);
    }
  }

  /** Remembers why a request was refused, so that the route's page can show it. */
  fault(workspaceId: string, routeId: number, reason: string): void {
    this.#of(workspaceId, routeId).fault = reason;
  }

  /** Writes the accumulated counts. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [key, news] of this.#news) {
      try {
        addCounts(this.#databases.workspace(news.workspaceId), news.routeId, news);
        this.#news.delete(key);
      } catch (error) {
        // Only the counts failed; the events themselves are in the journal. These counts are written the next time.
        log.warn({ workspaceId: news.workspaceId, err: error }, "webhook counts were not written");
      }
    }
  }

  #of(workspaceId: string, routeId: number): News {
    const key = `${workspaceId}/${routeId}`;
    let news = this.#news.get(key);
    if (news === undefined) {
      news = { workspaceId, routeId, at: 0, counts: new Map(), fault: "" };
      this.#news.set(key, news);
    }
    news.at = this.#clock();
    if (this.#timer === undefined) {
      this.#timer = setTimeout(() => this.flush(), FLUSH_MS);
      this.#timer.unref();
    }
    return news;
  }
}
