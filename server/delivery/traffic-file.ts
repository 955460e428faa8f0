import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { log } from "../platform/log.ts";
import type { QuotaUsage } from "./limiter/quota.ts";
import type { WarmUpProgress } from "./limiter/warm-up.ts";
import type { Suspension, TrafficState } from "./traffic.ts";

const SITES_EVERY_MS = 60_000;

type Stored = {
  quotas?: [string, QuotaUsage][];
  warmUps?: [string, WarmUpProgress][];
  suspensions?: Suspension[];
  arrivals?: [string, number][];
};

/**
 * What a node knows of its roads, kept in local/limits/ over a restart. A file that is damaged or gone costs
 * what was learned, never the start. Written at most once a second, so a crash forgets a second of use.
 */
export class TrafficFile {
  readonly #dir: string;
  #written = "";
  #sitesAt = 0;

  constructor(dataDir: string) {
    this.#dir = join(dataDir, "local", "limits");
    mkdirSync(this.#dir, { recursive: true });
  }

  read(): TrafficState {
    const { quotas, warmUps, suspensions, arrivals } = this.#load<Stored>("limits.json") ?? {};
    return {
      quotas: new Map(quotas),
      warmUps: new Map(warmUps),
      suspensions: suspensions ?? [],
      arrivals: new Map(arrivals),
      knownSites: this.#load<string[]>("sites.json") ?? [],
    };
  }

  /** Writes what has changed; the sites rarely, because they are many and matter little. */
  write(state: TrafficState, now: number, isLast = false): void {
    const { quotas, warmUps, suspensions, arrivals, knownSites } = state;
    const stored: Stored = {
      quotas: [...quotas],
      warmUps: [...warmUps],
      suspensions,
      arrivals: [...arrivals],
    };
    const text = JSON.stringify(stored);
    if (text !== this.#written) {
      this.#save("limits.json", text);
      this.#written = text;
    }
    if (isLast || now - this.#sitesAt > SITES_EVERY_MS) {
      this.#sitesAt = now;
      this.#save("sites.json", JSON.stringify(knownSites));
    }
  }

  #load<T>(name: string): T | undefined {
    const path = join(this.#dir, name);
    try {
      // Written by this class and nobody else.
      return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T) : undefined;
    } catch (error) {
      log.warn({ path, err: error }, "what was learned of limits is lost: the file cannot be read");
      return undefined;
    }
  }

  #save(name: string, text: string): void {
    const path = join(this.#dir, name);
    try {
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
    } catch (error) {
      log.warn({ path, err: error }, "what was learned of limits cannot be written");
    }
  }
}
