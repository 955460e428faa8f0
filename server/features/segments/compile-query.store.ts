import type { Moment } from "./segment-dates.rules.ts";
import type { KnownField } from "./segment-language.rules.ts";

export type Params = Record<string, string | number>;

/**
 * The scope of a condition: all contacts, those with ids between two SQL expressions, or those with ids in a JSON
 * array.
 */
export type Scope = { from: string; to: string } | { among: string } | "everybody";

/**
 * The contacts that match a condition, as SQL. `sql(scope)` returns their ids in any order, possibly with duplicates.
 * `isLive` means that all of them exist for certain (records of an opened message outlive the contact).
 */
export type IdQuery = { sql: (scope: Scope) => string; isLive: boolean };

/** A custom field with the SQL of its value in `contact`, and its index. */
export type CompiledField = KnownField & { sql: string; index: string | undefined };

/** The context for compiling a rule. */
export type CompileContext = Moment & { fields: readonly CompiledField[] };

/** Binds a value and returns its parameter. */
export type Bind = (value: string | number) => string;

/** A condition that limits a column to the scope, beginning with AND; empty for all contacts. */
export function scopeCondition(column: string, scope: Scope): string {
  if (scope === "everybody") {
    return "";
  }
  return "among" in scope
    ? ` AND ${column} IN (SELECT value FROM json_each(${scope.among}))`
    : ` AND ${column} BETWEEN ${scope.from} AND ${scope.to}`;
}
