import { useMutation, useQuery, useQueryClient } from "@tanstack/preact-query";
import { ask } from "../../api.ts";
import { formatNumber } from "../../format.ts";
import { asProblem } from "../../problem.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Badge, Card } from "../../ui/display.tsx";
import { SelectField } from "../../ui/field.tsx";
import { Notice } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { Checkbox } from "../../ui/toggles.tsx";
import { t } from "./imports.messages.ts";
import { StatusQuestions, unanswered } from "./status-questions.tsx";
import type { Check, CheckedColumn, Meaning, Says, StatusChoices, Target } from "./use-imports.ts";

type Choice = { value: StatusChoices; onChange: (value: StatusChoices) => void };
type Line = CheckedColumn["values"][number] & { isOther?: true };

/** What the file says about who may be mailed, counted over all rows, and the open decisions. */
export function StatusCheck({
  check,
  problem,
  isRetrying,
  onRetry,
  ...choice
}: Choice & {
  check: Check | undefined;
  /** Why the check could not be loaded. */
  problem: unknown;
  isRetrying: boolean;
  onRetry: () => void;
}) {
  const again = (
    <Button busy={isRetrying} onClick={onRetry}>
      {t("tryAgain")}
    </Button>
  );
  if (problem !== null) {
    return (
      <Notice tone="error" title={t("checkFailed")} action={again}>
        {asProblem(problem).detail} {t("checkFailedHint")}
      </Notice>
    );
  }
  if (check === undefined || check.state === "running") {
    return (
      <Card title={t("whoIsMailed")}>
        <p role="status" class="text-muted">
          {t("lookingThrough")}
        </p>
      </Card>
    );
  }
  if (check.state === "failed") {
    return (
      <Notice tone="error" title={t("checkFailed")} action={again}>
        {t("checkFailedHint")}
      </Notice>
    );
  }
  const wholeFile = wholeFileOf(check, choice.value);
  const columns = check.columns.filter(({ speaks }) => speaks !== "answers");
  const questions = check.columns.filter(({ speaks }) => speaks === "answers");
  const refused = isRefused(check, choice.value);
  return (
    <>
      {wholeFile !== null && <WholeFile reason={wholeFile} check={check} {...choice} />}
      {wholeFile === null && check.nameSays !== null && (
        <Notice tone="warning" title={t("nameWarns")}>
          {t("nameWarnsHint")}
        </Notice>
      )}
      {!refused && columns.length > 0 && <Columns columns={columns} {...choice} />}
      {!refused && questions.length > 0 && <StatusQuestions columns={questions} {...choice} />}
      {!refused && check.columns.length === 0 && (
        <Notice tone="warning" title={t("saysNothing")}>
          {t("saysNothingHint")}
        </Notice>
      )}
    </>
  );
}

/** Why nobody in the file may be mailed. The file name counts once a column that overruled it is ignored. */
function wholeFileOf(check: Check, { ignoredColumns }: StatusChoices): Check["wholeFile"] {
  const hasIgnored = check.columns.some(
    ({ speaks, column }) => speaks === "name" && ignoredColumns.includes(column),
  );
  return check.wholeFile ?? (hasIgnored ? check.nameSays : null);
}

/** True when nobody in the file will be emailed, whatever its rows say. */
export const isRefused = (check: Check, value: StatusChoices): boolean =>
  wholeFileOf(check, value) !== null && !value.wholeFileIgnored;

/** The number of questions that must be answered before the import can start. */
export const openQuestions = (check: Check, value: StatusChoices): number =>
  isRefused(check, value) ? 0 : unanswered(check.columns, value).length;

function WholeFile({
  reason,
  check,
  value,
  onChange,
}: Choice & { reason: NonNullable<Check["wholeFile"]>; check: Check }) {
  const columns = check.refusingColumns.join(", ");
  const headings = check.headings.join(", ");
  return (
    <Notice tone="warning" title={t("fileSays", { reason: t(`reason_${reason}`) })}>
      <p class="mb-2">
        {check.nameSays !== null && headings === "" && `${t("nameSaysSo")} `}
        {headings !== "" && `${t("headingsSaySo", { headings })} `}
        {columns !== "" && `${t("columnsSaySo", { columns })} `}
        {t("fileSaysHint")}
      </p>
      <Checkbox
        label={t("fileSaysWrong")}
        checked={value.wholeFileIgnored}
        onChange={(wholeFileIgnored) => onChange({ ...value, wholeFileIgnored })}
      />
    </Notice>
  );
}

function Columns({ columns, value, onChange }: Choice & { columns: CheckedColumn[] }) {
  const rows = columns
    .filter(({ column }) => !value.ignoredColumns.includes(column))
    .flatMap((column) => linesOf(column).filter((line) => isOpen(column, line, value)))
    .reduce((sum, line) => sum + line.rows, 0);
  return (
    <Card title={t("whoIsMailed")} description={t("whoIsMailedHint")}>
      <div class="flex flex-col gap-6">
        {rows > 0 && (
          <Notice tone="warning" title={t("notUnderstood", { count: rows })}>
            {t("notUnderstoodHint")}
          </Notice>
        )}
        {columns.map((column) => (
          <Column key={column.column} column={column} value={value} onChange={onChange} />
        ))}
      </div>
    </Card>
  );
}

