import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../platform/errors.ts";
import { log } from "../../platform/log.ts";
import type { QuotaUsage } from "../limiter/quota.ts";
import type { WarmUpProgress } from "../limiter/warm-up.ts";
import type { Suspension, TrafficState } from "./traffic.ts";

const SITES_EVERY_MS = 60_000;

type Stored = {
  quotas?: [string, QuotaUsage][];
  warmUps?: [string, WarmUpProgress][];
  suspensions?: Suspension[];
  arrivals?: [string, number][];
};

type StateFile<T> = { name: string; isSound: (found: unknown) => found is T };

const limitsFile: StateFile<Stored> = { name: "limits.json", isSound: isStored };
const sitesFile: StateFile<string[]> = { name: "sites.json", isSound: isStrings };

/**
 * Stores what a node has learned about limits and sites in local/limits/, across restarts. A damaged or missing file
 * only loses what was learned. Written at most once a second, so a crash loses up to a second of usage.
 */
export class TrafficFile {
  readonly #dir: string;
  #written = "";
  #sitesAt = 0;

  constructor(dataDir: string) {
    this.#dir = limitsFolder(dataDir);
    mkdirSync(this.#dir, { recursive: true });
  }

  read(): TrafficState {
    const { quotas, warmUps, suspensions, arrivals } = this.#load(limitsFile) ?? {};
    return {
      quotas: new Map(quotas),
      warmUps: new Map(warmUps),
      suspensions: suspensions ?? [],
      arrivals: new Map(arrivals),
      knownSites: this.#load(sitesFile) ?? [],
    };
  }

  /** Writes what has changed. Sites are written rarely, because there are many and they matter little. */
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
      this.#save(limitsFile.name, text);
      this.#written = text;
    }
    if (isLast || now - this.#sitesAt > SITES_EVERY_MS) {
      this.#sitesAt = now;
      this.#save(sitesFile.name, JSON.stringify(knownSites));
    }
  }

  #load<T>(file: StateFile<T>): T | undefined {
    const path = join(this.#dir, file.name);
    try {
      return existsSync(path) ? parsed(path, file) : undefined;
    } catch (error) {
      log.warn({ path, err: error }, "learned limits are lost: the file cannot be read");
      return undefined;
    }
  }

  #save(name: string, text: string): void {
    const path = join(this.#dir, name);
    try {
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
    } catch (error) {
      log.warn({ path, err: error }, "learned limits cannot be written");
    }
  }
}

/** A file of learned limits that cannot be used. */
export type LostLimits = {
  path: string;
  /** "" = it is missing. */
  why: string;
};

/** Files in a data folder's local/limits/ that cannot be read or were removed. Changes nothing. */
export function lostLimits(dataDir: string): LostLimits[] {
  const pathOf = ({ name }: { name: string }) => join(limitsFolder(dataDir), name);
  const unreadable = [limitsFile, sitesFile].flatMap((file: StateFile<unknown>) => {
    const path = pathOf(file);
    try {
      if (existsSync(path)) {
        parsed(path, file);
      }
      return [];
    } catch (error) {
      return [{ path, why: messageOf(error) }];
    }
  });
  // The limits are always written first, so their file must have existed.
  const isMissing = existsSync(pathOf(sitesFile)) && !existsSync(pathOf(limitsFile));
  return isMissing ? [{ path: pathOf(limitsFile), why: "" }, ...unreadable] : unreadable;
}

function limitsFolder(dataDir: string): string {
  return join(dataDir, "local", "limits");
}

/** @throws Error when the file has an unexpected structure. */
function parsed<T>(path: string, { isSound }: StateFile<T>): T {
  const found: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!isSound(found)) {
    throw new Error("it is JSON, but not what SwiftMail writes there");
  }
  return found;
}

function isStored(found: unknown): found is Stored {
  if (!isObject(found)) {
    return false;
  }
  const { quotas = [], warmUps = [], suspensions = [], arrivals = [] } = found;
  return (
    isPairs(quotas, isObject) &&
    isPairs(warmUps, isObject) &&
    isPairs(arrivals, (value) => typeof value === "number") &&
    Array.isArray(suspensions) &&
    suspensions.every(isObject)
  );
}

function isPairs(found: unknown, isValue: (value: unknown) => boolean): boolean {
  return (
    Array.isArray(found) &&
    found.every((pair) => Array.isArray(pair) && typeof pair[0] === "string" && isValue(pair[1]))
  );
}

function isStrings(found: unknown): found is string[] {
  return Array.isArray(found) && found.every((each) => typeof each === "string");
}

function isObject(found: unknown): found is Record<string, unknown> {
  return typeof found === "object" && found !== null && !Array.isArray(found);
}
