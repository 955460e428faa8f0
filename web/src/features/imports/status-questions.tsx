import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/display.tsx";
import { Notice } from "../../ui/states.tsx";
import { ChoiceCards } from "../../ui/toggles.tsx";
import { t } from "./imports.messages.ts";
import type { CheckedColumn, StatusChoices } from "./use-imports.ts";

type Choice = { value: StatusChoices; onChange: (value: StatusChoices) => void };
type Answer = "" | "no" | "allows" | "refuses";

/** The questions that must be answered before the import can start. */
export const unanswered = (columns: readonly CheckedColumn[], value: StatusChoices) =>
  columns.filter((column) => column.speaks === "answers" && answerOf(column, value) === "");

/**
 * Yes/no columns whose name does not show what they are about, so only the person can know. Columns that are not about
 * email can be answered together.
 */
export function StatusQuestions({ columns, ...choice }: Choice & { columns: CheckedColumn[] }) {
  const open = unanswered(columns, choice.value);
  const none = () =>
    choice.onChange(open.reduce((value, column) => answered(column, value, "no"), choice.value));
  return (
    <Card title={t("questions")} description={t("questionsHint")}>
      <div class="flex flex-col gap-4">
        {open.length > 0 && (
          <Notice
            tone="warning"
            title={t("questionsOpen", { count: open.length })}
            action={
              <Button size="small" onClick={none}>
                {t("answerNoForAll")}
              </Button>
            }
          >
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
  const others = column.others.reduce((sum, { rows }) => sum + rows, 0);
  return (
    <div class="flex flex-col gap-2">
      <h3 class="font-medium">{t("question", { column: name })}</h3>
      <p class="text-sm text-muted">
        {column.values
          .filter(({ answer }) => answer !== undefined)
          .map((one) => `${one.value}: ${t("statusRows", { count: one.rows })}`)
          .join(" · ")}
        {others > 0 && ` · ${t("questionOthers", { count: others })}`}
      </p>
      <ChoiceCards<Answer>
        label={t("question", { column: name })}
        value={answerOf(column, value)}
        options={[
          { value: "refuses", label: t("answerRefuses", { word }) },
          { value: "allows", label: t("answerAllows", { word }) },
          { value: "no", label: t("answerNo") },
        ]}
        onChange={(answer) => onChange(answered(column, value, answer))}
      />
    </div>
  );
}

/** The value that appears in the answers: a yes if there is one. */
const keyOf = ({ values }: CheckedColumn) =>
  values.find(({ answer }) => answer === "yes") ?? values.find(({ as }) => as === "value");

function answerOf(column: CheckedColumn, { decisions, ignoredColumns }: StatusChoices): Answer {
  if (ignoredColumns.includes(column.column)) {
    return "no";
  }
  const word = keyOf(column)?.value;
  const meaning = decisions.find(
    (one) => one.column === column.column && one.value === word,
  )?.meaning;
  if (meaning === undefined) {
    return "";
  }
  return meaning === "nothing" ? "no" : meaning === "subscribed" ? "allows" : "refuses";
}

function answered(column: CheckedColumn, value: StatusChoices, answer: Answer): StatusChoices {
  const { column: number, values } = column;
  const isAsKey = (one: CheckedColumn["values"][number]) => one.answer === keyOf(column)?.answer;
  const meaningOf = (one: CheckedColumn["values"][number]) => {
    if (answer === "no") {
      return "nothing" as const;
    }
    // If one value allows email, people with any other value, or none, did not agree.
    return answer === "allows" && isAsKey(one)
      ? ("subscribed" as const)
      : ("unsubscribed" as const);
  };
  const decided = values
    // If one value refuses email, the other values say nothing about email.
    .filter((one) => answer !== "refuses" || isAsKey(one))
    .map((one) => ({ column: number, value: one.value, meaning: meaningOf(one) }));
  const own = new Set(values.map((one) => one.value));
  const rest = value.decisions.filter(
    (one) => one.column !== number || one.value === null || !own.has(one.value),
  );
  return { ...value, decisions: [...rest, ...decided] };
}
