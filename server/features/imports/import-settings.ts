import type { ColumnMapping } from "./row-reader.ts";
import type { StatusDecision } from "./row-status.rules.ts";
import type { Delimiter, Encoding } from "./sniff.rules.ts";
import type { Reason } from "./status-words.rules.ts";
import type { Heading } from "./whole-file.rules.ts";

/** Decisions made at the start of the import. They do not change afterwards. */
export type StartedSettings = {
  mapping: ColumnMapping[];
  onDuplicate: "update" | "skip";
  listIds: number[];
  /**
   * True if the person who started the import states that everyone in the file agreed, except those whom the file
   * refuses. Undefined for a file that makes nobody mailable.
   */
  agreed?: boolean | undefined;
  /** Hash of the statement on how these people agreed, stored by features/consent. */
  consentHash?: string | undefined;
  /** `suppressions`: everybody is suppressed and nobody becomes a contact. */
  into?: "contacts" | "suppressions" | undefined;
  /** Why people in the file must not be mailed, for rows without a reason of their own. */
  wholeFile?: Reason | undefined;
  /** Meanings that a person gave to status values that the program does not understand. */
  statusDecisions?: StatusDecision[] | undefined;
  /** Columns that look as if they were about consent, but are not. */
  ignoredColumns?: number[] | undefined;
  /** Tags for everybody in the file. */
  tagIds?: number[] | undefined;
};

/** How to read the file and what to do with it. Stored as JSON in import.settings. */
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
  /** The texts above the addresses that say no. */
  headings?: Heading[] | undefined;
  /** Fields suggested by the first rows of a column with JSON objects. */
  attributes?: { label: string; type: "text" | "number" | "boolean" }[] | undefined;
  started?: StartedSettings | undefined;
};

/** Parses what this program stored. */
export function parseSettings(json: string): ImportSettings {
  return JSON.parse(json) as ImportSettings;
}

/** The names of all columns; empty strings for a file without a header. */
export function columnNames({ header, columns }: ImportSettings): string[] {
  return Array.from({ length: Math.max(columns, header.length) }, (_, n) => header[n] ?? "");
}
