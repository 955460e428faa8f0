import { type AppError, because, invalidField } from "../errors.ts";

export type CursorValue = string | number | null;

/** Encodes the keyset position after a row as an opaque string for `nextCursor`. */
export function encodeCursor(position: CursorValue[]): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

/**
 * Decodes a cursor.
 *
 * @param length The number of values it must contain.
 * @throws AppError `invalid_input` for anything not produced by `encodeCursor`.
 */
export function decodeCursor(cursor: string, length: number): CursorValue[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(value) && value.length === length && value.every(isCursorValue)) {
      return value;
    }
  } catch {
    // Invalid JSON is refused below, like JSON of the wrong shape.
  }
  throw foreignCursor();
}

function foreignCursor(): AppError {
  return invalidField("cursor", because("bad_cursor"));
}

function isCursorValue(value: unknown): value is CursorValue {
  return value === null || typeof value === "string" || typeof value === "number";
}

/** The number of rows on a page if the request does not specify one. */
export const DEFAULT_PAGE = 50;

/** Positions of the same types as the first position of a list: numbers stay numbers, texts stay texts. */
type After<P extends (string | number)[]> = {
  [I in keyof P]: P[I] extends number ? number : string;
};

/**
 * The number of rows on a page, and the position after which it begins.
 *
 * @param first The position before the first row.
 * @throws AppError `invalid_input` for a cursor of another list.
 */
export function readPage<const P extends (string | number)[]>(
  query: { cursor?: string | undefined; limit?: number | undefined },
  first: P,
): { limit: number; after: After<P> } {
  const limit = query.limit ?? DEFAULT_PAGE;
  const after = query.cursor === undefined ? first : decodeCursor(query.cursor, first.length);
  if (after.some((value, i) => typeof value !== typeof first[i])) {
    throw foreignCursor();
  }
  return { limit, after: after as After<P> };
}

/** Cuts a page from `limit + 1` rows: the rows to show, and the cursor of the next page if there is one. */
export function cutPage<Row>(
  rows: Row[],
  limit: number,
  positionOf: (row: Row) => CursorValue[],
): { items: Row[]; nextCursor: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, nextCursor: more ? encodeCursor(positionOf(last)) : null };
}
