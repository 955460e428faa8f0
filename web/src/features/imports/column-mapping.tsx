import { type Field, useChoices } from "../../choices.ts";
import { useWorkspace } from "../../session.ts";
import { SelectField } from "../../ui/field.tsx";
import { Table } from "../../ui/table.tsx";
import { t } from "./imports.messages.ts";
import type { Guess, Target } from "./use-imports.ts";

const builtIn = [
  "email",
  "firstName",
  "lastName",
  "fullName",
  "language",
  "timeZone",
  "country",
  "city",
  "status",
] as const;

/** One row per column: its name, examples from the file, and its target. */
export function ColumnMapping({
  mapping,
  onChange,
}: {
  mapping: Guess[];
  onChange: (mapping: Guess[]) => void;
}) {
  const workspace = useWorkspace();
  const fields = useChoices(workspace, "fields");
  const set = (column: number, value: string) =>
    onChange(mapping.map((one) => (one.column === column ? changed(one, value) : one)));
  return (
    <Table
      label={t("columns")}
      rows={mapping}
      rowKey={(row) => String(row.column)}
      columns={[
        {
          key: "column",
          head: t("column"),
          cell: (row) => <span class="font-medium">{row.name}</span>,
        },
        {
          key: "examples",
          head: t("examples"),
          wide: true,
          cell: (row) => (
            <span class="block max-w-72 truncate text-muted">{row.samples.join(", ")}</span>
          ),
        },
        {
          key: "target",
          head: t("becomes"),
          cell: (row) => (
            <SelectField
              label={`${row.name}: ${t("becomes")}`}
              hideLabel
              value={row.target === "field" ? `field:${row.key}` : row.target}
              options={options(row, fields.data?.items ?? [])}
              onChange={(value) => set(row.column, value)}
            />
          ),
        },
      ]}
    />
  );
}

function options(row: Guess, fields: Field[]) {
  const label = row.suggestion?.label ?? row.name;
  return [
    { value: "skip", label: t("skip") },
    ...(isOwn(row) ? [{ value: "own", label: t("asOwn") }] : []),
    ...builtIn.map((value) => ({ value, label: t(value) })),
    { value: "tags", label: t("asTags") },
    { value: "attributes", label: t("asAttributes") },
    { value: "consentTime", label: t("asConsentTime") },
    { value: "consentIp", label: t("asConsentIp") },
    ...fields.map((field) => ({ value: `field:${field.key}`, label: field.label })),
    { value: "newField", label: t("newField", { label }) },
  ];
}

/**
 * Columns that only a SwiftMail export has. Only these can be restored exactly, and their target has the same name as
 * the column.
 */
const OWN = new Set([
  "suppressed_until",
  "suppression_note",
  "paused_until",
  "tracking",
  "lists",
  "consent",
  "created_at",
]);
const isOwn = (row: Guess) => row.target === "own" || OWN.has(row.name);

function changed(row: Guess, value: string): Guess {
  const { column, name, samples } = row;
  const kept = {
    column,
    name,
    samples,
    suggestion: row.suggestion ?? { label: name, type: "text" },
  };
  if (value === "own") {
    return { ...kept, target: value, key: name };
  }
  return value.startsWith("field:")
    ? { ...kept, target: "field", key: value.slice("field:".length) }
    : { ...kept, target: value as Target };
}
