import { refuseWhileFreezing } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import {
  AppError,
  because,
  invalidField,
  invalidFields,
  notFound,
  refusedField,
} from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import { ensureFieldIndex, fieldsWithSql, listFields } from "../contacts/contact-fields.service.ts";
import type { TaskContext } from "../tasks/tasks.service.ts";
import { checkRule } from "./segment-check.rules.ts";
import type { Rule } from "./segment-language.rules.ts";
import { type Asked, keysOf } from "./segment-plan.ts";
import { type Language, type Names, ruleInWords } from "./segment-words.rules.ts";
import {
  campaignsWith,
  deleteSegmentRow,
  findSegment,
  insertSegment,
  markIncomplete,
  nameOf,
  removeSomeMembers,
  type SegmentRow,
  segmentCount,
  segmentsAfter,
  storeCount,
  updateSegment,
} from "./segments.store.ts";

const MAX_SEGMENTS = 1_000;
export const MAX_NAME_CHARS = 200;
const DELETE_AT_ONCE = 2_000;

/** A page of segments by name. `q` matches any part of a name. */
export function listSegments(
  db: Connection,
  query: { q?: string | undefined; cursor?: string | undefined; limit?: number | undefined },
  language: Language,
) {
  const {
    limit,
    after: [nameKey, id],
  } = readPage(query, ["", 0]);
  const rows = segmentsAfter(db, {
    q: nameKeyOf(query.q ?? ""),
    nameKey: String(nameKey),
    id,
    limit: limit + 1,
  });
  const page = cutPage(rows, limit, (row) => [row.nameKey, row.id]);
  const names = namesIn(db);
  return {
    items: page.items.map((row) => toSegment(db, row, names, language)),
    nextCursor: page.nextCursor,
  };
}

/** @throws AppError `not_found` */
export function getSegment(db: Connection, id: number, language: Language) {
  return toSegment(db, requireSegment(db, id), namesIn(db), language);
}

/** @throws AppError `not_found` */
export function requireSegment(db: Connection, id: number): SegmentRow {
  const row = findSegment(db, id);
  if (row === undefined) {
    throw notFound("segment");
  }
  return row;
}

export type SegmentInput = {
  name?: string | undefined;
  description?: string | undefined;
  rule?: unknown;
};

/**
 * Saves a rule under a name and requests indexes for the fields it uses.
 *
 * @throws AppError `invalid_input` with all faults of the rule, `conflict` for a name that is taken.
 */
export function createSegment(
  context: TaskContext,
  input: SegmentInput & { name: string },
  language: Language,
) {
  const { db, now, actorId: by } = context;
  const rule = requireRule(db, input.rule);
  const row = insertNew(db, {
    ...readName(input.name),
    description: input.description ?? "",
    kind: "live",
    rule: JSON.stringify(rule),
    state: "ready",
    by,
    now,
  });
  prepareIndexes(context, rule);
  return toSegment(db, row, namesIn(db), language);
}

/** Changes a segment; for a static one only name and description. @throws AppError */
export function changeSegment(
  context: TaskContext,
  id: number,
  input: SegmentInput,
  language: Language,
) {
  const { db, now } = context;
  const old = requireSegment(db, id);
  if (input.rule !== undefined && old.kind === "static") {
    throw new AppError("illegal_state", because("segment_is_static"));
  }
  const rule = input.rule === undefined ? undefined : requireRule(db, input.rule);
  const row = updateSegment(db, {
    id,
    ...readName(input.name ?? old.name),
    description: input.description ?? old.description,
    rule: rule === undefined ? old.rule : JSON.stringify(rule),
    now,
  });
  if (row === undefined) {
    throw nameTaken(input.name ?? old.name);
  }
  if (rule !== undefined) {
    prepareIndexes(context, rule);
  }
  return toSegment(db, row, namesIn(db), language);
}

/** Copies a segment under another name. @throws AppError `not_found`, `illegal_state` for a static one. */
export function duplicateSegment(context: TaskContext, id: number, language: Language) {
  const { db } = context;
  const old = requireSegment(db, id);
  if (old.kind === "static") {
    throw new AppError("illegal_state", because("static_not_duplicable"));
  }
  const { name, description } = old;
  return createSegment(
    context,
    { name: freeName(db, name), description, rule: JSON.parse(old.rule) as unknown },
    language,
  );
}

/**
 * Deletes a segment and its members, in slices so that others can work in between.
 *
 * @param open Returns the workspace's connection and is called after each pause.
 * @throws AppError `not_found`; `in_use` while an unsent campaign uses it.
 */
export async function deleteSegment(open: () => Connection, id: number): Promise<void> {
  const db = open();
  inTransaction(db, () => {
    const { name } = requireSegment(db, id);
    const waiting = campaignsWith(db, id).filter(({ status }) => isWaiting(status));
    if (waiting.length > 0) {
      const names = waiting.map((one) => `"${one.name}"`).join(", ");
      throw new AppError(
        "in_use",
        because("segment_in_audience", { segment: name, campaigns: names }),
      );
    }
    refuseWhileFreezing(db);
    // Marked first, because members are deleted in slices and no audience may use the segment while some are missing.
    markIncomplete(db, id);
  });
  while (removeSomeMembers(open(), id, DELETE_AT_ONCE) === DELETE_AT_ONCE) {
    await Bun.sleep(1);
  }
  deleteSegmentRow(open(), id);
}

