import type { ColumnMapping } from "./row-reader.ts";
import type { StatusDecision } from "./row-status.rules.ts";
import type { Delimiter, Encoding } from "./sniff.rules.ts";
import type { Reason } from "./status-words.rules.ts";

/** What was decided when the import was started; fixed from then on. */
export type StartedSettings = {
  mapping: ColumnMapping[];
  onDuplicate: "update" | "skip";
  listIds: number[];
  /** Of the statement how these people agreed, kept by features/consent. */
  consentHash?: string | undefined;
  /** `suppressions`: nobody becomes a contact, everybody is suppressed. */
  into?: "contacts" | "suppressions" | undefined;
  /** Why nobody in the file must be mailed whose row has no reason of its own. */
  wholeFile?: Reason | undefined;
  /** What values of a status mean that the program does not understand. */
  statusDecisions?: StatusDecision[] | undefined;
  /** Columns that only seem to speak of consent. */
  ignoredColumns?: number[] | undefined;
  /** Given to everybody. */
  tagIds?: number[] | undefined;
};

/** How the file is to be read, and what to do with it. Stored as JSON in import.settings. */
export type ImportSettings = {
  encoding: Encoding;
  /** All bytes are well-formed UTF-8. */
  isUtf8: boolean;
  delimiter: Delimiter;
  newline: "\n" | "\r";
  hasHeader: boolean;
  /** Names of the columns; empty without a header. */
  header: string[];
  columns: number;
  /** Fields that the first rows of a column with JSON objects suggest. */
  attributes?: { label: string; type: "text" | "number" | "boolean" }[] | undefined;
  started?: StartedSettings | undefined;
};

/** Reads what this program stored. */
export function parseSettings(json: string): ImportSettings {
  return JSON.parse(json) as ImportSettings;
}

/** The names of all columns; empty ones in a file without a header. */
export function columnNames({ header, columns }: ImportSettings): string[] {
  return Array.from({ length: Math.max(columns, header.length) }, (_, n) => header[n] ?? "");
}
