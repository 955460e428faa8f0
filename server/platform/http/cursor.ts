import { invalidField } from "../errors.ts";

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
  throw invalidField("cursor", "was not returned by this list", "Leave it out to start again.");
}

function isCursorValue(value: unknown): value is CursorValue {
  return value === null || typeof value === "string" || typeof value === "number";
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
