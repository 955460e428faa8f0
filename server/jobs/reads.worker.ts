import { blockList, countRetry, countWaterfall } from "../delivery/index.ts";
import { verifyAudit } from "../features/audit/audit.service.ts";
import { SegmentReader } from "../features/segments/segment-read.service.ts";
import { systemClock } from "../platform/clock.ts";
import { type Databases, openDatabases } from "../platform/db/databases.ts";
import type { Connection } from "../platform/db/driver.ts";
import { log } from "../platform/log.ts";
import { serve } from "../platform/workers/channel.ts";
import { readLook } from "./looks.ts";
import type { ReadsThread } from "./reads-protocol.ts";

declare const self: Worker;

/** Large enough for the index pages of a million contacts, so that the next request finds them cached. */
const CACHE_KIB = 32 * 1024;

let databases: Databases | undefined;
const tuned = new WeakSet<Connection>();
const asked = new Map<number, AbortController>();
const reader = new SegmentReader(open, systemClock);

serve<ReadsThread>(
  self,
  {
    start({ dataDir }) {
      databases = openDatabases(dataDir);
    },
    look: async ({ workspaceId, name, asked: question }) =>
      readLook(name, { db: open(workspaceId), now: systemClock() }, question),
    count: (request) => answer(request.id, (signal) => reader.count(request, signal)),
    page: (request) => answer(request.id, (signal) => reader.page(request, signal)),
    waterfall: ({ id, workspaceId, audience }) =>
      answer(id, (signal) => {
        const database = () => open(workspaceId);
        return inTurns(countWaterfall(database, audience, systemClock(), started().system), signal);
      }),
    retryPreview: ({ id, workspaceId, campaignId, filter }) =>
      answer(id, (signal) => {
        const database = () => open(workspaceId);
        const now = systemClock();
        const isBlocked = blockList(started().system, database(), now);
        const request = { campaignId, filter, now, isBlocked };
        return inTurns(countRetry(database, request), signal);
      }),
    checkAudit: ({ id }) => answer(id, (signal) => inTurns(verifyAudit(started().system), signal)),
    abort({ id }) {
      asked.get(id)?.abort(new Error("this is no longer needed"));
    },
    stop() {
      databases?.close();
    },
  },
  (name, error) => log.error({ err: error, name }, "reads thread: request failed"),
);

function started(): Databases {
  if (databases === undefined) {
    throw new Error("the reads thread was not started");
  }
  return databases;
}

/** The workspace's connection, made read-only. */
function open(workspaceId: string): Connection {
  const db = started().workspace(workspaceId);
  if (!tuned.has(db)) {
    db.pragma("query_only = ON");
    db.pragma(`cache_size = -${CACHE_KIB}`);
    tuned.add(db);
  }
  return db;
}

async function answer<T>(id: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  asked.set(id, abort);
  try {
    return await work(abort.signal);
  } finally {
    asked.delete(id);
  }
}

/** Runs a generator step by step, so that other requests are handled in between. */
async function inTurns<T>(steps: Generator<undefined, T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
