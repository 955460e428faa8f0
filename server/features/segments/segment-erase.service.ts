import type { Connection } from "../../platform/db/driver.ts";
import { redactRule, textsOf } from "./segment-erase.rules.ts";
import type { Rule } from "./segment-language.rules.ts";
import { readName } from "./segments.service.ts";
import { allSegments, updateSegment } from "./segments.store.ts";

/**
 * Takes what is to be forgotten out of the names, descriptions and rules of segments, in the caller's transaction.
 * Returns how many it was in.
 *
 * @param redact Give a text back as it may stay: of a rule, where another person's must not change, and of a label.
 */
export function eraseFromSegments(
  db: Connection,
  redact: Record<"rule" | "label", (text: string) => string>,
  now: number,
): number {
  let changed = 0;
  for (const { id, name, description, rule } of allSegments(db)) {
    const clean = redactRule(JSON.parse(rule) as Rule, redact.rule);
    const kept = { name: redact.label(name), description: redact.label(description) };
    if (clean === undefined && kept.name === name && kept.description === description) {
      continue;
    }
    const change = { id, ...kept, rule: clean === undefined ? rule : JSON.stringify(clean), now };
    // Two segments may have been named after the same person.
    const row =
      updateSegment(db, { ...change, ...readName(kept.name) }) ??
      updateSegment(db, { ...change, ...readName(`${kept.name} ${id}`) });
    if (row === undefined) {
      throw new Error(`segment ${id} could not be given another name`);
    }
    changed += 1;
  }
  return changed;
}

/** The segments in whose name, description or rule a text is for which `isAsked` holds. */
export function segmentsWith(db: Connection, isAsked: (text: string) => boolean): number[] {
  return allSegments(db)
    .filter(({ name, description, rule }) =>
      [name, description, ...textsOf(JSON.parse(rule) as Rule)].some(isAsked),
    )
    .map(({ id }) => id);
}
