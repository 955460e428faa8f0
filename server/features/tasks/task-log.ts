import type { Connection } from "../../platform/db/driver.ts";
import { actorNames } from "../users/actors.service.ts";
import type { TaskKinds } from "./task-kind.service.ts";
import { type LogRow, linesOf } from "./task-log.store.ts";
import type { TaskEvent } from "./tasks.schema.ts";
import { getTask } from "./tasks.service.ts";

type Line = {
  at: number;
  event: TaskEvent;
  actorId: string | null;
  doneCount: number | null;
  times: number;
};

/**
 * What a task did, oldest first, with the names of people.
 *
 * @throws AppError `not_found`, also for a task of another kind
 */
export function taskLog(db: Connection, system: Connection, kinds: TaskKinds, id: number) {
  const lines = allLines(db, kinds, id);
  const names = actorNames(
    system,
    lines.flatMap(({ actorId }) => actorId ?? []),
  );
  const items = lines.map(({ actorId, ...line }) => ({
    ...line,
    actorName: names.get(actorId ?? "") ?? null,
  }));
  return { items };
}

/** The stored lines, together with those that follow from the task's own row. */
function allLines(db: Connection, kinds: TaskKinds, id: number): Line[] {
  const { createdAt, createdBy, startedAt, finishedAt, state, doneCount } = getTask(db, kinds, id);
  const server = { actorId: null, times: 1 };
  const lines: Line[] = [
    { at: createdAt, event: "requested", actorId: createdBy, doneCount: null, times: 1 },
  ];
  if (startedAt !== null) {
    lines.push({ ...server, at: startedAt, event: "started", doneCount: null });
  }
  const stored = linesOf(db, id);
  lines.push(...stored.filter((line) => !isOfUndo(line)));
  if (finishedAt !== null && (state === "done" || state === "failed")) {
    lines.push({ ...server, at: finishedAt, event: state, doneCount });
  }
  lines.push(...stored.filter(isOfUndo));
  return lines;
}

/** Only a task that has ended can be undone. */
const isOfUndo = ({ event }: LogRow): boolean => event === "undo_requested" || event === "undone";
