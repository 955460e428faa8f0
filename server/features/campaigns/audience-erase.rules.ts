import type { AudienceDefinition, SegmentCondition } from "../../delivery/index.ts";

type Redact = (text: string) => string;

/**
 * Removes erased values from a frozen audience. Returns undefined when no condition contains one.
 *
 * A condition that compares whole addresses can lose the erased address without changing meaning, since nobody else
 * has it. What any other condition selects cannot be known without its value: an including condition then matches
 * nobody, and an excluding one matches everybody, so that an erasure never causes anyone to be mailed.
 *
 * @returns `isClosed`: true when a condition of the second sort was changed.
 */
export function redactAudience(
  audience: AudienceDefinition,
  redact: Redact,
): { audience: AudienceDefinition; isClosed: boolean } | undefined {
  const found = { any: false, isClosed: false };
  const clean = (conditions: readonly SegmentCondition[] = [], closed: "0" | "1") =>
    conditions.map((condition) => redactCondition(condition, redact, closed, found));
  const includeSegments = clean(audience.includeSegments, "0");
  const excludeSegments = clean(audience.excludeSegments, "1");
  return found.any
    ? { audience: { ...audience, includeSegments, excludeSegments }, isClosed: found.isClosed }
    : undefined;
}

function redactCondition(
  condition: SegmentCondition,
  redact: Redact,
  closed: "0" | "1",
  found: { any: boolean; isClosed: boolean },
): SegmentCondition {
  const params = Object.entries(condition.params).map(([name, value]) => {
    const clean = typeof value === "string" ? redactValue(value, redact) : value;
    return { name, clean, isChanged: clean !== value };
  });
  const changed = params.filter(({ isChanged }) => isChanged);
  if (changed.length === 0) {
    return condition;
  }
  found.any = true;
  if (changed.every(({ name }) => asksForAddresses(condition.sql, name))) {
    return {
      ...condition,
      params: Object.fromEntries(params.map(({ name, clean }) => [name, clean])),
    };
  }
  found.isClosed = true;
  return { id: condition.id, sql: closed, among: closed, params: {} };
}

/** A list of texts is bound as one JSON parameter. */
function redactValue(value: string, redact: Redact): string {
  if (!value.startsWith("[")) {
    return redact(value);
  }
  try {
    const list: unknown = JSON.parse(value);
    const clean = JSON.stringify(list, (_key, one: unknown) =>
      typeof one === "string" ? redact(one) : one,
    );
    return clean === JSON.stringify(list) ? value : clean;
  } catch {
    return redact(value);
  }
}

/** True when every use of the parameter compares the whole address, which is how segments compile "email is". */
function asksForAddresses(sql: string, name: string): boolean {
  const uses = sql.split(new RegExp(`@${RegExp.escape(name)}(?!\\w)`));
  return uses
    .slice(0, -1)
    .every((before) =>
      before.endsWith(" AND address COLLATE NOCASE IN (SELECT value FROM json_each("),
    );
}
