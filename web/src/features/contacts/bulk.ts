import { ask, type WorkspaceApi } from "../../api.ts";
import { refreshChoices } from "../../choices.ts";
import { type OpenWorkspace, queryClient } from "../../session.ts";
import { attempt, toast } from "../../ui/toast.tsx";
import { t } from "./contacts.messages.ts";

/** An action with what it needs: a list, a tag, or a field and its value. */
export type BulkChange = Omit<
  Parameters<WorkspaceApi["contacts"]["bulk"]["post"]>[0],
  "ids" | "filter"
>;

/** Takes an action on many back, and says that this goes on by itself. */
export async function undoBulk(workspace: OpenWorkspace, id: number): Promise<void> {
  if (await attempt(() => ask(workspace.call.contacts.bulk({ id }).undo.post()))) {
    toast(t("undone"));
    await refreshContacts();
  }
}

/** Has every view that shows contacts read them again. */
export async function refreshContacts(): Promise<void> {
  for (const key of ["contacts", "contact-count", "bulk-actions"]) {
    await queryClient.invalidateQueries({ queryKey: [key] });
  }
  await refreshChoices("lists", "tags");
}
