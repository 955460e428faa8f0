import { inTransaction } from "../../platform/db/transaction.ts";
import { highestContactId } from "../contacts/contact-fields.service.ts";
import { type StepOf, stepwise } from "../tasks/task-kind.service.ts";
import { startTask, type TaskContext } from "../tasks/tasks.service.ts";
import type { Moment } from "./segment-dates.rules.ts";
import type { Rule } from "./segment-language.rules.ts";
import { audienceCondition, planOf } from "./segment-plan.ts";
import { insertNew, readName, requireSegment } from "./segments.service.ts";
import { addMembersWhere, findSegment, markFilled } from "./segments.store.ts";

/** Contacts processed in one step, during which other writers of the workspace wait. */
const AT_ONCE = 5_000;

/**
 * Copies the current members of a segment into a new static segment. A task adds them by id.
 *
 * @throws AppError `not_found`, `conflict` for the name, `illegal_state`.
 */
export function freezeSegment(context: TaskContext, id: number, name: string, timeZone: string) {
  const { db, now, actorId: by } = context;
  const source = requireSegment(db, id);
  const { rule } = source;
  return inTransaction(db, () => {
    const row = insertNew(db, {
      ...readName(name),
      description: source.description,
      kind: "static",
      rule,
      state: "filling",
      by,
      now,
    });
    const moment: Moment = { now, timeZone };
    const from = source.kind === "static" ? source.id : null;
    const payload = { segmentId: row.id, from, moment };
    const task = startTask(context, segmentTasks.segment_fill, { payload });
    return { id: row.id, task };
  });
}

/** Adds the next range of contacts to a static segment. Payload: `{ segmentId, from, moment }`. */
const fillStep: StepOf = (db, { payload, cursor }, now) => {
  const { segmentId, from, moment } = payload as {
    segmentId: number;
    from: number | null;
    moment: Moment;
  };
  const segment = findSegment(db, segmentId);
  if (segment === undefined) {
    return { done: 0, cursor: undefined };
  }
  const asked =
    from === null ? { rule: JSON.parse(segment.rule) as Rule } : { staticSegment: from };
  const condition = audienceCondition(planOf(db, asked, moment));
  const first = Number(cursor ?? 0) + 1;
  const last = first + AT_ONCE - 1;
  const done = addMembersWhere(db, segmentId, condition, { from: first, to: last });
  if (last < highestContactId(db)) {
    return { done, cursor: String(last) };
  }
  markFilled(db, segmentId, now);
  return { done, cursor: undefined };
};

/** The kinds by name. */
export const segmentTasks = { segment_fill: stepwise("segment_fill", fillStep) };
