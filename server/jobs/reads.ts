import type { AuditVerdict, CampaignCounting, CheckAudit, ReadLook } from "../features/ports.ts";
import type { SegmentReads } from "../features/segments/segment-read.service.ts";
import { AppError, because } from "../platform/errors.ts";
import type { Caller } from "../platform/workers/channel.ts";
import { FairGate } from "../platform/workers/fair-gate.ts";
import { ThreadOnDemand, type ThreadParts } from "../platform/workers/thread-on-demand.ts";
import type { ReadsThread } from "./reads-protocol.ts";

/** Read-only queries over up to millions of contacts, kept off the HTTP thread. */
export type Reads = SegmentReads &
  CampaignCounting & {
    look: ReadLook;
    checkAudit: CheckAudit;
    stop(): Promise<void>;
  };

/**
 * A page is read in one step without yielding, so a second page of the same workspace would only wait inside the
 * thread, where workspaces do not take turns. Each page is read on a thread of its own: a workspace whose page takes
 * long keeps one thread busy, and another thread reads the pages of other workspaces.
 */
const PAGES = { perWorkspace: 1, waiting: 64 };
/** No page of a whole workspace takes this long. If one does, its thread hangs and is replaced (ms). */
const LONGEST_PAGE_MS = 30_000;
/** Counts of whole audiences yield between steps, so several can run concurrently. */
const COUNTS = { atOnce: 8, perWorkspace: 2, waiting: 16 };
/** The key for the instance's own requests in the queue of workspaces. */
const INSTANCE = "";
/** Longer than a counted segment stays cached for paging through its members (ms). */
const IDLE_MS = 60_000;

/**
 * Starts the threads: one for pages and a second while two are read, and one for counts of whole audiences that exists only while needed, so that a
 * page never waits for a count. In both, workspaces take turns. When a thread dies, its callers are told to try again,
 * and the next request starts a new thread.
 *
 * @throws Error when the thread cannot open the databases.
 */
export async function startReads(dataDir: string, longestPageMs = LONGEST_PAGE_MS): Promise<Reads> {
  const parts: ThreadParts<ReadsThread> = {
    name: "reads",
    open: () => new Worker(new URL("./reads.worker.ts", import.meta.url).href),
    start: (caller) => caller.call("start", { dataDir }),
    stop: (caller) => caller.call("stop", null),
    deathOf: () =>
      new AppError("unavailable", because("counting_failed"), { retryAfterSeconds: 1 }),
  };
  const onePage = { ...parts, maxMs: longestPageMs };
  const pageThread = new ThreadOnDemand(onePage);
  const pageThreads = [pageThread, new ThreadOnDemand({ ...onePage, idleMs: IDLE_MS })];
  const pages = asker(oneEach(pageThreads), new FairGate({ ...PAGES, atOnce: pageThreads.length }));
  const countThread = new ThreadOnDemand({ ...parts, idleMs: IDLE_MS });
  const counts = asker((work) => countThread.use(work), new FairGate(COUNTS));
  let auditCheck: Promise<AuditVerdict> | undefined;
  await pageThread.ready();
  return {
    look: async (workspaceId, { name }, asked) => {
      const answer = await pages(workspaceId, (caller, id) =>
        caller.call("look", { id, workspaceId, name, asked }),
      );
      // The look function of that name produced the answer, so its type is right.
      return answer as never;
    },
    count: (request, signal) =>
      counts(request.workspaceId, (caller, id) => caller.call("count", { ...request, id }), signal),
    page: (request) =>
      counts(request.workspaceId, (caller, id) => caller.call("page", { ...request, id })),
    waterfall: (workspaceId, audience) =>
      counts(workspaceId, (caller, id) => caller.call("waterfall", { id, workspaceId, audience })),
    retryPreview: (workspaceId, campaignId, filter) =>
      counts(workspaceId, (caller, id) =>
        caller.call("retryPreview", { id, workspaceId, campaignId, filter }),
      ),
    checkAudit() {
      // Concurrent callers share one check, so that the whole log is read only once.
      auditCheck ??= counts(INSTANCE, (caller, id) =>
        caller.call("checkAudit", { id, workspaceId: INSTANCE }),
      ).finally(() => {
        auditCheck = undefined;
      });
      return auditCheck;
    },
    async stop() {
      await Promise.all([...pageThreads, countThread].map((thread) => thread.stop()));
    },
  };
}

let lastId = 0;

type Use = ThreadOnDemand<ReadsThread>["use"];

/** Gives each use a thread that does nothing else. There must be no more simultaneous uses than threads. */
function oneEach(threads: readonly ThreadOnDemand<ReadsThread>[]): Use {
  const free = [...threads];
  return async (work) => {
    const thread = free.shift();
    if (thread === undefined) {
      throw new Error("more pages are being read than there are threads");
    }
    try {
      return await thread.use(work);
    } finally {
      free.unshift(thread);
    }
  };
}

/** Sends requests to a thread, with workspaces taking turns; a request whose signal is aborted is dropped. */
function asker(use: Use, gate: FairGate) {
  return <T>(
    workspaceId: string,
    question: (caller: Caller<ReadsThread>, id: number) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> =>
    gate.pass(workspaceId, () =>
      use(async (caller) => {
        signal?.throwIfAborted();
        lastId += 1;
        const id = lastId;
        const onAbort = () => caller.tell("abort", { id });
        signal?.addEventListener("abort", onAbort, { once: true });
        try {
          return await question(caller, id);
        } finally {
          signal?.removeEventListener("abort", onAbort);
        }
      }),
    );
}
