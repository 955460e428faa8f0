import type { AudienceDefinition, SegmentCondition } from "../../delivery/index.ts";

type Redact = (text: string) => string;

/**
 * A frozen audience in which no value says what is to be forgotten; undefined when none did. A condition that asks for
 * whole addresses means the same people without it, since nobody else has the address. What another condition meant
 * cannot be known without its value: an included one brings nobody in then, and an excluded one leaves everybody out,
 * so that forgetting never has anybody mailed.
 *
 * @returns `isClosed`: whether one of the latter was among them.
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

/** A list of texts is bound as JSON. */
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

/** True when all that the value is compared with is the whole address, as segments compile "email is". */
function asksForAddresses(sql: string, name: string): boolean {
  const uses = sql.split(new RegExp(`@${RegExp.escape(name)}(?!\\w)`));
  return uses
    .slice(0, -1)
    .every((before) =>
      before.endsWith(" AND address COLLATE NOCASE IN (SELECT value FROM json_each("),
    );
}
