import { Loader } from "lucide-preact";
import { causeText } from "./refusal.ts";
import { useWorkspace } from "./session.ts";
import { amount, TaskDetails } from "./task-details.tsx";
import { t } from "./tasks.messages.ts";
import { cancelTask, type Task, undoTask, useOpenTasks, useTasks } from "./tasks.ts";
import { Button } from "./ui/button.tsx";
import { Dialog } from "./ui/dialog.tsx";
import { RelativeTime } from "./ui/display.tsx";
import { Popover } from "./ui/menu.tsx";
import { Loaded } from "./ui/states.tsx";
import { useNow } from "./ui/use-now.ts";
import { isOpen, WorkProgress } from "./ui/work-state.tsx";

/** A button with the number of running tasks, which opens their list. It is hidden while no task is open. */
export function RunningWork() {
  const items = useOpenTasks(useWorkspace());
  const count = items.length;
  if (count === 0) {
    return null;
  }
  return (
    <Popover
      label={t("background")}
      align="end"
      button={
        <>
          <Loader size={16} aria-hidden="true" />
          {t("atWork", { count })}
        </>
      }
    >
      {() => (
        <div class="w-80 max-w-[calc(100vw-16px)] p-3">
          <TaskList items={items} />
        </div>
      )}
    </Popover>
  );
}

/** Recent and running background tasks, each with the actions that are still possible. */
export function TasksDialog({ onClose }: { onClose: () => void }) {
  const tasks = useTasks(useWorkspace());
  return (
    <Dialog title={t("background")} onClose={onClose}>
      <Loaded query={tasks} rows={4}>
        {({ items }) =>
          items.length === 0 ? <p class="text-muted">{t("noTasks")}</p> : <TaskList items={items} />
        }
      </Loaded>
    </Dialog>
  );
}

function TaskList({ items }: { items: Task[] }) {
  return (
    <ul class="flex flex-col gap-4">
      {items.map((task) => (
        <TaskRow key={task.id} task={task} />
      ))}
    </ul>
  );
}

function TaskRow({ task }: { task: Task }) {
  return (
    <li class="flex items-start justify-between gap-4">
      <div class="flex min-w-0 grow flex-col gap-1">
        <span class="flex flex-wrap items-center gap-x-3 gap-y-1">
          <TaskName kind={task.kind} />
          {task.state !== "done" && task.undoState === "none" && (
            <WorkProgress
              state={task.state}
              done={task.doneCount}
              total={task.total}
              {...(task.unit === "bytes" && { unit: "bytes" as const })}
            />
          )}
        </span>
        <span class="text-sm text-muted">
          {sentence(task)}
          {" · "}
          <RelativeTime at={task.createdAt} />
        </span>
        {task.error !== null && (
          <span class="text-sm text-error">{causeText(task.error, task.errorCause)}</span>
        )}
        <TaskDetails id={task.id} unit={task.unit} />
      </div>
      <TaskButton task={task} />
    </li>
  );
}

/** The name of a kind of task, with a link to the page that has its file. */
function TaskName({ kind }: Pick<Task, "kind">) {
  const { base } = useWorkspace();
  switch (kind) {
    case "export":
    case "import":
      return (
        <a class="link" href={`${base}/contacts/imports`}>
          {t(kind)}
        </a>
      );
    case "person_export":
    case "person_erase":
      return (
        <a class="link" href={`${base}/contacts/privacy`}>
          {t(kind)}
        </a>
      );
    default:
      return <>{t(kind)}</>;
  }
}

function sentence(task: Task): string {
  switch (task.undoState) {
    case "queued":
      return t("beingUndone");
    case "done":
      return t("wasUndone", { count: task.undoneCount });
    case "none":
      return amount(task.unit, isOpen(task) ? (task.total ?? task.doneCount) : task.doneCount);
  }
}

function TaskButton({ task }: { task: Task }) {
  const workspace = useWorkspace();
  const now = useNow();
  if (!workspace.canEdit) {
    return null;
  }
  if (isOpen(task)) {
    return task.canCancel ? (
      <Button size="small" onClick={() => cancelTask(workspace, task)}>
        {t("stop")}
      </Button>
    ) : null;
  }
  return task.undoState === "none" && (task.undoUntil ?? 0) > now ? (
    <Button size="small" onClick={() => undoTask(workspace, task)}>
      {t("undo")}
    </Button>
  ) : null;
}