/** The campaigns that use a segment, newest first. @throws AppError `not_found` */
export function segmentUse(db: Connection, id: number) {
  requireSegment(db, id);
  return { campaigns: campaignsWith(db, id) };
}

/** Stores the size of a segment, unless its rule changed in the meantime. */
export function keepCount(db: Connection, row: SegmentRow, n: number, now: number): void {
  storeCount(db, { id: row.id, rule: row.rule, n, now });
}

/** The condition of a saved segment. @throws AppError `illegal_state` while a static one is being filled. */
export function askedOf(row: SegmentRow): Asked {
  if (row.kind === "live") {
    return { rule: JSON.parse(row.rule) as Rule };
  }
  if (row.state === "filling") {
    throw new AppError("illegal_state", because("segment_unfinished", { segment: row.name }));
  }
  return { staticSegment: row.id };
}

/** @throws AppError `invalid_input` with path, reason and fix of every fault. */
export function requireRule(db: Connection, input: unknown): Rule {
  const { rule, problems } = checkRule(input, knownIn(db));
  if (rule === undefined) {
    const [first, ...others] = problems;
    throw first === undefined
      ? new AppError("invalid_input", because("rule_empty"))
      : invalidFields([first, ...others]);
  }
  return rule;
}

/**
 * Requests indexes for the fields of a rule that have none. Returns the labels of fields whose index is not ready.
 */
export function prepareIndexes(context: TaskContext, rule: Rule): string[] {
  const keys = new Set(keysOf(rule));
  return fieldsWithSql(context.db)
    .filter((field) => keys.has(field.key) && field.oldKey === null && field.index === undefined)
    .filter((field) => ensureFieldIndex(context, field))
    .map(({ label }) => label);
}

/** A rule as a sentence. */
export const inWords = (db: Connection, rule: Rule, language: Language): string =>
  ruleInWords(rule, namesIn(db), language);

/** Validates and inserts. @throws AppError `conflict`, `limit_reached` beyond 1,000. */
export function insertNew(
  db: Connection,
  segment: Parameters<typeof insertSegment>[1],
): SegmentRow {
  if (segmentCount(db) >= MAX_SEGMENTS) {
    throw new AppError("limit_reached", because("too_many_segments", { max: MAX_SEGMENTS }));
  }
  const row = insertSegment(db, segment);
  if (row === undefined) {
    throw nameTaken(segment.name);
  }
  return row;
}

/** An unused name, derived from the given one. */
export function freeName(db: Connection, name: string): string {
  for (let n = 2; n <= MAX_SEGMENTS + 2; n++) {
    const copy = `${name.slice(0, MAX_NAME_CHARS - 8)} (${n})`;
    const { nameKey } = readName(copy);
    if (segmentsAfter(db, { q: nameKey, nameKey: "", id: 0, limit: 1 }).length === 0) {
      return copy;
    }
  }
  throw new Error("all names are taken, although there cannot be so many segments");
}

/** Name and comparison key of a segment. @throws AppError `invalid_input` */
export function readName(written: string): { name: string; nameKey: string } {
  const name = written.normalize("NFC").trim().replace(/\s+/g, " ");
  if (name === "" || /\p{Cc}/u.test(name)) {
    throw invalidField("name", because(name === "" ? "empty" : "control_character"));
  }
  return { name, nameKey: nameKeyOf(name) };
}

/** Objects that the rule of a segment refers to but that were deleted. Static segments have none. */
function problemsOf(db: Connection, row: SegmentRow) {
  return row.kind === "live" ? checkRule(JSON.parse(row.rule), knownIn(db)).problems : [];
}

/** True when everything that a segment refers to exists. Faster than wording the problems. */
export const isSound = (db: Connection, row: SegmentRow): boolean =>
  problemsOf(db, row).length === 0;

function toSegment(db: Connection, row: SegmentRow, names: Names, language: Language) {
  const { nameKey: _, ...rest } = row as SegmentRow & { nameKey?: string };
  const rule = JSON.parse(row.rule) as Rule;
  return {
    ...rest,
    rule,
    words: ruleInWords(rule, names, language),
    problems: problemsOf(db, row),
    campaigns: campaignsWith(db, row.id).length,
  };
}

function knownIn(db: Connection) {
  return {
    fields: listFields(db),
    hasTag: (id: number) => nameOf(db, "tag", id) !== undefined,
    hasList: (id: number) => nameOf(db, "list", id) !== undefined,
    hasCampaign: (id: number) => nameOf(db, "campaign", id) !== undefined,
  };
}

/** Loads the names of the objects that rules refer to. */
export function namesIn(db: Connection): Names {
  return {
    fields: listFields(db),
    tag: (id) => nameOf(db, "tag", id),
    list: (id) => nameOf(db, "list", id),
    campaign: (id) => nameOf(db, "campaign", id),
  };
}

const isWaiting = (status: string): boolean => status === "draft" || status === "scheduled";

const nameKeyOf = (name: string): string => name.normalize("NFC").toLowerCase().trim();

function nameTaken(name: string): AppError {
  return refusedField("conflict", "name", because("segment_exists", { name }));
}
