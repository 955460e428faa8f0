import { csvLine } from "../../platform/csv.ts";
import type { PersonTable, Row, Value } from "./personal-data.store.ts";

/** Names for the ids in the rows. */
export type Names = {
  campaigns: ReadonlyMap<number, string>;
  lists: ReadonlyMap<number, string>;
  agents: ReadonlyMap<number, string>;
};

/** Makes rows readable: times as ISO 8601, and the names of campaigns, lists and user agents beside their ids. */
export function readableRow(row: Row, names: Names): Row {
  const readable: Row = {};
  for (const [key, value] of Object.entries(row)) {
    readable[key] = readableValue(key, value);
  }
  const add = (column: string, key: string, map: ReadonlyMap<number, string>) => {
    const name = map.get(Number(row[column]));
    if (row[column] !== undefined && name !== undefined) {
      readable[key] = name;
    }
  };
  add("campaign_id", "campaign", names.campaigns);
  add("list_id", "list", names.lists);
  add("agent_id", "user_agent", names.agents);
  return readable;
}

function readableValue(key: string, value: Value): Value {
  const isInstant = typeof value === "number" && value > 0 && (key === "at" || /_at$/.test(key));
  return isInstant ? new Date(value).toISOString() : value;
}

/** A table as CSV that is safe to open in a spreadsheet: cells cannot run formulas. */
export function tableCsv(rows: readonly Row[]): string {
  const columns = columnsOf(rows);
  const lines = rows.map((row) => csvLine(columns.map((key) => String(row[key] ?? ""))));
  return `\ufeff${csvLine(columns)}${lines.join("")}`;
}

/** All data on one readable page that loads and runs nothing. */
export function personHtml(title: string, tables: readonly PersonTable[]): string {
  const sections = tables.map(
    ({ name, rows }) =>
      `<h2>${escapeHtml(headingOf(name))} <small>${rows.length}</small></h2>\n${htmlTable(rows)}`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>
body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1b1f24 }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem } small { color: #57606a; font-weight: 400 }
div { overflow-x: auto } table { border-collapse: collapse } 
th, td { border-bottom: 1px solid #d8dee4; padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top }
td { max-width: 30rem; overflow-wrap: anywhere; white-space: pre-wrap }
</style></head><body>
<h1>${escapeHtml(title)}</h1>
${sections.join("\n")}
</body></html>
`;
}

function htmlTable(rows: readonly Row[]): string {
  const columns = columnsOf(rows);
  const cells = (tag: "th" | "td", values: readonly string[]) =>
    `<tr>${values.map((value) => `<${tag}>${escapeHtml(value)}</${tag}>`).join("")}</tr>`;
  const body = rows.map((row) =>
    cells(
      "td",
      columns.map((key) => String(row[key] ?? "")),
    ),
  );
  return `<div><table>${cells("th", columns)}\n${body.join("\n")}</table></div>`;
}

function columnsOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

function headingOf(table: string): string {
  const words = table.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
