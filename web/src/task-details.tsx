import { useState } from "preact/hooks";
import { formatBytes } from "./format.ts";
import { useWorkspace } from "./session.ts";
import { t } from "./tasks.messages.ts";
import { type Task, type TaskLine, useTaskLog } from "./tasks.ts";
import { RelativeTime } from "./ui/display.tsx";
import { Loaded } from "./ui/states.tsx";

/** What a task did; collapsed until the reader opens it. */
export function TaskDetails({ id, unit }: Pick<Task, "id" | "unit">) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="text-sm" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="w-fit text-muted">{t("details")}</summary>
      {isOpen && <Log id={id} unit={unit} />}
    </details>
  );
}

function Log({ id, unit }: Pick<Task, "id" | "unit">) {
  const log = useTaskLog(useWorkspace(), id);
  return (
    <Loaded query={log} rows={2}>
      {({ items }) => (
        <ol class="mt-1 flex flex-col gap-1 border-l border-line pl-3">
          {items.map((line) => (
            <li key={`${line.event} ${line.at}`}>
              {textOf(line, unit)}{" "}
              <span class="text-muted">
                · <RelativeTime at={line.at} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Loaded>
  );
}

/** An amount in the task's unit. */
export const amount = (unit: Task["unit"], count: number): string =>
  unit === "bytes" ? formatBytes(count) : t(unit, { count });

function textOf({ event, times, actorName, doneCount }: TaskLine, unit: Task["unit"]): string {
  const isCounted = doneCount !== null && doneCount > 0 && event !== "undo_requested";
  return [
    t(`log_${event}`, { times }),
    ...(actorName === null ? [] : [actorName]),
    ...(isCounted ? [amount(event === "undone" ? "contacts" : unit, doneCount)] : []),
  ].join(" · ");
}
