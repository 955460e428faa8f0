import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import { foldName } from "./contacts.rules.ts";
import { type ContactRow, contactColumns, keptCount } from "./contacts.store.ts";

/** Which contacts to select. */
export type ContactFilter = {
  /** A prefix of an address, name, last name or domain. */
  q?: string | undefined;
  status?: "mailable" | "unsubscribed" | "suppressed" | undefined;
  /** Subscribed to this list. */
  list?: number | undefined;
  /** Has this tag. */
  tag?: number | undefined;
  /** Unix ms, inclusive. */
  createdFrom?: number | undefined;
  /** Unix ms, exclusive. */
  createdTo?: number | undefined;
};

export type ContactSort = "created" | "address";

/** What a search iterates over: an index on the text, the suppressions, a list, a tag, or the requested order. */
const drivers = ["text", "status", "list", "tag", "order"] as const;
type Driver = (typeof drivers)[number];

/**
 * The position of a search: its driver (stored so that it does not change when sizes do), the pass, and the last key
 * and id.
 */
export type Position = { by: Driver; pass: number; k: string | number; id: number };

/** True for what `Position.by` can be. */
export function isDriver(value: unknown): value is Driver {
  return drivers.some((driver) => driver === value);
}

type Values = Record<string, string | number>;

/**
 * One pass over an index, in index order. `keys` selects contacts as (id, k) after the position (@k, @id). Their rows
 * are then checked against the filter and `skip`, which excludes contacts that an earlier pass returns or checks the
 * text.
 */
type Pass = {
  keys: string;
  params: Values;
  first: { k: string | number; id: number };
  skip: string;
};

type FoundRow = ContactRow & { k: string | number };

/** How many index entries one statement reads, so that no statement takes long even when few of them match. */
const WINDOW = 1_000;
/** How many of these statements one request may run. */
const MAX_WINDOWS = 10;
/**
 * Up to this size a list or the suppressions drive the search and the text is checked; above it the text index
 * drives.
 */
const FEW = 20_000;
const LAST = "\u{10ffff}";
const HIGHEST = Number.MAX_SAFE_INTEGER;

const selectTagSize = statement<[id: number], { n: number }>(
  "SELECT contact_count AS n FROM tag WHERE id = ?",
);
const selectListSize = statement<[id: number], { n: number }>(`
  SELECT pending_count + subscribed_count + unsubscribed_count AS n FROM list WHERE id = ?
`);

export type SearchRequest = {
  filter: ContactFilter;
  sort: ContactSort;
  now: number;
  limit: number;
  after?: Position | undefined;
};

/**
 * The next contacts of a filter. Reads at most 10,000 index entries in ten statements. If that does not fill the
 * page, `next` is the position to continue from, even when `rows` is empty.
 */
export function searchContacts(
  db: Connection,
  request: SearchRequest,
): { rows: ContactRow[]; next: Position | undefined } {
  const found: { row: ContactRow; at: Position }[] = [];
  const wanted = request.limit + 1;
  const next = walk(db, request, (pass, window, by) => {
    const rows = windowQuery(db, pass, request.filter, "rows").all({
      ...window,
      limit: wanted - found.length,
    }) as FoundRow[];
    for (const { k, ...row } of rows) {
      found.push({ row, at: { by, pass: window.pass, k, id: row.id } });
    }
    return found.length >= wanted;
  });
  const page = found.slice(0, request.limit);
  const more = found.length > request.limit;
  return { rows: page.map(({ row }) => row), next: more ? page.at(-1)?.at : next };
}

/**
 * Counts the contacts of a filter. `exact` is false when the search had to stop early; there are then at least `n`.
 */
export function countByWalk(
  db: Connection,
  filter: ContactFilter,
  now: number,
): { n: number; exact: boolean } {
  let n = 0;
  const request = { filter, sort: "created" as const, now, limit: 0 };
  const next = walk(db, request, (pass, window) => {
    const row = windowQuery(db, pass, filter, "count").get(window) as { n: number };
    n += row.n;
    return false;
  });
  return { n, exact: next === undefined };
}

/** Reads window after window until `visit` has enough. Returns the position to continue from. */
function walk(
  db: Connection,
  request: SearchRequest,
  visit: (pass: Pass, window: Values & { pass: number }, by: Driver) => boolean,
): Position | undefined {
  const by = request.after?.by ?? driverOf(db, request.filter);
  const passes = passesOf(by, request.filter, request.sort);
  const filterParams = filterValues(request.filter, request.now);
  let number = request.after?.pass ?? 0;
  let at = request.after as Pick<Position, "k" | "id"> | undefined;
  for (let windows = 0; windows < MAX_WINDOWS; ) {
    const pass = passes[number];
    if (pass === undefined) {
      return undefined;
    }
    at ??= pass.first;
    const position = { ...pass.params, k: at.k, id: at.id };
    if (visit(pass, { ...filterParams, ...position, pass: number }, by)) {
      return undefined;
    }
    windows += 1;
    const end = endQuery(pass.keys)(db).get(position);
    at = end;
    number += end === undefined ? 1 : 0;
  }
  const first = passes[number]?.first;
  return first && { by, pass: number, k: (at ?? first).k, id: (at ?? first).id };
}

