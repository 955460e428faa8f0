import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import { log } from "../../platform/log.ts";
import type { DuePort } from "../ports.ts";

const selectDue = statement<[now: number], { workspaceId: string }>(`
  SELECT workspace_id AS workspaceId
    FROM workspace_due
   WHERE next_at <= ?
     AND NOT EXISTS (SELECT 1 FROM workspace WHERE id = workspace_id AND status = 'suspended')
   ORDER BY next_at
`);

const selectAll = statement<[], { workspaceId: string; nextAt: number }>(`
  SELECT workspace_id AS workspaceId, next_at AS nextAt FROM workspace_due
`);

const upsertDue = statement<[workspaceId: string, nextAt: number]>(`
  INSERT INTO workspace_due (workspace_id, next_at) VALUES (?, ?)
      ON CONFLICT (workspace_id) DO UPDATE SET next_at = excluded.next_at
`);

const deleteDue = statement<[workspaceId: string]>(`
  DELETE FROM workspace_due WHERE workspace_id = ?
`);

// 0 means now. A leased chunk is checked when its lease expires; until then its owner is working on it.
const selectNextWork = statement<[], { at: number | null }>(`
  SELECT min(at) AS at
    FROM (SELECT 0 AS at FROM campaign WHERE status IN ('preparing', 'pausing', 'cancelling')
          UNION ALL
          SELECT CASE WHEN chunk.owner IS NOT NULL THEN chunk.lease_until
                      WHEN chunk.pending > 0 THEN 0
                      ELSE chunk.next_due END
            FROM campaign JOIN chunk ON chunk.campaign_id = campaign.id
           WHERE campaign.status = 'sending' AND (chunk.pending > 0 OR chunk.deferred > 0))
`);

/** How long after `expect` a workspace stays due even if no work has appeared in it yet (ms). */
const EXPECT_MS = 10_000;
/** A clock that steps back by less than this needs no refresh: the due times come soon enough (ms). */
const STEP_MS = 1_000;

export type Due = DuePort & {
  /** Work is about to be committed by another thread: keeps the workspace due long enough for a check to see it. */
  expect(workspaceId: string): void;
  /** Workspaces that have work now, except suspended ones. */
  now(): string[];
  /** Every workspace with open work, whenever it is due. */
  all(): string[];
  /** Looks for work in a workspace that is not known to have any; true when there is some. */
  discover(workspaceId: string): boolean;
};

/**
 * The writer thread's view of the `workspace_due` table.
 *
 * The two databases cannot commit together, so the order of writes makes a crash harmless: a time is lowered before its
 * work is committed, and raised or removed only afterwards, by reading the workspace again. A row that a crash left too
 * early costs one needless check.
 */
export function createDue(
  system: Connection,
  workspace: (id: string) => Connection | undefined,
  clock: Clock,
): Due {
  const known = new Map(
    selectAll(system)
      .all()
      .map((row) => [row.workspaceId, row.nextAt]),
  );

  const expected = new Map<string, number>();
  let lookedAt = 0;

  function nextLook(workspaceId: string): number | null {
    const db = workspace(workspaceId);
    const next = db === undefined ? null : (selectNextWork(db).get()?.at ?? null);
    const until = expected.get(workspaceId) ?? 0;
    if (until <= clock()) {
      expected.delete(workspaceId);
      return next;
    }
    return Math.min(next ?? until, until);
  }

  function set(workspaceId: string, at: number): void {
    upsertDue(system).run(workspaceId, at);
    known.set(workspaceId, at);
  }

  return {
    lower(workspaceId, at) {
      const current = known.get(workspaceId);
      if (current === undefined || current > at) {
        set(workspaceId, at);
      }
    },
    expect(workspaceId) {
      expected.set(workspaceId, clock() + EXPECT_MS);
      this.lower(workspaceId, clock());
    },
    refresh(workspaceId) {
      const next = nextLook(workspaceId);
      const current = known.get(workspaceId);
      const now = clock();
      if (next === null) {
        if (current !== undefined) {
          deleteDue(system).run(workspaceId);
          known.delete(workspaceId);
        }
      } else if (current === undefined || Math.max(next, now) !== Math.max(current, now)) {
        // Two past times are equivalent, so a busy workspace costs no write here.
        set(workspaceId, Math.max(next, now));
      }
    },
    now() {
      const now = clock();
      const isBack = now < lookedAt - STEP_MS;
      lookedAt = now;
      // The host's clock has stepped back: recompute the times, so that work already due does not wait again.
      for (const workspaceId of isBack ? [...known.keys()] : []) {
        try {
          this.refresh(workspaceId);
        } catch (error) {
          // A file that cannot be read is checked again once it can be used. The other workspaces must not wait for it.
          log.warn({ workspaceId, err: error }, "could not determine when a workspace is due");
        }
      }
      return selectDue(system)
        .all(now)
        .map(({ workspaceId }) => workspaceId);
    },
    all: () => [...known.keys()],
    discover(workspaceId) {
      if (known.has(workspaceId)) {
        return false;
      }
      this.refresh(workspaceId);
      return known.has(workspaceId);
    },
  };
}
