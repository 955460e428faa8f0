import type { Moment } from "./segment-dates.rules.ts";
import type { KnownField } from "./segment-language.rules.ts";

export type Params = Record<string, string | number>;

/** Where a condition looks: at everybody, or at contacts with ids between two SQL expressions. */
export type Scope = { from: string; to: string } | "everybody";

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

/** ` AND column BETWEEN from AND to`, or nothing for everybody. */
export const within = (column: string, scope: Scope): string =>
  scope === "everybody" ? "" : ` AND ${column} BETWEEN ${scope.from} AND ${scope.to}`;
