import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because } from "../../platform/errors.ts";
import { fieldsWithSql } from "../contacts/contact-fields.service.ts";
import { compileMembers, compileRule, conditionSql, type Plan } from "./segment-compile.store.ts";
import type { Moment } from "./segment-dates.rules.ts";
import { conditionsOf, customKeyOf, type Rule } from "./segment-language.rules.ts";

/** What to evaluate: a rule, or the stored members of a static segment. */
export type Asked = { rule: Rule } | { staticSegment: number };

/**
 * Compiles a rule or static segment.
 *
 * @param prefix Separates the parameters of several plans in one statement.
 * @throws AppError `illegal_state` when a field in a condition was deleted.
 */
export function planOf(db: Connection, asked: Asked, moment: Moment, prefix = "s"): Plan {
  if ("staticSegment" in asked) {
    return compileMembers(asked.staticSegment, prefix);
  }
  const fields = fieldsWithSql(db);
  const known = new Set(fields.map(({ key }) => key));
  const missing = keysOf(asked.rule).find((key) => !known.has(key));
  if (missing !== undefined) {
    throw new AppError("illegal_state", because("segment_field_gone", { field: missing }));
  }
  return compileRule(asked.rule, { ...moment, fields }, prefix);
}

/** Keys of the custom fields in a rule. */
export function keysOf(rule: Rule): string[] {
  const keys = conditionsOf(rule).flatMap((one) =>
    "field" in one ? (customKeyOf(one.field) ?? []) : [],
  );
  return [...new Set(keys)];
}

/**
 * A plan as a condition on `contact.id`. An audience is frozen with it over ids from `@from` to `@to`, and checked
 * again over the ids in the JSON array `@among`.
 */
export function audienceCondition({ node, params }: Plan) {
  const sql = conditionSql(node, "contact.id", { from: "@from", to: "@to" });
  return { sql, among: conditionSql(node, "contact.id", { among: "@among" }), params };
}

/** A plan as a condition on one row of `contact c`. */
export function rowCondition({ node, params }: Plan) {
  return { sql: conditionSql(node, "c.id", { from: "c.id", to: "c.id" }), params };
}
