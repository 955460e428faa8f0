import type { Connection } from "../../platform/db/driver.ts";
import type { Moment } from "./segment-dates.rules.ts";
import { evaluate, everybody, type Range } from "./segment-evaluate.store.ts";
import { planOf } from "./segment-plan.ts";
import { askedOf, requireSegment } from "./segments.service.ts";

/**
 * The members of a segment within a range of contacts, by ascending id. For work on a whole segment, range by range,
 * on a thread that nobody waits for. `isLast` when no contact has a higher id.
 *
 * @throws AppError `not_found` for a deleted segment, `illegal_state` when a field in a condition was deleted.
 */
export function segmentRun(
  db: Connection,
  id: number,
  range: Range,
  moment: Moment,
): { ids: number[]; isLast: boolean } {
  const plan = planOf(db, askedOf(requireSegment(db, id)), moment);
  const last = Math.min(range.last, everybody(db).last);
  if (range.first > last) {
    return { ids: [], isLast: true };
  }
  const steps = evaluate(() => db, plan, { first: range.first, last }, false);
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) {
      const ids = step.value.below(last + 1, step.value.size).sort((a, b) => a - b);
      return { ids, isLast: range.last >= everybody(db).last };
    }
  }
}
