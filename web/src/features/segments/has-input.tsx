import { SelectField } from "../../ui/field.tsx";
import { t } from "./segments.messages.ts";
import type { EventCondition, MailCondition } from "./use-segments.ts";

type Counted = MailCondition | EventCondition;

/** Chooses between a condition and its opposite. */
export function Has({
  kind,
  has,
  onChange,
}: {
  kind: "tag" | "list" | "mail" | "status";
  has: boolean;
  onChange: (has: boolean) => void;
}) {
  return (
    <div class="w-auto">
      <SelectField
        label={t("has")}
        hideLabel
        value={has ? "yes" : "no"}
        options={[
          { value: "yes", label: t(`has.${kind}`) },
          { value: "no", label: t(`hasNot.${kind}`) },
        ]}
        onChange={(value) => onChange(value === "yes")}
      />
    </div>
  );
}

/** The condition with a minimum number set or removed. */
export function withAmount<C extends Counted>(
  condition: C,
  name: "atLeast" | "withinDays",
  amount: number | undefined,
): C {
  const { [name]: _, ...rest } = condition;
  return (amount === undefined ? rest : { ...rest, [name]: amount }) as C;
}
