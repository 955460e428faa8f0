import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/display.tsx";
import { TextArea } from "../../ui/field.tsx";
import { ChoiceCards } from "../../ui/toggles.tsx";
import { t } from "./agreement.messages.ts";
import { t as ofImports } from "./imports.messages.ts";
import type { Check } from "./use-imports.ts";

/** What the person states about the people in the file; undefined before they have chosen. */
export type Agreed = boolean | undefined;

/**
 * Asks whether these people agreed to email. Only the person can know what the file does not say, so no answer is
 * preselected.
 */
export function Agreement({
  value,
  onChange,
  statement,
}: {
  value: Agreed;
  onChange: (agreed: boolean) => void;
  /** How the people agreed. Without it, nothing would record the answer. */
  statement?: { value: string; onChange: (text: string) => void } | undefined;
}) {
  return (
    <Card title={t("agreement")} description={t("agreementHint")}>
      <div class="flex flex-col gap-4">
        <ChoiceCards<"yes" | "no" | "">
          label={t("agreement")}
          value={value === undefined ? "" : value ? "yes" : "no"}
          onChange={(answer) => onChange(answer === "yes")}
          options={[
            { value: "yes", label: t("agreementYes"), hint: t("agreementYesHint") },
            { value: "no", label: t("agreementNo"), hint: t("agreementNoHint") },
          ]}
        />
        {value === true && statement !== undefined && (
          <TextArea
            label={t("consentStatement")}
            hint={t("consentHint")}
            value={statement.value}
            onInput={statement.onChange}
            rows={2}
            maxLength={2_000}
            optional
          />
        )}
      </div>
    </Card>
  );
}

/**
 * Columns with few values that SwiftMail does not consider a status. They are shown so that the person can check them.
 */
export function OtherColumns({
  columns,
  onStatus,
}: {
  columns: Check["otherColumns"];
  /** The person decides that the column is a status. */
  onStatus: (column: number) => void;
}) {
  return columns.length === 0 ? null : (
    <Card title={t("otherColumns")} description={t("otherColumnsHint")}>
      <ul class="flex flex-col divide-y divide-line">
        {columns.map(({ column, name, values }) => {
          const shown = name === "" ? ofImports("columnNumber", { number: column + 1 }) : name;
          return (
            <li key={column} class="flex flex-wrap items-start justify-between gap-3 py-3">
              <div class="min-w-0 flex-1">
                <h3 class="font-medium">{shown}</h3>
                <p class="break-words text-sm text-muted">
                  {values
                    .map(
                      ({ value, rows }) => `${value}: ${ofImports("statusRows", { count: rows })}`,
                    )
                    .join(" · ")}
                </p>
              </div>
              <Button size="small" onClick={() => onStatus(column)}>
                {t("isStatus")}
                <span class="sr-only">: {shown}</span>
              </Button>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
