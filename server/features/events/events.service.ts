import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import {
  AppError,
  because,
  type FieldProblem,
  faultyField,
  invalidFields,
} from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import { upsertContact } from "../contacts/contact-batch.service.ts";
import { contactIdOf, getContact } from "../contacts/contacts.service.ts";
import { checkEvent } from "./events.rules.ts";
import {
  countName,
  eventNames,
  eventsOf,
  findEventByKey,
  hasName,
  insertEvent,
  nameCount,
  removeEventsBefore,
} from "./events.store.ts";

/** How long one transaction of a batch may hold the workspace's write lock and this thread. */
const HOLD_MS = 5;
const MAX_NAMES = 1_000;
/** Events are kept for two years after they arrived. */
const KEEP_MS = 2 * 365 * DAY_MS;

export type EventInput = {
  name: string;
  contactId?: number | undefined;
  email?: string | undefined;
  /** Unix ms; defaults to now. */
  at?: number | undefined;
  properties?: Record<string, unknown> | undefined;
  /** The caller's own id of the event: a repeated key stores nothing. */
  key?: string | undefined;
  /** Creates a contact when the address is unknown. */
  createContact?: boolean | undefined;
};

export type EventResult = {
  index: number;
  outcome: "stored" | "known" | "rejected";
  id: number | null;
  contactId: number | null;
  problems: FieldProblem[];
};

export type EventContext = {
  /** Returns the workspace's connection and is called after each pause. */
  open: () => Connection;
  clock: Clock;
  actorId: string;
};

/** Stores events in short transactions, so that others can work in between. Each event has its own result. */
export async function storeEvents(
  context: EventContext,
  events: readonly EventInput[],
): Promise<EventResult[]> {
  const results: EventResult[] = [];
  while (results.length < events.length) {
    const db = context.open();
    inTransaction(db, () => {
      const endAt = performance.now() + HOLD_MS;
      do {
        const index = results.length;
        results.push(attempt(db, events[index] as EventInput, index, context));
      } while (results.length < events.length && performance.now() < endAt);
    });
    await Bun.sleep(0);
  }
  return results;
}

/** Stores one event. @throws AppError `invalid_input` with all faults. */
export async function storeEvent(context: EventContext, event: EventInput): Promise<EventResult> {
  const [result] = await storeEvents(context, [event]);
  const [first, ...others] = result?.problems ?? [];
  if (first !== undefined) {
    throw invalidFields([first, ...others]);
  }
  if (result === undefined) {
    throw new AppError("invalid_input", because("no_event"));
  }
  return result;
}

/** A contact's events, newest first. @throws AppError `not_found` */
export function listEvents(
  db: Connection,
  query: { contactId: number; cursor?: string | undefined; limit?: number | undefined },
  now: number,
) {
  getContact(db, query.contactId, now);
  const {
    limit,
    after: [at, id],
  } = readPage(query, [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);
  const page = { contactId: query.contactId, at, id, limit: limit + 1 };
  const rows = eventsOf(db, page).map((row) => ({
    ...row,
    properties: JSON.parse(row.properties) as Record<string, string | number | boolean>,
  }));
  return cutPage(rows, limit, (row) => [row.at, row.id]);
}

/** The event names in use. */
export const listEventNames = (db: Connection) => ({ items: eventNames(db) });

/** Deletes events older than two years, at most `limit`. Returns how many. */
export const removeOldEvents = (db: Connection, now: number, limit: number): number =>
  removeEventsBefore(db, now - KEEP_MS, limit);

function attempt(
  db: Connection,
  event: EventInput,
  index: number,
  context: EventContext,
): EventResult {
  try {
    return { index, ...storeOne(db, event, context), problems: [] };
  } catch (error) {
    if (error instanceof AppError) {
      const reason = error.message;
      const problems = error.fields.length > 0 ? error.fields : [{ field: "event", reason }];
      return { index, outcome: "rejected", id: null, contactId: null, problems };
    }
    throw error;
  }
}

/** Everything is checked before the first write, so that a refused event leaves nothing behind. */
function storeOne(db: Connection, event: EventInput, { clock, actorId }: EventContext) {
  const now = clock();
  const problems: FieldProblem[] = [];
  const { name, at, properties } = checkEvent(event, now, problems);
  if ((event.email === undefined) === (event.contactId === undefined)) {
    problems.push(faultyField("contactId", because("contact_or_email")));
  }
  if (!hasName(db, name) && nameCount(db) >= MAX_NAMES) {
    problems.push(faultyField("name", because("event_names_full", { max: MAX_NAMES })));
  }
  const [first, ...others] = problems;
  if (first !== undefined) {
    throw invalidFields([first, ...others]);
  }
  const key = event.key ?? null;
  const known = key === null ? undefined : findEventByKey(db, key);
  if (known !== undefined) {
    return { outcome: "known" as const, id: known, contactId: null };
  }
  const contactId = contactOf(db, event, { actorId, source: "api", now });
  const nameId = countName(db, name, at);
  const id = insertEvent(db, {
    nameId,
    contactId,
    at,
    now,
    properties: JSON.stringify(properties),
    key,
  });
  return { outcome: "stored" as const, id, contactId };
}

function contactOf(
  db: Connection,
  event: EventInput,
  by: { actorId: string; source: string; now: number },
): number {
  if (event.email !== undefined && event.createContact === true) {
    return upsertContact(db, { email: event.email }, by).contact.id;
  }
  return contactIdOf(db, event, by.now);
}