type Prepared = ReturnType<typeof statement<[Values], unknown>>;
const windowQueries = new Map<string, Prepared>();
const endQueries = new Map<
  string,
  ReturnType<typeof statement<[Values], { k: string | number; id: number }>>
>();

// There are a few dozen shapes of filters and one text for each; values are always parameters.
function windowQuery(db: Connection, pass: Pass, filter: ContactFilter, what: "rows" | "count") {
  const selected =
    what === "count" ? "count(*) AS n" : `${contactColumns}, s.reason AS suppressionReason, w.k`;
  // CROSS JOIN keeps the window as the outer loop, so that rows come in its order.
  const sql = `
    SELECT ${selected}
      FROM (${pass.keys} LIMIT ${WINDOW}) w
     CROSS JOIN contact c ON c.id = w.id
      LEFT JOIN suppression s
        ON s.address = c.address AND (s.expires_at IS NULL OR s.expires_at > @now)
     WHERE ${conditionsOf(filter)} ${pass.skip} AND @pass >= 0
     ${what === "rows" ? "LIMIT @limit" : ""}`;
  let query = windowQueries.get(sql);
  if (query === undefined) {
    query = statement<[Values], unknown>(sql);
    windowQueries.set(sql, query);
  }
  return query(db);
}

function endQuery(keys: string) {
  let query = endQueries.get(keys);
  if (query === undefined) {
    query = statement(`SELECT k, id FROM (${keys} LIMIT 1 OFFSET ${WINDOW - 1})`);
    endQueries.set(keys, query);
  }
  return query;
}

function conditionsOf(filter: ContactFilter): string {
  const conditions = ["1"];
  if (filter.list !== undefined) {
    conditions.push(`EXISTS (SELECT 1 FROM list_contact m
      WHERE m.list_id = @list AND m.contact_id = c.id AND m.status = 'subscribed')`);
  }
  if (filter.tag !== undefined) {
    conditions.push(`EXISTS (SELECT 1 FROM contact_tag g
      WHERE g.tag_id = @tag AND g.contact_id = c.id)`);
  }
  if (filter.status !== undefined) {
    conditions.push(
      {
        mailable: "s.address IS NULL",
        unsubscribed: "s.reason = 'unsubscribed'",
        suppressed: "s.reason <> 'unsubscribed'",
      }[filter.status],
    );
  }
  if (filter.createdFrom !== undefined) {
    conditions.push("c.created_at >= @createdFrom");
  }
  if (filter.createdTo !== undefined) {
    conditions.push("c.created_at < @createdTo");
  }
  return conditions.join(" AND ");
}

function filterValues(filter: ContactFilter, now: number): Values {
  return {
    now,
    ...(filter.list === undefined ? {} : { list: filter.list }),
    ...(filter.tag === undefined ? {} : { tag: filter.tag }),
    ...(filter.createdFrom === undefined ? {} : { createdFrom: filter.createdFrom }),
    ...(filter.createdTo === undefined ? {} : { createdTo: filter.createdTo }),
  };
}

/**
 * Chooses the most selective index, because a page must not scan a million contacts: a list or the suppressions when
 * they are small, then the text, then either of them, then the requested order.
 */
function driverOf(db: Connection, filter: ContactFilter): Driver {
  const candidates: { by: Driver; size: number }[] = [];
  if (isSuppressionStatus(filter.status)) {
    const sizes = reasonsOf(filter.status).map((reason) => keptCount(db, `suppression:${reason}`));
    candidates.push({ by: "status", size: sizes.reduce((a, b) => a + b, 0) });
  }
  if (filter.list !== undefined) {
    candidates.push({ by: "list", size: selectListSize(db).get(filter.list)?.n ?? 0 });
  }
  if (filter.tag !== undefined) {
    candidates.push({ by: "tag", size: selectTagSize(db).get(filter.tag)?.n ?? 0 });
  }
  const narrowest = candidates.sort((a, b) => a.size - b.size)[0];
  if (foldName(filter.q ?? "") !== "" && (narrowest === undefined || narrowest.size > FEW)) {
    return "text";
  }
  return narrowest?.by ?? "order";
}

function passesOf(by: Driver, filter: ContactFilter, sort: ContactSort): Pass[] {
  const q = foldName(filter.q ?? "");
  if (by === "text") {
    return textPasses(q);
  }
  if (by === "order") {
    return [sort === "address" ? addressPass("", LAST) : createdPass(filter)];
  }
  const passes =
    by === "list"
      ? [listPass(filter.list ?? 0)]
      : by === "tag"
        ? [tagPass(filter.tag ?? 0)]
        : reasonsOf(filter.status ?? "suppressed").map(suppressionPass);
  return q === "" ? passes : passes.map((pass) => withText(pass, q));
}

