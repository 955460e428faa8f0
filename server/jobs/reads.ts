import type { AuditVerdict, CampaignCounting, CheckAudit, ReadLook } from "../features/ports.ts";
import type { SegmentReads } from "../features/segments/segment-read.service.ts";
import { AppError } from "../platform/errors.ts";
import type { Caller } from "../platform/workers/channel.ts";
import { FairGate } from "../platform/workers/fair-gate.ts";
import { ThreadOnDemand, type ThreadParts } from "../platform/workers/thread-on-demand.ts";
import type { ReadsThread } from "./reads-protocol.ts";

/** What looks at a million contacts, away from the HTTP thread. */
export type Reads = SegmentReads &
  CampaignCounting & {
    look: ReadLook;
    checkAudit: CheckAudit;
    stop(): Promise<void>;
  };

/** A page is read in one go: of one workspace a second one would only wait inside the thread, where nobody has turns. */
const PAGES = { atOnce: 2, perWorkspace: 1, waiting: 64 };
/** Counts of whole audiences yield between their steps, so that several get on side by side. */
const COUNTS = { atOnce: 8, perWorkspace: 2, waiting: 16 };
/** Whose turn it is when no workspace asks. */
const INSTANCE = "";
/** Longer than a counted segment is kept for leafing through its pages. */
const IDLE_MS = 60_000;

/**
 * Starts the threads: one for pages, and one for counts of whole audiences, there only while it is needed; a
 * page never waits for a count. In both, workspaces take turns. When one dies, its askers are told to try again, and
 * the next question starts a new one.
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
      // The thread has it from the function of that name.
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
      // Whoever asks meanwhile gets the same answer: the whole log is walked once.
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

/** Asks a thread in turns; a question whose signal fires is given up. */
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
