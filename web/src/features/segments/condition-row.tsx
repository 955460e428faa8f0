import { X } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { IconButton } from "../../ui/button.tsx";
import { SelectField } from "../../ui/field.tsx";
import { EventInputs } from "./event-inputs.tsx";
import { FieldInputs } from "./field-inputs.tsx";
import { Has, withAmount } from "./has-input.tsx";
import { Amount } from "./number-input.tsx";
import { type ConditionDraft, isGroupDraft, type RuleEditing } from "./rule-draft.ts";
import { listStatuses, statusNames } from "./rule-language.ts";

import { t } from "./segments.messages.ts";
import type {
  Choices,
  Condition,
  ListCondition,
  MailCondition,
  StatusCondition,
} from "./use-segments.ts";

type Of<K extends string> = Extract<Condition, Record<K, unknown>>;

/** One condition with its controls and its errors. */
export function ConditionRow({ draft, editing }: { draft: ConditionDraft; editing: RuleEditing }) {
  const { condition } = draft;
  const { choices } = editing;
  const set = (next: Condition) =>
    editing.change(draft.id, (old) => (isGroupDraft(old) ? old : { ...old, condition: next }));
  const problem = editing.problems.get(draft.id);
  return (
    <div class="flex min-w-0 flex-col gap-1">
      <div class="flex min-w-0 items-start gap-2">
        <div class="flex min-w-0 flex-1 flex-wrap items-center gap-2">
          {controlsOf(condition, choices, set)}
        </div>
        <IconButton
          icon={X}
          label={t("removeCondition")}
          onClick={() => editing.change(draft.id, () => undefined)}
        />
      </div>
      {problem !== undefined && <p class="text-sm text-error">{problem}</p>}
    </div>
  );
}

function controlsOf(
  condition: Condition,
  choices: Choices,
  set: (next: Condition) => void,
): ComponentChildren {
  if ("field" in condition) {
    return <FieldInputs condition={condition} fields={choices.fields} onChange={set} />;
  }
  if ("tag" in condition) {
    return <TagInputs condition={condition} tags={choices.tags} onChange={set} />;
  }
  if ("list" in condition) {
    return <ListInputs condition={condition} lists={choices.lists} onChange={set} />;
  }
  if ("status" in condition) {
    return <StatusInputs condition={condition} onChange={set} />;
  }
  return "mail" in condition ? (
    <MailInputs condition={condition} campaigns={choices.campaigns} onChange={set} />
  ) : (
    <EventInputs condition={condition} onChange={set} />
  );
}

function Chooser({
  label,
  value,
  options,
  onChange,
  placeholder,
}: {
  label: string;
  value: number | undefined;
  options: { id: number; name: string }[];
  onChange: (id: number | undefined) => void;
  placeholder?: string;
}) {
  return (
    <div class="min-w-36 flex-1">
      <SelectField
        label={label}
        hideLabel
        value={value === undefined ? "" : String(value)}
        placeholder={placeholder ?? t("choose")}
        options={options.map(({ id, name }) => ({ value: String(id), label: name }))}
        onChange={(id) => onChange(id === "" ? undefined : Number(id))}
      />
    </div>
  );
}

function TagInputs({
  condition,
  tags,
  onChange,
}: {
  condition: Of<"tag">;
  tags: Choices["tags"];
  onChange: (next: Condition) => void;
}) {
  return (
    <>
      <Has kind="tag" has={condition.has} onChange={(has) => onChange({ ...condition, has })} />
      <Chooser
        label={t("tag")}
        value={condition.tag}
        options={tags}
        onChange={(tag = 0) => onChange({ ...condition, tag })}
      />
    </>
  );
}

function ListInputs({
  condition,
  lists,
  onChange,
}: {
  condition: ListCondition;
  lists: Choices["lists"];
  onChange: (next: Condition) => void;
}) {
  return (
    <>
      <Has kind="list" has={condition.has} onChange={(has) => onChange({ ...condition, has })} />
      <div>
        <SelectField
          label={t("status")}
          hideLabel
          value={condition.status}
          options={listStatuses.map((status) => ({
            value: status,
            label: t(`listStatus.${status}`),
          }))}
          onChange={(status) =>
            onChange({ ...condition, status: status as ListCondition["status"] })
          }
        />
      </div>
      <Chooser
        label={t("list")}
        value={condition.list}
        options={lists}
        onChange={(list = 0) => onChange({ ...condition, list })}
      />
    </>
  );
}

function StatusInputs({
  condition,
  onChange,
}: {
  condition: StatusCondition;
  onChange: (next: Condition) => void;
}) {
  return (
    <>
      <Has kind="status" has={condition.has} onChange={(has) => onChange({ ...condition, has })} />
      <div class="min-w-36 flex-1">
        <SelectField
          label={t("status")}
          hideLabel
          value={condition.status}
          options={statusNames.map((status) => ({ value: status, label: t(`status.${status}`) }))}
          onChange={(status) =>
            onChange({ ...condition, status: status as StatusCondition["status"] })
          }
        />
      </div>
    </>
  );
}

function MailInputs({
  condition,
  campaigns,
  onChange,
}: {
  condition: MailCondition;
  campaigns: Choices["campaigns"];
  onChange: (next: Condition) => void;
}) {
  const { campaigns: _, link: __, ...rest } = condition;
  return (
    <>
      <span class="font-medium">{t(`mail.${condition.mail}`)}</span>
      <Has kind="mail" has={condition.has} onChange={(has) => onChange({ ...condition, has })} />
      <Chooser
        label={t("campaign")}
        value={condition.campaigns?.[0]}
        options={campaigns}
        placeholder={t("anyCampaign")}
        onChange={(id) => onChange(id === undefined ? rest : { ...rest, campaigns: [id] })}
      />
      <Amount
        label={t("atLeast")}
        value={condition.atLeast}
        placeholder="1"
        onChange={(atLeast) => onChange(withAmount(condition, "atLeast", atLeast))}
      />
      <Amount
        label={t("withinDays")}
        value={condition.withinDays}
        placeholder={t("everSince")}
        onChange={(days) => onChange(withAmount(condition, "withinDays", days))}
      />
    </>
  );
}
