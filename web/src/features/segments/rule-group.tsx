import { FolderPlus, X } from "lucide-preact";
import { Button, IconButton } from "../../ui/button.tsx";
import { SelectField } from "../../ui/field.tsx";
import { ConditionPicker } from "./condition-picker.tsx";
import { ConditionRow } from "./condition-row.tsx";
import {
  type Draft,
  type GroupDraft,
  isGroupDraft,
  newCondition,
  newGroup,
  type RuleEditing,
} from "./rule-draft.ts";
import { MAX_GROUP_DEPTH } from "./rule-language.ts";
import { t } from "./segments.messages.ts";

/** Conditions and groups joined by all, any or none. Nested groups are shown as nested boxes. */
export function RuleGroup({
  group,
  depth,
  editing,
}: {
  group: GroupDraft;
  depth: number;
  editing: RuleEditing;
}) {
  const add = (node: Draft) =>
    editing.change(group.id, (old) =>
      isGroupDraft(old) ? { ...old, nodes: [...old.nodes, node] } : old,
    );
  const problem = editing.problems.get(group.id);
  return (
    <fieldset
      class={
        depth === 1
          ? "flex min-w-0 flex-col gap-3"
          : "flex min-w-0 flex-col gap-3 rounded-lg border border-line p-3"
      }
    >
      <legend class="sr-only">{t("rule")}</legend>
      <div class="flex items-center justify-between gap-2">
        <div class="w-60">
          <SelectField
            label={t("groupMode")}
            hideLabel
            value={group.op}
            options={(["and", "or", "nor"] as const).map((op) => ({ value: op, label: t(op) }))}
            onChange={(op) => editing.change(group.id, (old) => ({ ...old, op }) as Draft)}
          />
        </div>
        {depth > 1 && (
          <IconButton
            icon={X}
            label={t("removeGroup")}
            onClick={() => editing.change(group.id, () => undefined)}
          />
        )}
      </div>
      <div class="flex min-w-0 flex-col gap-3 border-l-2 border-line pl-3">
        {group.nodes.map((node) =>
          isGroupDraft(node) ? (
            <RuleGroup key={node.id} group={node} depth={depth + 1} editing={editing} />
          ) : (
            <ConditionRow key={node.id} draft={node} editing={editing} />
          ),
        )}
        {problem !== undefined && <p class="text-sm text-error">{problem}</p>}
        <div class="flex flex-wrap gap-2">
          <ConditionPicker
            choices={editing.choices}
            onPick={(condition) => add(newCondition(condition))}
          />
          {depth < MAX_GROUP_DEPTH && (
            <Button size="small" icon={FolderPlus} onClick={() => add(newGroup())}>
              {t("addGroup")}
            </Button>
          )}
        </div>
      </div>
    </fieldset>
  );
}