function isSuppressionStatus(status: ContactFilter["status"]) {
  return status === "unsubscribed" || status === "suppressed";
}

/** All reasons for a suppression. */
export const suppressionReasons = () => [...reasonsOf("unsubscribed"), ...reasonsOf("suppressed")];

function reasonsOf(status: ContactFilter["status"]): string[] {
  return status === "unsubscribed"
    ? ["unsubscribed"]
    : ["hard_bounce", "complaint", "manual", "unclear"];
}

function withText(pass: Pass, q: string): Pass {
  if (q.startsWith("@")) {
    const hi = q.slice(1) + LAST;
    return {
      ...pass,
      params: { ...pass.params, lo: q.slice(1), hi },
      skip: `AND ${begins("domain")}`,
    };
  }
  const columns = q.includes("@") ? ["address"] : textColumns(q);
  const any = columns.map(begins).join(" OR ");
  return { ...pass, params: { ...pass.params, lo: q, hi: q + LAST }, skip: `AND (${any})` };
}

function textPasses(q: string): Pass[] {
  if (q.startsWith("@")) {
    return q.length === 1 ? [addressPass("", LAST)] : [textPass("domain", q.slice(1), [])];
  }
  if (q.includes("@")) {
    return [addressPass(q, q + LAST)];
  }
  const columns = textColumns(q);
  return columns.map((column, index) => textPass(column, q, columns.slice(0, index)));
}

function textColumns(q: string): string[] {
  return q.includes(" ") ? ["name_key", "last_key"] : ["address", "name_key", "last_key", "domain"];
}

function textPass(column: string, q: string, shownBefore: string[]): Pass {
  const partial = column.endsWith("_key") ? ` AND x.${column} <> ''` : "";
  return {
    keys: after(column, "ASC", `x.${column} < @hi${partial}`),
    params: { lo: q, hi: q + LAST },
    first: { k: q, id: 0 },
    skip: shownBefore.map((other) => `AND NOT ${begins(other)}`).join(" "),
  };
}

function begins(column: string): string {
  return `(c.${column} >= @lo AND c.${column} < @hi)`;
}

function addressPass(lo: string, hi: string): Pass {
  return {
    keys: `SELECT x.id, x.address AS k FROM contact x
            WHERE x.address >= @lo AND x.address < @hi AND x.address > @k AND @id >= 0
            ORDER BY x.address`,
    params: { lo, hi },
    first: { k: "", id: 0 },
    skip: "",
  };
}

function createdPass(filter: ContactFilter): Pass {
  return {
    keys: after("created_at", "DESC", "x.created_at >= @from"),
    params: { from: filter.createdFrom ?? 0 },
    first: { k: filter.createdTo ?? HIGHEST, id: 0 },
    skip: "",
  };
}

/**
 * The keys after (@k, @id) in an index on (column, id). Written as two ranges that SQLite merges: a row-value
 * comparison would seek by the column alone and read everyone who shares it, such as all contacts at one provider.
 */
function after(column: string, order: "ASC" | "DESC", bound: string): string {
  const beyond = order === "ASC" ? ">" : "<";
  return `SELECT x.id AS id, x.${column} AS k FROM contact x
           WHERE x.${column} = @k AND x.id ${beyond} @id AND ${bound}
          UNION ALL
          SELECT x.id, x.${column} FROM contact x WHERE x.${column} ${beyond} @k AND ${bound}
           ORDER BY k ${order}, id ${order}`;
}

function listPass(list: number): Pass {
  return {
    keys: `SELECT x.contact_id AS id, 0 AS k FROM list_contact x
            WHERE x.list_id = @driver AND x.contact_id < @id AND @k = 0
            ORDER BY x.contact_id DESC`,
    params: { driver: list },
    first: { k: 0, id: HIGHEST },
    skip: "",
  };
}

function tagPass(tag: number): Pass {
  return {
    keys: `SELECT x.contact_id AS id, 0 AS k FROM contact_tag x
            WHERE x.tag_id = @driver AND x.contact_id < @id AND @k = 0
            ORDER BY x.contact_id DESC`,
    params: { driver: tag },
    first: { k: 0, id: HIGHEST },
    skip: "",
  };
}

function suppressionPass(reason: string): Pass {
  return {
    keys: `SELECT coalesce(y.id, 0) AS id, x.address AS k
             FROM suppression x LEFT JOIN contact y ON y.address = x.address
            WHERE x.reason = @driver AND x.address > @k AND @id >= 0
            ORDER BY x.address`,
    params: { driver: reason },
    first: { k: "", id: 0 },
    skip: "",
  };
}
