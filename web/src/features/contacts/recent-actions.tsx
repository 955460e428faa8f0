import { useQuery } from "@tanstack/preact-query";
import { type Answer, ask, type WorkspaceApi } from "../../api.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { RelativeTime } from "../../ui/display.tsx";
import { Loaded } from "../../ui/states.tsx";
import { useNow } from "../../ui/use-now.ts";
import { undoBulk } from "./bulk.ts";
import { t } from "./contacts.messages.ts";

type Actions = Answer<WorkspaceApi["contacts"]["bulk"]["get"]>;
type Action = Actions["items"][number];

const words = {
  contact_delete: "actDelete",
  contact_suppress: "actSuppress",
  list_add: "actAddToList",
  list_remove: "actRemoveFromList",
  field_set: "actSetField",
  field_rename: "actRenameField",
  field_remove: "actRemoveField",
  field_index: "actIndexField",
  tag_apply: "actChangeTags",
  tag_merge: "actMergeTags",
  tag_remove: "actRemoveTag",
  segment_fill: "actFillSegment",
} as const satisfies Record<Action["kind"], string>;

/** What was done to many contacts lately, each with a button that takes it back. */
export function RecentActions({ onClose }: { onClose: () => void }) {
  const workspace = useWorkspace();
  const now = useNow();
  const actions = useQuery({
    queryKey: ["bulk-actions", workspace.id],
    queryFn: () => ask(workspace.call.contacts.bulk.get()),
    refetchInterval: 3_000,
  });
  const canUndo = (one: Action) =>
    workspace.canEdit &&
    one.undoState === "none" &&
    (one.undoUntil ?? 0) > now &&
    one.state !== "queued" &&
    one.state !== "running";
  return (
    <Dialog title={t("recentActions")} onClose={onClose}>
      <Loaded query={actions} rows={4}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="text-muted">{t("noActions")}</p>
          ) : (
            <ul class="flex flex-col gap-3">
              {items.map((one) => (
                <li key={one.id} class="flex items-center justify-between gap-4">
                  <span class="min-w-0">
                    {t(words[one.kind])}
                    <span class="block text-sm text-muted">
                      {one.undoState === "done"
                        ? t("wasUndone", { count: one.undoneCount })
                        : t("actContacts", { count: one.doneCount })}
                      {" · "}
                      <RelativeTime at={one.createdAt} />
                    </span>
                  </span>
                  {canUndo(one) && (
                    <Button size="small" onClick={() => undoBulk(workspace, one.id)}>
                      {t("undo")}
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Dialog>
  );
}
