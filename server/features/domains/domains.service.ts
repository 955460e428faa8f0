import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import type { DkimKey } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, notFound } from "../../platform/errors.ts";
import { decryptSecret, encryptSecret, type KeyRing } from "../../platform/secrets.ts";
import type { DnsLookup } from "./dns-lookup.ts";
import {
  type DnsAnswer,
  type DnsRecord,
  dmarcFallback,
  judgeRecord,
  type RecordVerdict,
  recordsFor,
  requireDomain,
} from "./domains.rules.ts";
import type { DomainView } from "./domains.schema.ts";
import {
  addDomain,
  type DomainRow,
  deleteDomainRow,
  findDomain,
  findDomainByName,
  findDomainUser,
  listDomains,
  recordChecks,
} from "./domains.store.ts";

export { type DnsLookup, systemDns } from "./dns-lookup.ts";
export { isReservedDomain } from "./domains.rules.ts";

const SELECTOR = "sm1";
const KEY_BITS = 2048;
const PRIVATE_KEY_PURPOSE = "sending_domain.dkim_private";
const PUBLIC_KEY_FRAME = /-----[^-]+-----|\s/g;

const newKeyPair = promisify(generateKeyPair);

/** All sending domains with the records to set and how the last check found them. */
export function readDomains(
  db: Connection,
  publicUrl: string,
): { items: DomainView[]; nextCursor: null } {
  return { items: listDomains(db).map((row) => viewOf(row, publicUrl)), nextCursor: null };
}

/** @throws AppError `not_found`. */
export function readDomain(db: Connection, id: number, publicUrl: string): DomainView {
  return viewOf(required(db, id), publicUrl);
}

/**
 * Adds a domain with a fresh 2048-bit RSA key (RFC 8301 §3.2), made off this thread, and links the senders
 * that belong to it. `open` gives the connection after the wait.
 *
 * @throws AppError `invalid_input` for no domain or a mailbox provider's; `conflict` when it is there already.
 */
export async function createDomain(
  open: () => Connection,
  keyRing: KeyRing,
  input: { name: string; publicUrl: string },
  now: number,
): Promise<DomainView> {
  const name = requireDomain(input.name, "name");
  const taken = new AppError("conflict", `The domain ${name} is there already.`, {
    fields: [{ field: "name", reason: "is there already" }],
  });
  if (findDomainByName(open(), name) !== undefined) {
    throw taken;
  }
  const pair = await newKeyPair("rsa", {
    modulusLength: KEY_BITS,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const db = open();
  const id = addDomain(db, {
    name,
    dkimSelector: SELECTOR,
    dkimPrivate: encryptSecret(keyRing, PRIVATE_KEY_PURPOSE, pair.privateKey),
    dkimPublic: pair.publicKey.replace(PUBLIC_KEY_FRAME, ""),
    createdAt: now,
  });
  if (id === undefined) {
    throw taken;
  }
  return readDomain(db, id, input.publicUrl);
}

/**
 * Asks the DNS for every record of the domain and keeps the verdicts. The domain counts as verified while
 * its DKIM key is there; a DNS that does not answer changes nothing about that.
 *
 * @throws AppError `not_found`.
 */
export async function checkDomain(
  open: () => Connection,
  dns: DnsLookup,
  input: { id: number; publicUrl: string },
  now: number,
): Promise<DomainView> {
  const row = required(open(), input.id);
  const records = recordsFor(row, hostOf(input.publicUrl));
  const verdicts = await Promise.all(
    records.map(async (record) => judgeRecord(record, await ask(dns, record, row.name))),
  );
  const checks: Record<string, RecordVerdict> = {};
  for (const [index, record] of records.entries()) {
    const verdict = verdicts[index];
    if (verdict !== undefined) {
      checks[record.purpose] = verdict;
    }
  }
  recordChecks(open(), {
    id: row.id,
    checks: JSON.stringify(checks),
    checkedAt: now,
    verifiedAt: verifiedAt(row, checks["dkim"], now),
  });
  return readDomain(open(), row.id, input.publicUrl);
}

/** `checkDomain` when its last check is older than `maxAgeMs`; a domain that is gone is left alone. */
export async function refreshDomain(
  open: () => Connection,
  dns: DnsLookup,
  input: { id: number; publicUrl: string; maxAgeMs: number },
  now: number,
): Promise<void> {
  const row = findDomain(open(), input.id);
  if (row !== undefined && (row.checkedAt ?? 0) < now - input.maxAgeMs) {
    await checkDomain(open, dns, input, now);
  }
}

/**
 * Removes a domain and its key; its senders stay and are not signed any more.
 *
 * @throws AppError `not_found`; `conflict` while a campaign needs the key, which would go on unsigned.
 */
export function deleteDomain(db: Connection, id: number): void {
  const user = findDomainUser(db, id);
  if (user !== undefined) {
    throw new AppError(
      "conflict",
      `The campaign "${user}" is signed by this domain. Cancel it or wait until it has finished.`,
    );
  }
  if (!deleteDomainRow(db, id)) {
    throw notFound("domain");
  }
}

/**
 * The key that signs for a domain, decrypted; undefined when the domain is not set up here.
 *
 * @throws Error when the key's master key is gone: a message is then not sent rather than sent unsigned.
 */
export function loadDkimKey(db: Connection, keyRing: KeyRing, domain: string): DkimKey | undefined {
  const row = findDomainByName(db, domain);
  return row === undefined
    ? undefined
    : {
        domain: row.name,
        selector: row.dkimSelector,
        privateKeyPem: decryptSecret(keyRing, PRIVATE_KEY_PURPOSE, row.dkimPrivate),
      };
}

async function ask(dns: DnsLookup, record: DnsRecord, domain: string): Promise<DnsAnswer> {
  if (record.type === "CNAME") {
    return await dns.cname(record.host);
  }
  const answer = await dns.txt(record.host);
  const fallback = dmarcFallback(record, domain);
  return answer.kind === "none" && fallback !== undefined ? await dns.txt(fallback) : answer;
}

function verifiedAt(row: DomainRow, dkim: RecordVerdict | undefined, now: number): number | null {
  if (dkim?.status === "ok") {
    return now;
  }
  return dkim?.status === "unknown" ? row.verifiedAt : null;
}

function required(db: Connection, id: number): DomainRow {
  const row = findDomain(db, id);
  if (row === undefined) {
    throw notFound("domain");
  }
  return row;
}

function viewOf(row: DomainRow, publicUrl: string): DomainView {
  const checks = JSON.parse(row.checks) as Partial<Record<string, RecordVerdict>>;
  const { id, name, verifiedAt, checkedAt, createdAt } = row;
  const unchecked = { status: "unchecked" as const, found: [], message: "Not checked yet." };
  return {
    id,
    name,
    verifiedAt,
    checkedAt,
    createdAt,
    records: recordsFor(row, hostOf(publicUrl)).map((record) => ({
      ...record,
      ...(checks[record.purpose] ?? unchecked),
    })),
  };
}

function hostOf(publicUrl: string): string {
  return URL.parse(publicUrl)?.hostname ?? "";
}
