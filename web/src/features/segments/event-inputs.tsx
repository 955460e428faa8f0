import { Plus, X } from "lucide-preact";
import { Button, IconButton } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Has, withAmount } from "./has-input.tsx";
import { Amount } from "./number-input.tsx";
import { propertyOperators } from "./rule-language.ts";
import { t } from "./segments.messages.ts";
import type { Condition, EventCondition, PropertyCondition } from "./use-segments.ts";

/** Inputs for an event: name, number, period and properties. */
export function EventInputs({
  condition,
  onChange,
}: {
  condition: EventCondition;
  onChange: (next: Condition) => void;
}) {
  const { where = [] } = condition;
  const setWhere = (next: PropertyCondition[]) => {
    const { where: _, ...rest } = condition;
    onChange(next.length === 0 ? rest : { ...rest, where: next });
  };
  return (
    <>
      <Has kind="mail" has={condition.has} onChange={(has) => onChange({ ...condition, has })} />
      <div class="min-w-36 flex-1">
        <TextField
          label={t("eventName")}
          hideLabel
          placeholder={t("eventName")}
          value={condition.event}
          onInput={(event) => onChange({ ...condition, event })}
        />
      </div>
      <Amount
        label={t("atLeast")}
        value={condition.atLeast}
        placeholder="1"
        onChange={(amount) => onChange(withAmount(condition, "atLeast", amount))}
      />
      <Amount
        label={t("withinDays")}
        value={condition.withinDays}
        placeholder={t("everSince")}
        onChange={(amount) => onChange(withAmount(condition, "withinDays", amount))}
      />
      <div class="flex w-full flex-col gap-2 pl-4">
        {where.map((one, index) => (
          <PropertyInputs
            key={index}
            property={one}
            onChange={(next) =>
              setWhere(
                next === undefined
                  ? where.filter((_, i) => i !== index)
                  : where.map((old, i) => (i === index ? next : old)),
              )
            }
          />
        ))}
        <div>
          <Button
            size="small"
            icon={Plus}
            onClick={() => setWhere([...where, { property: "", is: "is", value: "" }])}
          >
            {t("addProperty")}
          </Button>
        </div>
      </div>
    </>
  );
}

function PropertyInputs({
  property,
  onChange,
}: {
  property: PropertyCondition;
  onChange: (next: PropertyCondition | undefined) => void;
}) {
  const isNumber = /^(gt|gte|lt|lte)$/.test(property.is);
  return (
    <div class="flex flex-wrap items-center gap-2">
      <div class="w-36">
        <TextField
          label={t("property")}
          hideLabel
          placeholder={t("property")}
          value={property.property}
          onInput={(name) => onChange({ ...property, property: name })}
        />
      </div>
      <div>
        <SelectField
          label={t("operator")}
          hideLabel
          value={property.is}
          options={propertyOperators.map((is) => ({ value: is, label: t(`is.${is}`) }))}
          onChange={(is) => onChange(propertyAsked(property, is as PropertyCondition["is"]))}
        />
      </div>
      {property.is !== "known" && (
        <div class="w-32">
          <TextField
            label={t("value")}
            hideLabel
            {...(isNumber ? { type: "number" as const } : {})}
            value={String(property.value ?? "")}
            onInput={(text) => onChange({ ...property, value: isNumber ? Number(text) : text })}
          />
        </div>
      )}
      <IconButton icon={X} label={t("removeCondition")} onClick={() => onChange(undefined)} />
    </div>
  );
}

function propertyAsked(
  { property, value }: PropertyCondition,
  is: PropertyCondition["is"],
): PropertyCondition {
  if (is === "known") {
    return { property, is };
  }
  const isNumber = /^(gt|gte|lt|lte)$/.test(is);
  return { property, is, value: isNumber ? Number(value ?? 0) || 0 : String(value ?? "") };
}
