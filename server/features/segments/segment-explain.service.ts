import type { AudienceDefinition, SegmentCondition } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { segmentFault } from "./segment-audience.service.ts";
import type { Moment } from "./segment-dates.rules.ts";
import { matchesCondition } from "./segment-explain.store.ts";
import { isGroup, type Rule } from "./segment-language.rules.ts";
import { audienceCondition, planOf } from "./segment-plan.ts";
import { type Language, ruleInWords } from "./segment-words.rules.ts";
import { namesIn } from "./segments.service.ts";
import { findSegment } from "./segments.store.ts";

/** How one segment of a campaign judges one contact. */
export type SegmentVerdict = {
  segmentId: number;
  name: string;
  role: "include" | "exclude";
  /** Whether the contact's current data matches the condition as it was launched. */
  matches: boolean;
  /** The rule as a sentence; empty when it cannot be shown. */
  words: string;
  /** The parts of the rule that the contact does not match, each as a sentence. */
  missing: string[];
  /** The segment was changed or deleted after the launch, so its wording may differ. */
  isChanged: boolean;
};

/**
 * Evaluates the frozen segments of a launched campaign for one contact.
 *
 * @param moment The time of the launch, to which relative dates in the parts refer.
 */
export function explainSegments(
  db: Connection,
  audience: Pick<AudienceDefinition, "includeSegments" | "excludeSegments">,
  contactId: number,
  moment: Moment,
  language: Language,
): SegmentVerdict[] {
  const verdict = (role: SegmentVerdict["role"]) => (frozen: SegmentCondition) => {
    const matches = matchesCondition(db, contactId, frozen);
    return {
      segmentId: frozen.id,
      role,
      matches,
      ...describe(db, frozen.id, { contactId, moment, language, isMissed: !matches }),
    };
  };
  return [
    ...(audience.includeSegments ?? []).map(verdict("include")),
    ...(audience.excludeSegments ?? []).map(verdict("exclude")),
  ];
}

function describe(
  db: Connection,
  id: number,
  about: { contactId: number; moment: Moment; language: Language; isMissed: boolean },
): Pick<SegmentVerdict, "name" | "words" | "missing" | "isChanged"> {
  const segment = findSegment(db, id);
  if (segment === undefined) {
    return { name: `#${id}`, words: "", missing: [], isChanged: true };
  }
  const { contactId, moment, language, isMissed } = about;
  const isChanged = segment.updatedAt > moment.now || segmentFault(db, id) !== undefined;
  const rule = JSON.parse(segment.rule) as Rule;
  const names = namesIn(db);
  const words = ruleInWords(rule, names, language);
  // A static segment has no parts, and those of a changed rule say nothing about the launch.
  const parts = segment.kind === "live" && !isChanged && isMissed ? partsOf(rule) : [];
  const missing = parts
    .filter(
      (part) =>
        !matchesCondition(db, contactId, audienceCondition(planOf(db, { rule: part }, moment))),
    )
    .map((part) => ruleInWords(part, names, language));
  return { name: segment.name, words, missing, isChanged };
}

/** The parts that must all match. */
function partsOf(rule: Rule): readonly Rule[] {
  return isGroup(rule) && rule.op === "and" ? rule.rules.flatMap(partsOf) : [rule];
}
