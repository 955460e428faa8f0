import { fieldSet } from "./compile-field.store.ts";
import {
  type Bind,
  type CompileContext,
  type IdQuery,
  type Params,
  type Scope,
  scopeCondition,
} from "./compile-query.store.ts";
import { eventSet, listSet, mailSet, suppressedSet, tagSet } from "./compile-source.store.ts";
import type { Moment } from "./segment-dates.rules.ts";
import { type Condition, isGroup, isNegation, type Rule } from "./segment-language.rules.ts";

// The only place that turns a rule into SQL. Every condition becomes a SELECT of contact ids. The SQL consists of
// constants in this folder; user input is always bound, except for keys of custom fields, which fieldValueSql() of
// the contacts slice accepts only as [a-z][a-z0-9_]*.

/** A compiled rule: a tree of contact sets, with all values in `params`. */
export type Plan = { node: PlanNode; params: Params };
export type PlanNode =
  | { op: "and" | "or"; nodes: PlanNode[] }
  | { op: "not"; node: PlanNode }
  | { op: "ids"; query: IdQuery };

/**
 * Compiles a rule that passed checkRule().
 *
 * @param prefix Separates the parameters of several rules in one statement: lower-case letters and digits.
 * @throws Error for a field that does not exist.
 */
export function compileRule(rule: Rule, context: CompileContext, prefix = "s"): Plan {
  if (!/^[a-z][a-z0-9]*$/.test(prefix)) {
    throw new Error("not a prefix for parameters");
  }
  const params: Params = {};
  const bind: Bind = (value) => {
    const name = `${prefix}_${Object.keys(params).length}`;
    params[name] = value;
    return `@${name}`;
  };
  return { node: nodeOf(rule, context, bind), params };
}

/** The plan that returns the members of a static segment. */
export function compileMembers(segmentId: number, prefix = "s"): Plan {
  const params = { [`${prefix}_0`]: segmentId };
  const sql = (scope: Scope) =>
    `SELECT contact_id FROM segment_member WHERE segment_id = @${prefix}_0${scopeCondition("contact_id", scope)}`;
  return { node: { op: "ids", query: { sql, isLive: true } }, params };
}

/**
 * The plan as a condition on one row: true when the contact with id `id` is in `from`..`to` and in the segment. All
 * three are SQL expressions written by the caller, never user input.
 */
export function conditionSql(node: PlanNode, id: string, scope: Scope): string {
  if (node.op === "not") {
    return `NOT ${conditionSql(node.node, id, scope)}`;
  }
  if (node.op === "ids") {
    return `(${id} IN (${node.query.sql(scope)}))`;
  }
  const word = node.op === "and" ? " AND " : " OR ";
  return `(${node.nodes.map((one) => conditionSql(one, id, scope)).join(word)})`;
}

function nodeOf(rule: Rule, context: CompileContext, bind: Bind): PlanNode {
  if (isGroup(rule)) {
    return { op: rule.op, nodes: rule.rules.map((one) => nodeOf(one, context, bind)) };
  }
  return isNegation(rule)
    ? { op: "not", node: nodeOf(rule.rule, context, bind) }
    : conditionNode(rule, context, bind);
}

/** A negative condition is all contacts minus those of the positive one, so contacts without a value match. */
function conditionNode(condition: Condition, context: CompileContext, bind: Bind): PlanNode {
  if ("field" in condition) {
    const { query, isNegative } = fieldSet(condition, context, bind);
    return negated({ op: "ids", query }, isNegative);
  }
  // Mailable contacts are all whose address is not suppressed.
  const isOpposite = "status" in condition && condition.status === "mailable";
  const query = sourceSet(condition, context, bind);
  return negated({ op: "ids", query }, condition.has === isOpposite);
}

function sourceSet(
  condition: Exclude<Condition, { field: string }>,
  moment: Moment,
  bind: Bind,
): IdQuery {
  if ("tag" in condition) {
    return tagSet(condition, bind);
  }
  if ("list" in condition) {
    return listSet(condition, bind);
  }
  if ("mail" in condition) {
    return mailSet(condition, moment, bind);
  }
  if ("status" in condition) {
    const { status } = condition;
    return suppressedSet(status === "mailable" ? undefined : status, moment.now, bind);
  }
  return eventSet(condition, moment, bind);
}

const negated = (node: PlanNode, isNegative: boolean): PlanNode =>
  isNegative ? { op: "not", node } : node;
