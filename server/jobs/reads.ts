import type { AuditVerdict, CampaignCounting, CheckAudit, ReadLook } from "../features/ports.ts";
import type { SegmentReads } from "../features/segments/segment-read.service.ts";
import { AppError } from "../platform/errors.ts";
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
 * thread, where workspaces do not take turns.
 */
const PAGES = { atOnce: 2, perWorkspace: 1, waiting: 64 };
/** Counts of whole audiences yield between steps, so several can run concurrently. */
const COUNTS = { atOnce: 8, perWorkspace: 2, waiting: 16 };
/** The key for the instance's own requests in the queue of workspaces. */
const INSTANCE = "";
/** Longer than a counted segment stays cached for paging through its members (ms). */
const IDLE_MS = 60_000;

/**
 * Starts the threads: one for pages, and one for counts of whole audiences that exists only while needed, so that a
 * page never waits for a count. In both, workspaces take turns. When a thread dies, its callers are told to try again,
 * and the next request starts a new thread.
 *
 * @throws Error when the thread cannot open the databases.
 */
export async function startReads(dataDir: string): Promise<Reads> {
  const parts: ThreadParts<ReadsThread> = {
    name: "reads",
    open: () => new Worker(new URL("./reads.worker.ts", import.meta.url).href),
    start: (caller) => caller.call("start", { dataDir }),
    stop: (caller) => caller.call("stop", null),
    deathOf: () =>
      new AppError("unavailable", "Counting failed. Try again.", { retryAfterSeconds: 1 }),
  };
  const pages = asker(new ThreadOnDemand(parts), new FairGate(PAGES));
  const counts = asker(new ThreadOnDemand({ ...parts, idleMs: IDLE_MS }), new FairGate(COUNTS));
  let auditCheck: Promise<AuditVerdict> | undefined;
  await pages.thread.ready();
  return {
    look: async (workspaceId, { name }, asked) => {
      const answer = await pages.ask(workspaceId, (caller, id) =>
        caller.call("look", { id, workspaceId, name, asked }),
      );
      // The look function of that name produced the answer, so its type is right.
      return answer as never;
    },
    count: (request, signal) =>
      counts.ask(
        request.workspaceId,
        (caller, id) => caller.call("count", { ...request, id }),
        signal,
      ),
    page: (request) =>
      counts.ask(request.workspaceId, (caller, id) => caller.call("page", { ...request, id })),
    waterfall: (workspaceId, audience) =>
      counts.ask(workspaceId, (caller, id) =>
        caller.call("waterfall", { id, workspaceId, audience }),
      ),
    retryPreview: (workspaceId, campaignId, filter) =>
      counts.ask(workspaceId, (caller, id) =>
        caller.call("retryPreview", { id, workspaceId, campaignId, filter }),
      ),
    checkAudit() {
      // Concurrent callers share one check, so that the whole log is read only once.
      auditCheck ??= counts
        .ask(INSTANCE, (caller, id) => caller.call("checkAudit", { id, workspaceId: INSTANCE }))
        .finally(() => {
          auditCheck = undefined;
        });
      return auditCheck;
    },
    async stop() {
      await Promise.all([pages.thread.stop(), counts.thread.stop()]);
    },
  };
}

let lastId = 0;

/** Sends requests to a thread, with workspaces taking turns; a request whose signal is aborted is dropped. */
function asker(thread: ThreadOnDemand<ReadsThread>, gate: FairGate) {
  const ask = <T>(
    workspaceId: string,
    question: (caller: Caller<ReadsThread>, id: number) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> =>
    gate.pass(workspaceId, () =>
      thread.use(async (caller) => {
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
  return { thread, ask };
}
