import { rmSync, writeFileSync } from "node:fs";
import type { Clock } from "../../platform/clock.ts";
import type { Databases } from "../../platform/db/databases.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { log } from "../../platform/log.ts";
import { zip } from "../../platform/zip.ts";
import type { AuditLog } from "../audit/audit.service.ts";
import { eraseConsent } from "../consent/consent.service.ts";
import {
  addressOf,
  deleteContacts,
  mergedInto,
  rememberErased,
} from "../contacts/contacts.service.ts";
import { EXPORT_KEEP_MS, exportPath } from "../exports/export-run.service.ts";
import {
  eraseAddress,
  eraseFromInbox,
  eraseFromRejects,
  erasePerson,
  expireAllExports,
  messagesOf,
} from "./erase.store.ts";
import { personHtml, readableRow, tableCsv } from "./person-archive.ts";
import {
  auditOf,
  contactRow,
  importOf,
  namesOf,
  type PersonTable,
  personTables,
  type Row,
} from "./personal-data.store.ts";
import { closeRequest, findRequest, forgetInRequests, type RequestRow } from "./privacy.store.ts";

/** Kind of the job that gathers or erases what there is about a person. Payload: `{ id }` of the request. */
export const PERSON_JOB = "privacy.person";

const REJECTS_AT_ONCE = 1_000;

export type PersonContext = {
  databases: Databases;
  workspaceId: string;
  dataDir: string;
  clock: Clock;
  audit: AuditLog;
  signal: AbortSignal;
  isLastTry: boolean;
};

/** Does one request. Safe to run again: gathering overwrites its file, and erasing finds nothing the second time. */
export async function runPersonJob(context: PersonContext, id: number): Promise<void> {
  const open = () => context.databases.workspace(context.workspaceId);
  const request = findRequest(open(), id);
  if (request === undefined || request.state === "done" || request.state === "failed") {
    return;
  }
  try {
    await (request.kind === "export"
      ? gather(context, open, request)
      : erase(context, open, request));
  } catch (error) {
    if (context.signal.aborted || !context.isLastTry) {
      throw error;
    }
    log.error({ err: error, requestId: id }, "a privacy request failed");
    const fault = "It could not be finished because of a fault of this server; the log has it.";
    const end = { id, state: "failed" as const, result: "{}", sizeBytes: 0, error: fault };
    closeRequest(open(), { ...end, now: context.clock(), expiresAt: null });
  }
}

async function gather(context: PersonContext, open: () => Connection, request: RequestRow) {
  const { id, contactId, address, filePath } = request;
  const now = context.clock();
  if (address === null || filePath === null) {
    const error = "The person was erased meanwhile.";
    const end = { id, state: "failed" as const, result: "{}", sizeBytes: 0, error };
    closeRequest(open(), { ...end, now, expiresAt: null });
    return;
  }
  const tables = readableTables(context, open(), { contactId: contactId ?? 0, address });
  const bytes = archive(address, tables, new Date(now));
  writeFileSync(exportPath(context.dataDir, filePath), bytes, { mode: 0o600 });
  const counts = Object.fromEntries(tables.map(({ name, rows }) => [name, rows.length]));
  closeRequest(open(), {
    id,
    state: "done",
    result: JSON.stringify(counts),
    sizeBytes: bytes.length,
    error: null,
    now,
    expiresAt: now + EXPORT_KEEP_MS,
  });
}

function readableTables(
  context: PersonContext,
  db: Connection,
  person: { contactId: number; address: string },
): PersonTable[] {
  const profile = contactRow(db, person.contactId);
  const raw = personTables(db, person);
  const names = namesOf(db, person.contactId, raw);
  const one = (name: string, row: Row | undefined) =>
    row === undefined ? [] : [{ name, rows: [readableRow(row, names)] }];
  const audit = auditOf(context.databases.system, context.workspaceId, person.contactId);
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

async function erase(context: PersonContext, open: () => Connection, request: RequestRow) {
  const { id, contactId, address } = request;
  if (address === null) {
    return;
  }
  const now = context.clock();
  const { rejects, inbox } = await eraseOutside(
    context,
    open,
    identitiesOf(open(), contactId, address),
  );
  const files: string[] = [];
  // What is deleted is overwritten too, instead of lying in free pages until something else is put there.
  open().pragma("secure_delete = ON");
  try {
    inTransaction(open(), () => {
      const db = open();
      const counts: Record<string, number> = {};
      for (const one of identitiesOf(db, contactId, address)) {
        add(counts, eraseIdentity(db, one, `erased-${id}`, now));
        files.push(...forgetInRequests(db, { ...one, now }));
      }
      files.push(...expireAllExports(db, now));
      const contacts = contactId === null ? 0 : deleteContacts(db, [contactId]);
      const result = { contacts, ...counts, rejects, inbox, files: files.length };
      const end = { id, state: "done" as const, sizeBytes: 0, error: null, now, expiresAt: null };
      closeRequest(db, { ...end, result: JSON.stringify(result) });
    });
  } finally {
    open().pragma("secure_delete = OFF");
  }
  for (const name of files) {
    rmSync(exportPath(context.dataDir, name), { force: true });
  }
  context.audit.record({
    actorId: request.createdBy,
    workspaceId: context.workspaceId,
    action: "privacy.erased",
    target: contactId ?? "",
    detail: { request: id },
  });
}

/** An address, and the contact that has or had it. */
type Identity = { contactId: number | null; address: string };

/** Everybody the person is: also the contacts that were merged into theirs, and an address changed since the request. */
function identitiesOf(db: Connection, contactId: number | null, address: string): Identity[] {
  if (contactId === null) {
    return [{ contactId, address }];
  }
  const own = addressOf(db, contactId) ?? address;
  return [
    { contactId, address },
    ...(own === address ? [] : [{ contactId: null, address: own }]),
    ...mergedInto(db, contactId),
  ];
}

function eraseIdentity(db: Connection, one: Identity, pseudonym: string, now: number) {
  const { contactId, address } = one;
  rememberErased(db, address, now);
  const counts =
    contactId === null
      ? eraseAddress(db, address)
      : erasePerson(db, { contactId, address, pseudonym });
  const consents = eraseConsent(db, { contactId: contactId ?? 0, address, pseudonym }, now);
  return { ...counts, consents };
}

function add(totals: Record<string, number>, counts: Record<string, number>): void {
  for (const [name, n] of Object.entries(counts)) {
    totals[name] = (totals[name] ?? 0) + n;
  }
}

/** What is not in the tables of the one transaction; while the messages still say whose they are. */
async function eraseOutside(
  context: PersonContext,
  open: () => Connection,
  identities: readonly Identity[],
) {
  let [rejects, inbox] = [0, 0];
  for (const { contactId, address } of identities) {
    rejects += await eraseRejects(context, open, address);
    const messages = contactId === null ? "[]" : messagesOf(open(), contactId);
    inbox += eraseFromInbox(context.databases.inbox(context.workspaceId), address, messages);
  }
  return { rejects, inbox };
}

async function eraseRejects(context: PersonContext, open: () => Connection, address: string) {
  let removed = 0;
  let after: { importId: number; rowNo: number } | undefined = { importId: 0, rowNo: 0 };
  while (after !== undefined) {
    context.signal.throwIfAborted();
    const step = eraseFromRejects(open(), address, after, REJECTS_AT_ONCE);
    removed += step.removed;
    after = step.next;
    await Bun.sleep(1);
  }
  return removed;
}
