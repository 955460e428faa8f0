import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import { deleteContacts } from "../contacts/contacts.service.ts";
import {
  clearEventTraces,
  eventsAfter,
  markRun,
  oldContacts,
  type RetentionRow,
  readRetention,
  removeEvents,
  writeRetention,
} from "./retention.store.ts";

/** Rows processed in one transaction, which takes a few milliseconds. */
const AT_ONCE = 500;
const PAUSE_MS = 3;
/** After this many steps a preview stops counting and says "at least". */
const PREVIEW_STEPS = 400;

/** What a run deleted, or would delete according to a preview. */
export type RetentionCounts = { contacts: number; events: number; ips: number };

export function getRetention(db: Connection) {
  const { ipPosition: _, ...row } = readRetention(db);
  return row;
}

/** Changes the given settings; null keeps data forever. */
export function changeRetention(
  db: Connection,
  change: { [K in "noConsentDays" | "engagementDays" | "ipDays"]?: number | null | undefined },
  now: number,
) {
  return inTransaction(db, () => {
    const { runAt: _, ...old } = getRetention(db);
    const given = Object.fromEntries(
      Object.entries(change).filter(([, days]) => days !== undefined),
    );
    writeRetention(db, { ...old, ...given, updatedAt: now });
    return getRetention(db);
  });
}

/**
 * Counts what the settings would delete now, in short steps and without deleting it.
 *
 * @param days Settings to try instead of the stored ones.
 */
export async function previewRetention(
  open: () => Connection,
  days: Partial<Pick<RetentionRow, "noConsentDays" | "engagementDays" | "ipDays">>,
  now: number,
) {
  const budget = { steps: PREVIEW_STEPS };
  const counts = await walk(open, { ...getRetention(open()), ...days }, now, budget);
  return { ...counts, exact: budget.steps > 0 };
}

/** Deletes data that is older than its retention period, in short transactions. Safe to repeat. */
export async function applyRetention(
  open: () => Connection,
  now: number,
  signal: AbortSignal,
): Promise<RetentionCounts> {
  const counts = await walk(open, getRetention(open()), now, { signal });
  markRun(open(), now);
  return counts;
}

/** With a signal, expired data is deleted; with a budget of steps it is only counted. */
type How = { signal: AbortSignal } | { steps: number };
type Days = Pick<RetentionRow, "noConsentDays" | "engagementDays" | "ipDays">;

async function walk(
  open: () => Connection,
  days: Days,
  now: number,
  how: How,
): Promise<RetentionCounts> {
  const before = (kept: number | null) => (kept === null ? undefined : now - kept * DAY_MS);
  const removes = "signal" in how;
  const contacts = await steps(how, before(days.noConsentDays), contactStep(open, removes));
  const events = await steps(how, before(days.engagementDays), eventStep(open, removes));
  const ips = await steps(how, before(days.ipDays), traceStep(open, removes));
  return { contacts, events, ips };
}

/** One step from a position: how many rows it found, and the next position unless it was the last. */
type Step<Place> = (
  place: Place | undefined,
  before: number,
) => { n: number; next: Place | undefined };

async function steps<Place>(
  how: How,
  before: number | undefined,
  step: Step<Place>,
): Promise<number> {
  if (before === undefined) {
    return 0;
  }
  let total = 0;
  let place: Place | undefined;
  do {
    if ("signal" in how) {
      how.signal.throwIfAborted();
    } else if (--how.steps <= 0) {
      return total;
    }
    const { n, next } = step(place, before);
    total += n;
    place = next;
    await Bun.sleep("signal" in how ? PAUSE_MS : 0);
  } while (place !== undefined);
  return total;
}

function contactStep(
  open: () => Connection,
  removes: boolean,
): Step<{ createdAt: number; id: number }> {
  return (place, before) => {
    const db = open();
    return inTransaction(db, () => {
      const from = place ?? { createdAt: 0, id: 0 };
      const rows = oldContacts(db, { ...from, before, limit: AT_ONCE });
      const ids = rows.flatMap(({ id, idle }) => (idle === 1 ? [id] : []));
      if (removes) {
        deleteContacts(db, ids);
      }
      return { n: ids.length, next: rows.length < AT_ONCE ? undefined : rows.at(-1) };
    });
  };
}

function eventStep(open: () => Connection, removes: boolean): Step<number> {
  return eventRun(
    open,
    () => 0,
    (db, run, old) => (removes ? removeEvents(db, run) : old.length),
  );
}

function traceStep(open: () => Connection, removes: boolean): Step<number> {
  return eventRun(
    open,
    (db) => readRetention(db).ipPosition,
    (db, run, old) =>
      removes ? clearEventTraces(db, run) : old.filter(({ traced }) => traced === 1).length,
  );
}

type EventRow = ReturnType<typeof eventsAfter>[number];

/** Reads events from the oldest and stops at the first slice without an expired one. */
function eventRun(
  open: () => Connection,
  start: (db: Connection) => number,
  work: (
    db: Connection,
    run: { after: number; to: number; before: number },
    old: EventRow[],
  ) => number,
): Step<number> {
  return (place, before) => {
    const db = open();
    const after = place ?? start(db);
    const rows = eventsAfter(db, after, AT_ONCE);
    const old = rows.filter(({ at }) => at < before);
    const last = old.at(-1);
    if (last === undefined) {
      return { n: 0, next: undefined };
    }
    // Advances only to the last expired row, because later rows must be checked again when they expire.
    const n = inTransaction(db, () => work(db, { after, to: last.id, before }, old));
    return { n, next: last === rows.at(-1) && rows.length === AT_ONCE ? last.id : undefined };
  };
}
