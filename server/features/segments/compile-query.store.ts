import type { Moment } from "./segment-dates.rules.ts";
import type { KnownField } from "./segment-language.rules.ts";

export type Params = Record<string, string | number>;

/**
 * Where a condition looks: at everybody, at contacts with ids between two SQL expressions, or at those whose ids
 * are in a JSON array.
 */
export type Scope = { from: string; to: string } | { among: string } | "everybody";

/**
 * The contacts that a condition is true of, as SQL. `sql(scope)` gives their ids, in any order, some perhaps
 * twice; `isLive` says that all of them surely exist (an opened message outlives its contact).
 */
export type IdQuery = { sql: (scope: Scope) => string; isLive: boolean };

/** A custom field with the SQL of its value in `contact`, and the index that has it. */
export type CompiledField = KnownField & { sql: string; index: string | undefined };

/** What compiling needs to know. */
export type CompileContext = Moment & { fields: readonly CompiledField[] };

/** Takes a value and gives the parameter that stands for it. */
export type Bind = (value: string | number) => string;

/** The condition on a column that a scope is, beginning with AND; nothing for everybody. */
export function within(column: string, scope: Scope): string {
  if (scope === "everybody") {
    return "";
  }
  return "among" in scope
    ? ` AND ${column} IN (SELECT value FROM json_each(${scope.among}))`
    : ` AND ${column} BETWEEN ${scope.from} AND ${scope.to}`;
}
