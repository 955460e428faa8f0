import { useQuery } from "@tanstack/preact-query";
import { type Answer, ask, type WorkspaceApi } from "./api.ts";
import { refreshChoices } from "./choices.ts";
import { type OpenWorkspace, queryClient } from "./session.ts";
import { t } from "./tasks.messages.ts";
import { attempt, toast } from "./ui/toast.tsx";
import { isOpen, LIVE_MS } from "./ui/work-state.tsx";

type Tasks = Answer<WorkspaceApi["tasks"]["get"]>;
export type Task = Tasks["items"][number];

/** How often a page looks whether somebody else has started a task (ms). */
const IDLE_MS = 15_000;

/** Whether a task waits, runs or is being undone. */
const isAtWork = (task: Task): boolean => isOpen(task) || task.undoState === "queued";

/** The tasks of a workspace, newest first: those that are at work, or also those that have ended. */
export function useTasks(workspace: OpenWorkspace, state: "open" | "all") {
  return useQuery({
    queryKey: ["tasks", workspace.id, state],
    queryFn: () => ask(workspace.call.tasks.get({ query: { state } })),
    refetchInterval: (query) =>
      query.state.data?.items.some(isAtWork) === true ? LIVE_MS : IDLE_MS,
  });
}

/** Takes a task back, and says that this goes on by itself. */
export async function undoTask(workspace: OpenWorkspace, id: number): Promise<void> {
  if (await attempt(() => ask(workspace.call.tasks({ id }).undo.post()))) {
    toast(t("beingUndone"));
    await refreshAudience();
  }
}

/** Stops a task after its current step. */
export async function cancelTask(workspace: OpenWorkspace, id: number): Promise<void> {
  await attempt(() => ask(workspace.call.tasks({ id }).cancel.post()));
  await refreshAudience();
}

/** Has every view that shows tasks, or contacts that one may have changed, read them again. */
export async function refreshAudience(): Promise<void> {
  for (const key of ["tasks", "contacts", "contact-count"]) {
    await queryClient.invalidateQueries({ queryKey: [key] });
  }
  await refreshChoices("lists", "tags", "fields", "segments");
}
