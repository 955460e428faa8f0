import type { Connection } from "../../platform/db/driver.ts";
import { redactRule, textsOf } from "./segment-erase.rules.ts";
import type { Rule } from "./segment-language.rules.ts";
import { readName } from "./segments.service.ts";
import { allSegments, updateSegment } from "./segments.store.ts";

/**
 * Removes erased values from names, descriptions and rules of segments, in the caller's transaction. Returns how many
 * segments changed.
 *
 * @param redact Functions that return a text without the erased values: one for rules, where other people's values
 * must not change, and one for labels.
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
    // A number is appended because two segments may have been named after the same person.
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

/** Segments whose name, description or rule contains a text for which `isAsked` is true. */
export function segmentsWith(db: Connection, isAsked: (text: string) => boolean): number[] {
  return allSegments(db)
    .filter(({ name, description, rule }) =>
      [name, description, ...textsOf(JSON.parse(rule) as Rule)].some(isAsked),
    )
    .map(({ id }) => id);
}
