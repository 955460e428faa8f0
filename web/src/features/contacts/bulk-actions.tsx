import { useEffect, useState } from "preact/hooks";
import { ask, given } from "../../api.ts";
import { useChoices } from "../../choices.ts";
import { useWorkspace } from "../../session.ts";
import { refreshAudience, undoTask } from "../../tasks.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Menu } from "../../ui/menu.tsx";
import { BulkBar, type Selection } from "../../ui/table.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import type { BulkChange } from "./bulk.ts";
import { type BulkEdit, BulkEditDialog } from "./bulk-edit-dialog.tsx";
import { t } from "./contacts.messages.ts";
import type { ContactFilter } from "./use-contacts.ts";

/** Actions on the selected contacts, or on all that match the filter. */
export function BulkActions({
  selection,
  filter,
  total,
  allShown,
}: {
  selection: Selection;
  filter: ContactFilter;
  /** How many match the filter. */
  total: number;
  allShown: boolean;
}) {
  const workspace = useWorkspace();
  const lists = useChoices(workspace, "lists");
  const [everybody, setEverybody] = useState(false);
  // When "everyone" is chosen and a row is then cleared, only the remaining rows are selected.
  useEffect(() => setEverybody(false), [selection.keys]);
  const count = everybody ? total : selection.keys.size;

  const run = async (change: BulkChange) => {
    const whom = everybody ? { filter: given(filter) } : { ids: [...selection.keys].map(Number) };
    const done = await attempt(async () => {
      const result = await ask(workspace.call.contacts.bulk.post({ ...change, ...whom }));
      const said = t("bulkDone", { count: result.affected });
      toast(result.job === null ? said : t("bulkGoesOn"), {
        undo: () => void undoTask(workspace, result.action),
      });
    });
    if (done) {
      selection.clear();
      await refreshAudience();
    }
  };
  const confirmed = async (action: "delete" | "suppress") => {
    const remove = action === "delete";
    const [some, all] = remove
      ? [t("removeAsk", { count }), t("removeAllAsk")]
      : [t("suppressAsk", { count }), t("suppressAllAsk")];
    const sure = await confirm({
      title: everybody ? all : some,
      body: remove ? t("removeBody") : t("suppressBody"),
      action: remove ? t("remove") : t("suppress"),
      danger: true,
    });
    if (sure) {
      await run({ action });
    }
  };
  const listItems = (action: "add_to_list" | "remove_from_list") =>
    (lists.data?.items ?? []).map((one) => ({
      label: one.name,
      onSelect: () => void run({ action, listId: one.id }),
    }));
  const none = [{ label: t("noLists"), disabled: true }];
  return (
    <BulkBar selection={selection}>
      {everybody ? (
        <span class="text-sm text-muted">{t("allMatching")}</span>
      ) : (
        !allShown && (
          <Button variant="ghost" onClick={() => setEverybody(true)}>
            {t("selectAllMatching")}
          </Button>
        )
      )}
      {(["add_to_list", "remove_from_list"] as const).map((action) => {
        const label = action === "add_to_list" ? t("addToList") : t("removeFromList");
        const items = listItems(action);
        return (
          <Menu
            key={action}
            label={label}
            align="start"
            buttonClass="button"
            button={label}
            items={items.length > 0 ? items : none}
          />
        );
      })}
      <EditButtons count={count} run={run} />
      <Button onClick={() => confirmed("suppress")}>{t("suppress")}</Button>
      <Button onClick={() => confirmed("delete")}>{t("remove")}</Button>
    </BulkBar>
  );
}

function EditButtons({
  count,
  run,
}: {
  count: number;
  run: (change: BulkChange) => Promise<void>;
}) {
  const [editing, setEditing] = useState<BulkEdit>();
  return (
    <>
      <Menu
        label={t("edit")}
        align="start"
        buttonClass="button"
        button={t("edit")}
        items={[
          { label: t("addTag"), onSelect: () => setEditing("add_tag") },
          { label: t("removeTag"), onSelect: () => setEditing("remove_tag") },
          { label: t("setField"), onSelect: () => setEditing("set_field") },
        ]}
      />
      {editing !== undefined && (
        <BulkEditDialog
          action={editing}
          count={count}
          onApply={run}
          onClose={() => setEditing(undefined)}
        />
      )}
    </>
  );
}
