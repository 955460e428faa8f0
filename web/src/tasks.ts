import { useQuery } from "@tanstack/preact-query";
import { useEffect, useState } from "preact/hooks";
import { type Answer, ask, type WorkspaceApi } from "./api.ts";
import { refreshChoices } from "./choices.ts";
import { SharedStream } from "./live.ts";
import { type OpenWorkspace, queryClient } from "./session.ts";
import { t } from "./tasks.messages.ts";
import { confirm } from "./ui/confirm.tsx";
import { attempt, toast } from "./ui/toast.tsx";

type TasksApi = WorkspaceApi["tasks"];
type Tasks = Answer<TasksApi["get"]>;
export type Task = Tasks["items"][number];
export type TaskLine = Answer<ReturnType<TasksApi>["log"]["get"]>["items"][number];

/** The stream of each workspace's open tasks. */
const streams = new Map<string, SharedStream<Tasks>>();

function streamOf(workspaceId: string): SharedStream<Tasks> {
  const known = streams.get(workspaceId);
  if (known !== undefined) {
    return known;
  }
  const path = `/workspaces/${workspaceId}/tasks/events`;
  const made = new SharedStream<Tasks>(path, "tasks", (now, before) => {
    void readAgainAfter(before?.items ?? [], now.items);
  });
  streams.set(workspaceId, made);
  return made;
}

/**
 * The tasks that are waiting, running or being undone, newest first. Views that show tasks are loaded again when one
 * changes.
 */
export function useOpenTasks({ id }: OpenWorkspace): Task[] {
  const [tasks, setTasks] = useState(() => streamOf(id).latest?.items ?? []);
  useEffect(() => {
    const stream = streamOf(id);
    setTasks(stream.latest?.items ?? []);
    return stream.read(({ items }) => setTasks(items));
  }, [id]);
  return tasks;
}

async function readAgainAfter(before: readonly Task[], now: readonly Task[]): Promise<void> {
  await invalidate("tasks", "task-log", "import", "imports", "exports", "privacy-requests");
  const isEnded = before.some(({ id }) => now.every((task) => task.id !== id));
  if (isEnded) {
    await refreshContacts();
  }
}

/** The newest tasks of a workspace, including finished ones. */
export function useTasks(workspace: OpenWorkspace) {
  useOpenTasks(workspace);
  return useQuery({
    queryKey: ["tasks", workspace.id],
    queryFn: () => ask(workspace.call.tasks.get({ query: { state: "all" } })),
  });
}

/** What a task did, oldest first. */
export function useTaskLog(workspace: OpenWorkspace, id: number) {
  return useQuery({
    queryKey: ["task-log", workspace.id, id],
    queryFn: () => ask(workspace.call.tasks({ id }).log.get()),
  });
}

/** Asks for confirmation before an import is undone, because that deletes contacts. */
export const confirmUndoOfImport = (): Promise<boolean> =>
  confirm({
    title: t("undoImportAsk"),
    body: t("undoImportBody"),
    action: t("undoImport"),
    danger: true,
  });

/** Asks for confirmation before an import is stopped, because it cannot be continued afterwards. */
export const confirmStopOfImport = (): Promise<boolean> =>
  confirm({
    title: t("stopImportAsk"),
    body: t("stopImportBody"),
    action: t("stop"),
    danger: true,
  });

/** Undoes a task, and says that this continues in the background. */
export async function undoTask(
  workspace: OpenWorkspace,
  { id, kind }: { id: number; kind?: Task["kind"] },
): Promise<void> {
  if (kind === "import" && !(await confirmUndoOfImport())) {
    return;
  }
  if (await attempt(() => ask(workspace.call.tasks({ id }).undo.post()))) {
    toast(t("beingUndone"));
    await refreshAudience();
  }
}

/** Stops a task after its current step. */
export async function cancelTask(
  workspace: OpenWorkspace,
  { id, kind }: Pick<Task, "id" | "kind">,
): Promise<void> {
  if (kind === "import" && !(await confirmStopOfImport())) {
    return;
  }
  await attempt(() => ask(workspace.call.tasks({ id }).cancel.post()));
  await refreshAudience();
}

/** Reloads every view that shows tasks, or contacts that a task may have changed. */
export async function refreshAudience(): Promise<void> {
  refreshTasks();
  await invalidate("tasks");
  await refreshContacts();
}

/** Makes the streams report immediately that this page has started or ended a task. */
export function refreshTasks(): void {
  for (const stream of streams.values()) {
    stream.readAgain();
  }
}

async function refreshContacts(): Promise<void> {
  await invalidate("contacts", "contact-count");
  await refreshChoices("lists", "tags", "fields", "segments");
}

async function invalidate(...keys: string[]): Promise<void> {
  for (const key of keys) {
    await queryClient.invalidateQueries({ queryKey: [key] });
  }
}
