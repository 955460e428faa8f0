import { useState } from "preact/hooks";
import type { Field } from "../../choices.ts";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Checkbox } from "../../ui/toggles.tsx";
import {
  builtIn,
  type FieldValue,
  kindOf,
  type Operator,
  operators,
  type ValueKind,
  valueFor,
} from "./rule-language.ts";
import { t } from "./segments.messages.ts";
import type { Condition, FieldCondition } from "./use-segments.ts";

/** Inputs for a field: name, operator and value. */
export function FieldInputs({
  condition,
  fields,
  onChange,
}: {
  condition: FieldCondition;
  fields: Field[];
  onChange: (next: Condition) => void;
}) {
  const kind = kindOf(condition.field, fields);
  const custom = fields.find(({ key }) => `fields.${key}` === condition.field);
  const own = builtIn.find((field) => field === condition.field);
  const label = own === undefined ? (custom?.label ?? condition.field) : t(`field.${own}`);
  return (
    <>
      <span class="font-medium">{label}</span>
      <div>
        <SelectField
          label={`${label}: ${t("operator")}`}
          hideLabel
          value={condition.is}
          options={operators[kind].map((is) => ({ value: is, label: t(`is.${is}`) }))}
          onChange={(next) => {
            const is = next as Operator;
            const fresh = valueFor(is, kind);
            const { value: old } = condition;
            const value = old !== undefined && sameShape(fresh.value, old) ? { value: old } : fresh;
            onChange({ field: condition.field, is, ...value });
          }}
        />
      </div>
      <Value
        label={label}
        kind={kind}
        is={condition.is}
        choices={custom?.choices ?? []}
        value={condition.value}
        onChange={(value) => onChange({ ...condition, value })}
      />
    </>
  );
}

const sameShape = (a: FieldValue | undefined, b: FieldValue): boolean =>
  typeof a === typeof b &&
  Array.isArray(a) === Array.isArray(b) &&
  (!Array.isArray(a) || a.length === 0 || a.length === (b as unknown[]).length);

type ValueProps = {
  label: string;
  kind: ValueKind;
  is: Operator;
  choices: string[];
  value: FieldValue | undefined;
  onChange: (value: FieldValue) => void;
};

function Value({ label, kind, is, choices, value, onChange }: ValueProps) {
  if (value === undefined) {
    return null;
  }
  if (is === "between" || is === "between_dates") {
    return <Pair label={label} isDate={is === "between_dates"} value={value} onChange={onChange} />;
  }
  if (Array.isArray(value)) {
    const chosen = value as string[];
    return choices.length > 0 ? (
      <ChoiceBoxes label={label} choices={choices} chosen={chosen} onChange={onChange} />
    ) : (
      <Texts label={label} texts={chosen} onChange={onChange} />
    );
  }
  const isDay = /^(on|before|after)$/.test(is);
  const isNumber = !isDay && (kind === "number" || /_days|_ago/.test(is));
  return (
    <div class="min-w-28 flex-1">
      <TextField
        label={`${label}: ${t("value")}`}
        hideLabel
        type={isDay ? "date" : isNumber ? "number" : "text"}
        value={String(value)}
        onInput={(text) => onChange(isNumber ? Number(text) : text)}
      />
    </div>
  );
}

function Pair({
  label,
  isDate,
  value,
  onChange,
}: {
  label: string;
  isDate: boolean;
  value: FieldValue;
  onChange: (value: FieldValue) => void;
}) {
  const [from = "", to = ""] = value as (string | number)[];
  const read = (text: string) => (isDate ? text : Number(text));
  const set = (a: string | number, b: string | number) => onChange([a, b] as [number, number]);
  const type = isDate ? "date" : "number";
  return (
    <div class="flex min-w-0 flex-1 flex-wrap items-center gap-2">
      <div class="min-w-28 flex-1">
        <TextField
          label={`${label}: ${t("value")}`}
          hideLabel
          type={type}
          value={String(from)}
          onInput={(text) => set(read(text), to)}
        />
      </div>
      <span aria-hidden="true">–</span>
      <div class="min-w-28 flex-1">
        <TextField
          label={`${label}: ${t("to")}`}
          hideLabel
          type={type}
          value={String(to)}
          onInput={(text) => set(from, read(text))}
        />
      </div>
    </div>
  );
}

function ChoiceBoxes({
  label,
  choices,
  chosen,
  onChange,
}: {
  label: string;
  choices: string[];
  chosen: string[];
  onChange: (value: FieldValue) => void;
}) {
  return (
    <fieldset class="flex min-w-0 flex-1 flex-wrap gap-x-4 gap-y-1">
      <legend class="sr-only">{`${label}: ${t("value")}`}</legend>
      {choices.map((choice) => (
        <Checkbox
          key={choice}
          label={choice}
          checked={chosen.includes(choice)}
          onChange={(on) =>
            onChange(on ? [...chosen, choice] : chosen.filter((one) => one !== choice))
          }
        />
      ))}
    </fieldset>
  );
}

/** Several texts separated by commas. The typed text stays unchanged while typing. */
function Texts({
  label,
  texts,
  onChange,
}: {
  label: string;
  texts: string[];
  onChange: (value: FieldValue) => void;
}) {
  const [typed, setTyped] = useState(texts.join(", "));
  return (
    <div class="min-w-36 flex-1">
      <TextField
        label={`${label}: ${t("value")}`}
        hideLabel
        placeholder={t("oneOf")}
        value={typed}
        onInput={(text) => {
          setTyped(text);
          onChange(text.split(",").flatMap((one) => one.trim() || []));
        }}
      />
    </div>
  );
}