function Column({ column, value, onChange }: Choice & { column: CheckedColumn }) {
  const isIgnored = value.ignoredColumns.includes(column.column);
  const name = nameOf(column);
  return (
    <div>
      <div class="mb-2 flex flex-wrap items-baseline justify-between gap-2">
        <h3 class="font-medium">{name}</h3>
        <Checkbox
          label={t("aboutElse", { column: name })}
          checked={isIgnored}
          onChange={(on) =>
            onChange({
              ...value,
              ignoredColumns: on
                ? [...value.ignoredColumns, column.column]
                : value.ignoredColumns.filter((one) => one !== column.column),
            })
          }
        />
      </div>
      {isIgnored ? (
        <p class="text-sm text-muted">{t("ignoredHint")}</p>
      ) : (
        <Values column={column} value={value} onChange={onChange} />
      )}
    </div>
  );
}

function Values({ column, value, onChange }: Choice & { column: CheckedColumn }) {
  return (
    <Table
      label={nameOf(column)}
      rows={linesOf(column)}
      rowKey={(line) => `${line.as} ${line.value} ${line.isOther} ${line.says}`}
      columns={[
        {
          key: "value",
          head: t("statusValue"),
          cell: (line) => (
            <>
              <span class="block break-words font-medium max-md:max-w-[36vw]">{shown(line)}</span>
              <span class="block text-sm text-muted md:hidden">
                {t("statusRows", { count: line.rows })}
              </span>
            </>
          ),
        },
        {
          key: "rows",
          head: t("rows"),
          align: "end",
          wide: true,
          cell: (line) => <span class="tabular-nums">{formatNumber(line.rows)}</span>,
        },
        {
          key: "means",
          head: t("statusMeans"),
          cell: (line) =>
            line.says === "unclear" ? (
              <Decision column={column} line={line} value={value} onChange={onChange} />
            ) : (
              <Badge tone={toneOf(line.says)}>{t(`says_${line.says}`)}</Badge>
            ),
        },
      ]}
    />
  );
}

const choices: (Meaning | "nothing")[] = [
  "subscribed",
  "unconfirmed",
  "unsubscribed",
  "bounced",
  "complained",
  "suppressed",
  "nothing",
];

function Decision({
  column,
  line,
  value,
  onChange,
}: Choice & { column: CheckedColumn; line: Line }) {
  const isThis = isAbout(column, line);
  return (
    <SelectField
      label={t("meaningOf", { value: shown(line), column: nameOf(column) })}
      hideLabel
      value={value.decisions.find(isThis)?.meaning ?? ""}
      options={[
        { value: "", label: t("says_unclear") },
        ...choices.map((meaning) => ({ value: meaning, label: t(`says_${meaning}`) })),
      ]}
      onChange={(meaning) =>
        onChange({
          ...value,
          decisions: [
            ...value.decisions.filter((one) => !isThis(one)),
            ...(meaning === ""
              ? []
              : [
                  {
                    column: column.column,
                    value: decidedValue(line),
                    meaning: meaning as Meaning | "nothing",
                  },
                ]),
          ],
        })
      }
    />
  );
}

/** The first hundred values, then one line per meaning for the others. */
const linesOf = ({ values, others }: CheckedColumn): Line[] => [
  ...values,
  ...others.map(({ says, rows }) => ({
    value: "",
    as: "value" as const,
    says,
    rows,
    isOther: true as const,
  })),
];

const decidedValue = (line: Line) => (line.isOther === true ? null : line.value);

const isAbout =
  (column: CheckedColumn, line: Line) =>
  (one: StatusChoices["decisions"][number]): boolean =>
    one.column === column.column && one.value === decidedValue(line);

const isOpen = (column: CheckedColumn, line: Line, { decisions }: StatusChoices) =>
  line.says === "unclear" && !decisions.some(isAbout(column, line));

const nameOf = ({ name, column }: CheckedColumn) =>
  name === "" ? t("columnNumber", { number: column + 1 }) : name;

function shown(line: Line): string {
  if (line.isOther === true) {
    return t("otherValues");
  }
  if (line.as === "phrase") {
    return t("as_phrase", { text: line.value });
  }
  return line.as === "value" ? line.value : t(`as_${line.as}`);
}

const toneOf = (says: Exclude<Says, "unclear">) =>
  says === "subscribed" ? "success" : says === "nothing" ? "neutral" : "warning";

/**
 * Requests the check of a mapping repeatedly until it is finished.
 *
 * @param reading How the file is read. Results from other settings are not used.
 */
export function useStatusCheck(
  id: number,
  reading: string,
  mapping: { column: number; target: Target }[],
) {
  const workspace = useWorkspace();
  const call = workspace.call.imports({ id }).check;
  const keyOf = (of: unknown) => ["import-check", workspace.id, id, reading, of];
  const asked = mapping.map(({ column, target }) => ({ column, target }));
  const query = useQuery({
    queryKey: keyOf(asked),
    queryFn: () => ask(call.post({ mapping: asked })),
    placeholderData: (last: Check | undefined) => last,
    refetchOnWindowFocus: false,
    refetchInterval: ({ state }) => state.data?.state === "running" && 700,
  });
  const client = useQueryClient();
  const retry = useMutation({
    mutationFn: (of: typeof asked) => ask(call.post({ mapping: of, retry: true })),
    onSuccess: (check, of) => client.setQueryData(keyOf(of), check),
  });
  const isOfThis = JSON.stringify(retry.variables) === JSON.stringify(asked);
  const problem = (isOfThis ? retry.error : null) ?? query.error;
  return {
    check: query.data,
    problem,
    isStale: query.isPlaceholderData,
    isRetrying: retry.isPending,
    retry: () => retry.mutate(asked),
  };
}
