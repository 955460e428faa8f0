import { zip } from "../../platform/zip.ts";
import { storedBecause } from "../../reasons/because.ts";
import { recordFileSize, taskFileOf, taskFilePath, writeAt } from "../tasks/task-files.service.ts";
import type { Step } from "../tasks/task-kind.service.ts";
import { personHtml, readableRow, tableCsv } from "./person-archive.ts";
import type { PersonContext } from "./person-context.ts";
import {
  auditOf,
  contactRow,
  importOf,
  namesOf,
  type PersonTable,
  personTables,
  type Row,
} from "./personal-data.store.ts";
import { findRequest, storeResult } from "./privacy.store.ts";

/** Writes the archive with all data of a person. The step keeps it, unless the person was erased in the meantime. */
export function gather(context: PersonContext, id: number): () => Step {
  const { db, dataDir, now } = context;
  const request = findRequest(db, id);
  const address = request?.address ?? null;
  if (address === null) {
    return () => ERASED;
  }
  const person = { contactId: request?.contactId ?? 0, address };
  const tables = readableTables(context, person);
  const path = taskFilePath(dataDir, taskFileOf(db, id).name);
  const sizeBytes = writeAt(path, 0, archive(address, tables, new Date(now)));
  const counts = Object.fromEntries(tables.map(({ name, rows }) => [name, rows.length]));
  return () => {
    if (findRequest(db, id)?.address !== address) {
      return ERASED;
    }
    storeResult(db, id, JSON.stringify(counts));
    recordFileSize(db, id, sizeBytes, now);
    return { done: tables.reduce((sum, { rows }) => sum + rows.length, 0), cursor: undefined };
  };
}

const ERASED: Step = {
  done: 0,
  cursor: undefined,
  failure: storedBecause("person_erased_meanwhile"),
};

function readableTables(
  { db, databases, workspaceId }: PersonContext,
  person: { contactId: number; address: string },
): PersonTable[] {
  const profile = contactRow(db, person.contactId);
  const raw = personTables(db, person);
  const names = namesOf(db, person.contactId, raw);
  const one = (name: string, row: Row | undefined) =>
    row === undefined ? [] : [{ name, rows: [readableRow(row, names)] }];
  const audit = auditOf(databases.system, workspaceId, person.contactId);
  return [
    ...one("profile", profile),
    ...one("import", importOf(db, String(profile?.["source"] ?? ""))),
    ...raw.map(({ name, rows }) => ({ name, rows: rows.map((row) => readableRow(row, names)) })),
    ...(audit.length === 0
      ? []
      : [{ name: "audit", rows: audit.map((row) => readableRow(row, names)) }]),
  ];
}

function archive(address: string, tables: readonly PersonTable[], at: Date): Uint8Array {
  const file = (name: string, text: string) => ({ name, bytes: Buffer.from(text) });
  const all = Object.fromEntries(tables.map(({ name, rows }) => [name, rows]));
  const title = `What is stored about ${address} (${at.toISOString().slice(0, 10)})`;
  return zip(
    [
      file("index.html", personHtml(title, tables)),
      file(
        "data.json",
        `${JSON.stringify({ address, exportedAt: at.toISOString(), ...all }, null, 2)}\n`,
      ),
      ...tables.map(({ name, rows }) => file(`${name}.csv`, tableCsv(rows))),
    ],
    at,
  );
}
