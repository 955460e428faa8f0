import type { TaskAtWork } from "./task-kind.service.ts";
import type { TaskRow } from "./tasks.store.ts";

/** What a kind of task receives about its task. */
export const atWork = ({ id, payload, cursor, doneCount, createdBy }: TaskRow): TaskAtWork => ({
  ...{ id, cursor, doneCount, createdBy },
  payload: JSON.parse(payload) as unknown,
});
