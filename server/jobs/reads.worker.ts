import { SegmentReader } from "../features/segments/segment-read.service.ts";
import { systemClock } from "../platform/clock.ts";
import { type Databases, openDatabases } from "../platform/db/databases.ts";
import type { Connection } from "../platform/db/driver.ts";
import { log } from "../platform/log.ts";
import { serve } from "../platform/workers/channel.ts";
import type { ReadsThread } from "./reads-protocol.ts";

declare const self: Worker;

/** Index pages of a million contacts fit, so that the next question finds them. */
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
    count: (request) => answer(request.id, (signal) => reader.count(request, signal)),
    page: (request) => answer(request.id, (signal) => reader.page(request, signal)),
    abort({ id }) {
      asked.get(id)?.abort(new Error("nobody waits for this any more"));
    },
    stop() {
      databases?.close();
    },
  },
  (name, error) => log.error({ err: error, name }, "reads thread: request failed"),
);

/** The workspace's connection, on which nothing can be written. */
function open(workspaceId: string): Connection {
  if (databases === undefined) {
    throw new Error("the reads thread was not started");
  }
  const db = databases.workspace(workspaceId);
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
