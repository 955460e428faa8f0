import { Card } from "../../ui/display.tsx";
import { SelectField } from "../../ui/field.tsx";
import { Notice } from "../../ui/states.tsx";
import { t } from "./imports.messages.ts";
import type { CheckedColumn, StatusChoices } from "./use-imports.ts";

type Choice = { value: StatusChoices; onChange: (value: StatusChoices) => void };
type Answer = "" | "no" | "allows" | "refuses";

/**
 * Columns of which every cell is a yes or a no, under a name that says nothing: only the person can know whether they
 * are about mail. They have no say until that is answered.
 */
export function StatusQuestions({ columns, ...choice }: Choice & { columns: CheckedColumn[] }) {
  const open = columns.filter((column) => answerOf(column, choice.value) === "").length;
  return (
    <Card title={t("questions")} description={t("questionsHint")}>
      <div class="flex flex-col gap-4">
        {open > 0 && (
          <Notice tone="warning" title={t("questionsOpen", { count: open })}>
            {t("questionsOpenHint")}
          </Notice>
        )}
        {columns.map((column) => (
          <Question key={column.column} column={column} {...choice} />
        ))}
      </div>
    </Card>
  );
}

function Question({ column, value, onChange }: Choice & { column: CheckedColumn }) {
  const name = column.name === "" ? t("columnNumber", { number: column.column + 1 }) : column.name;
  const word = keyOf(column)?.value ?? "";
  return (
    <SelectField
      label={t("question", { column: name })}
      value={answerOf(column, value)}
      options={[
        { value: "", label: t("answerOpen") },
        { value: "no", label: t("answerNo") },
        { value: "refuses", label: t("answerRefuses", { word }) },
        { value: "allows", label: t("answerAllows", { word }) },
      ]}
      onChange={(answer) => onChange(answered(column, value, answer as Answer))}
    />
  );
}

/** The value that the answers are put in words with: a yes where there is one. */
const keyOf = ({ values }: CheckedColumn) =>
  values.find(({ answer }) => answer === "yes") ?? values.find(({ as }) => as === "value");

function answerOf(column: CheckedColumn, { decisions, ignoredColumns }: StatusChoices): Answer {
  if (ignoredColumns.includes(column.column)) {
    return "no";
  }
  const word = keyOf(column)?.value;
  const decision = decisions.find((one) => one.column === column.column && one.value === word);
  return decision === undefined ? "" : decision.meaning === "subscribed" ? "allows" : "refuses";
}

function answered(column: CheckedColumn, value: StatusChoices, answer: Answer): StatusChoices {
  const { column: number, values } = column;
  const rest = value.ignoredColumns.filter((one) => one !== number);
  const isAsKey = (one: CheckedColumn["values"][number]) => one.answer === keyOf(column)?.answer;
  const decisions =
    answer === "" || answer === "no"
      ? []
      : values
          // The other answer to a refusal says nothing for mail and nothing against it.
          .filter((one) => answer === "allows" || isAsKey(one))
          .map((one) => ({
            column: number,
            value: one.value,
            // Who gave no answer, or the other one, agreed to nothing where the word allows mail.
            meaning:
              answer === "allows" && isAsKey(one)
                ? ("subscribed" as const)
                : ("unsubscribed" as const),
          }));
  return {
    ...value,
    ignoredColumns: answer === "no" ? [...rest, number] : rest,
    decisions: [...value.decisions.filter((one) => one.column !== number), ...decisions],
  };
}
