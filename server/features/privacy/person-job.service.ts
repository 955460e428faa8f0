import { rmSync, writeFileSync } from "node:fs";
import { domainOf } from "../../platform/address.rules.ts";
import { auditedWork } from "../../platform/audit/trail.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { log } from "../../platform/log.ts";
import { zip } from "../../platform/zip.ts";
import { eraseFromAudiences } from "../campaigns/audience-erase.service.ts";
import { eraseConsent } from "../consent/consent.service.ts";
import {
  addressOf,
  deleteContacts,
  formerAddresses,
  mergedInto,
  rememberErased,
} from "../contacts/contacts.service.ts";
import { dropUploadsNaming } from "../imports/import-erase.service.ts";
import { eraseFromSegments, segmentsWith } from "../segments/segment-erase.service.ts";
import { FILE_KEEP_MS, taskFilePath } from "../tasks/task-files.service.ts";
import { eraseAddress, erasePerson, expireAllFiles } from "./erase.store.ts";
import { eraseOutside } from "./erase-outside.service.ts";
import {
  hints,
  hintsOf,
  type Naming,
  redact,
  redactHints,
  redactLabel,
  rewriteJson,
} from "./mentions.rules.ts";
import { personHtml, readableRow, tableCsv } from "./person-archive.ts";
import type { Identity, PersonContext } from "./person-context.ts";
import {
  auditOf,
  contactRow,
  importOf,
  isDomainOfOthers,
  namesOf,
  type PersonTable,
  personTables,
  type Row,
} from "./personal-data.store.ts";
import {
  closeRequest,
  findRequest,
  forgetInRequests,
  type RequestRow,
  type ToCheck,
} from "./privacy.store.ts";
import { rewriteOldSearches, rewriteTaskTexts } from "./task-texts.store.ts";

/** The kind of job that exports or erases a person's data. Payload: `{ id }` of the request. */
export const PERSON_JOB = "privacy.person";

/** Processes one request. Safe to repeat: an export overwrites its file, and a second erasure finds nothing. */
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
  writeFileSync(taskFilePath(context.dataDir, filePath), bytes, { mode: 0o600 });
  const counts = Object.fromEntries(tables.map(({ name, rows }) => [name, rows.length]));
  closeRequest(open(), {
    id,
    state: "done",
    result: JSON.stringify(counts),
    sizeBytes: bytes.length,
    error: null,
    now,
    expiresAt: now + FILE_KEEP_MS,
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
  const identities = identitiesOf(open(), contactId, address);
  const who = namingOf(open(), identities);
  const own = [...namePartsOf(open(), identities), ...ownDomains(open(), identities)];
  const mayMean = hintsOf(who, own);
  const { rejects, inbox } = await eraseOutside(context, open, identities, who);
  const { dataDir, signal } = context;
  const uploads = await dropUploadsNaming({ open, dataDir, signal, now }, who.addresses);
  const files: string[] = [];
  const eraseHere = () =>
    inTransaction(open(), () => {
      const db = open();
      const counts: Record<string, number> = {};
      for (const one of identitiesOf(db, contactId, address)) {
        add(counts, eraseIdentity(db, one, `erased-${id}`, now));
        files.push(...forgetInRequests(db, { ...one, now }));
      }
      files.push(...expireAllFiles(db, now));
      const contacts = contactId === null ? 0 : deleteContacts(db, [contactId]);
      const { check, ...texts } = eraseFromTexts(db, who, mayMean, now);
      const elsewhere = { rejects, inbox, uploads, ...texts };
      const result = { contacts, ...counts, ...elsewhere, files: files.length, check };
      const end = { id, state: "done" as const, sizeBytes: 0, error: null, now, expiresAt: null };
      closeRequest(db, { ...end, result: JSON.stringify(result) });
    });
  const start = {
    actorId: request.createdBy,
    workspaceId: context.workspaceId,
    action: "privacy.erased",
    target: String(contactId ?? ""),
  } as const;
  await auditedWork(context.trail, start, eraseHere, () => ({ request: id }));
  for (const name of files) {
    rmSync(taskFilePath(context.dataDir, name), { force: true });
  }
  forgetLog(context, open());
}

/**
 * Removes the person's addresses from texts that people wrote. A name or local part alone may belong to somebody
 * else, so texts that contain one and are still in use are returned in `check` for a person to decide.
 */
function eraseFromTexts(db: Connection, who: Naming, mayMean: readonly string[], now: number) {
  const clean = (text: string) => redact(text, who);
  const label = (text: string) => redactLabel(text, who);
  const segments = eraseFromSegments(db, { rule: clean, label }, now);
  const { changed: audiences, closed } = eraseFromAudiences(db, clean);
  const tasks =
    rewriteTaskTexts(db, (text, isJson) => (isJson ? rewriteJson(text, clean) : label(text))) +
    rewriteOldSearches(db, (json) => rewriteJson(json, (text) => redactHints(text, mayMean)));
  const check: ToCheck = {
    segments: segmentsWith(db, (text) => hints(text, mayMean)),
    campaigns: closed,
  };
  return { segments, audiences, tasks, check };
}

// The write-ahead log still contains the old pages. A concurrent reader prevents emptying it; the next checkpoint
// then does, at the latest on shutdown.
function forgetLog({ databases, workspaceId }: PersonContext, workspace: Connection): void {
  for (const db of [workspace, databases.inbox(workspaceId), databases.system]) {
    db.pragma("wal_checkpoint(TRUNCATE)");
  }
}

/** Everything that identifies the person, for searching texts without a column for it. */
function namingOf(db: Connection, identities: readonly Identity[]): Naming {
  const addresses = [...new Set(identities.map(({ address }) => address))];
  const names = identities
    .map(({ contactId }) => nameOf(db, contactId))
    .filter((parts) => parts.every((part) => part.length > 1));
  return { addresses, names };
}

const namePartsOf = (db: Connection, identities: readonly Identity[]): string[] =>
  identities.flatMap(({ contactId }) => nameOf(db, contactId));

/** Domains at which the workspace has no other contact. */
const ownDomains = (db: Connection, identities: readonly Identity[]): string[] =>
  identities
    .map(({ address }) => domainOf(address))
    .filter((domain) => !isDomainOfOthers(db, domain, identities));

function nameOf(db: Connection, contactId: number | null): string[] {
  const row = contactId === null ? undefined : contactRow(db, contactId);
  return [row?.["first_name"], row?.["last_name"]].map((part) => String(part ?? ""));
}

/** All identities of the person, including earlier addresses and contacts merged into theirs. */
function identitiesOf(db: Connection, contactId: number | null, address: string): Identity[] {
  if (contactId === null) {
    return [{ contactId, address }];
  }
  const own = addressOf(db, contactId) ?? address;
  return [
    { contactId, address },
    ...(own === address ? [] : [{ contactId: null, address: own }]),
    ...mergedInto(db, contactId),
    ...formerAddresses(db, contactId).map((former) => ({ contactId: null, address: former })),
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
