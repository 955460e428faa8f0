import { chainHash, GENESIS } from "../../platform/audit/chain.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import type { AuditVerdict } from "../ports.ts";
import { entriesAfter, entriesOfWorkspace, highestId, type NamedAuditRow } from "./audit.store.ts";

const VERIFY_PAGE = 1_000;

/** Checks the whole chain in steps of a thousand rows. Entries added during the check are not reported as faults. */
export function* verifyAudit(system: Connection): Generator<undefined, AuditVerdict> {
  let previous = GENESIS;
  let lastId = 0;
  let entries = 0;
  for (;;) {
    // Read before the page: the page may, but does not have to, contain entries that are added in between.
    const highest = highestId(system);
    const page = entriesAfter(system, lastId, VERIFY_PAGE);
    for (const row of page) {
      if (row.id !== lastId + 1) {
        return broken(entries, lastId + 1, "an entry is missing");
      }
      if (row.prevHash !== previous || row.hash !== chainHash(previous, row)) {
        return broken(entries, row.id, "the entry differs from what was recorded");
      }
      previous = row.hash;
      lastId = row.id;
      entries += 1;
    }
    if (page.length < VERIFY_PAGE) {
      return lastId >= highest
        ? { ok: true, entries, brokenAt: null, reason: null }
        : broken(entries, lastId + 1, "entries at the end are missing");
    }
    yield;
  }
}

/** A page of a workspace's entries, newest first. @throws AppError `invalid_input` for a malformed cursor. */
export function listAudit(
  system: Connection,
  workspaceId: string,
  query: { cursor?: string | undefined; limit?: number | undefined; action?: string | undefined },
) {
  const {
    limit,
    after: [before],
  } = readPage(query, [Number.MAX_SAFE_INTEGER]);
  const rows = entriesOfWorkspace(system, {
    workspaceId,
    before,
    action: query.action ?? "",
    limit: limit + 1,
  });
  const page = cutPage(rows, limit, (row) => [row.id]);
  return { items: page.items.map(toItem), nextCursor: page.nextCursor };
}

function toItem(row: NamedAuditRow) {
  return {
    id: row.id,
    at: row.at,
    actorId: row.actorId,
    actorName: row.actorName,
    action: row.action,
    target: row.target,
    detail: JSON.parse(row.detail) as Record<string, unknown>,
  };
}

function broken(entries: number, brokenAt: number, reason: string): AuditVerdict {
  return { ok: false, entries, brokenAt, reason };
}
