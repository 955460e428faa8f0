import { type AuditTrail, auditedWork } from "../../platform/audit/trail.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Databases } from "../../platform/db/databases.ts";
import { forgetExpiredUndo } from "../contacts/contact-bulk.service.ts";
import { removeOldEvents } from "../events/events.service.ts";
import { finishDeletions } from "../lists/lists.service.ts";
import {
  instanceBlockedDomains,
  workspaceBlockedDomains,
} from "../suppressions/blocked-domains.service.ts";
import { removeExpiredInstanceSuppressions } from "../suppressions/instance-suppressions.service.ts";
import { removeExpiredSuppressions } from "../suppressions/suppressions.service.ts";
import { forgetOldTasks } from "../tasks/tasks.service.ts";
import { forgetEndedBreaks } from "./erase.store.ts";
import { personTasks } from "./person-tasks.service.ts";
import { applyRetention } from "./retention.ts";
import { workspaceAfter } from "./tidy.store.ts";

/** The kind of nightly job that deletes expired data in all workspaces. */
export const TIDY_JOB = "privacy.tidy";

const AT_ONCE = 500;
const PAUSE_MS = 3;
/** Privacy requests are kept forever, because they prove that people got what they asked for. */
const KEPT = [...Object.values(personTasks).map(({ name }) => name), "import" as const];

export type TidyContext = {
  databases: Databases;
  clock: Clock;
  trail: AuditTrail;
  signal: AbortSignal;
};

/** Goes through all workspaces one by one, in transactions of a few milliseconds. Safe to repeat. */
export async function tidyAll(context: TidyContext): Promise<void> {
  const { databases, clock } = context;
  removeExpiredInstanceSuppressions(databases.system, clock());
  instanceBlockedDomains.removeExpired(databases.system, clock());
  for (let id = workspaceAfter(databases.system, ""); id !== undefined; ) {
    const workspaceId: string = id;
    if (!databases.isSetAside(workspaceId)) {
      await tidyWorkspace(context, workspaceId);
    }
    id = workspaceAfter(databases.system, workspaceId);
  }
}

async function tidyWorkspace(context: TidyContext, workspaceId: string): Promise<void> {
  const open = () => context.databases.workspace(workspaceId);
  const now = context.clock();
  workspaceBlockedDomains.removeExpired(open(), now);
  await finishDeletions(open);
  await inPieces(context, () => removeExpiredSuppressions(open(), now, AT_ONCE));
  await inPieces(context, () => forgetExpiredUndo(open(), now, AT_ONCE));
  await inPieces(context, () => forgetOldTasks(open(), now, AT_ONCE, KEPT));
  await inPieces(context, () => forgetEndedBreaks(open(), now, AT_ONCE));
  await inPieces(context, () => removeOldEvents(open(), now, AT_ONCE));
  const start = {
    actorId: null,
    workspaceId,
    action: "privacy.retention_run",
    target: "",
  } as const;
  await auditedWork(
    context.trail,
    start,
    () => applyRetention(open, now, context.signal),
    (removed) => (removed.contacts + removed.events + removed.ips > 0 ? removed : "nothing"),
  );
}

/** Repeats `piece` until it processes less than a full batch, letting others write in between. */
async function inPieces({ signal }: TidyContext, piece: () => number): Promise<number> {
  for (let total = 0; ; ) {
    signal.throwIfAborted();
    const n = piece();
    total += n;
    if (n < AT_ONCE) {
      return total;
    }
    await Bun.sleep(PAUSE_MS);
  }
}
