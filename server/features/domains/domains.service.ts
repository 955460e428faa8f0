import type { DkimKey } from "../../delivery/index.ts";
import { claimMailDomain } from "../../inbound/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, notFound } from "../../platform/errors.ts";
import { decryptSecret, encryptSecret, type KeyRing } from "../../platform/secrets.ts";
import type { DnsLookup } from "../ports.ts";
import { bitsOf, freshKey, PRIVATE_KEY_PURPOSE } from "./dkim-keys.service.ts";
import { type DkimKeyRow, listDkimKeys } from "./dkim-keys.store.ts";
import { checkRecords } from "./domain-checks.service.ts";
import { addDomainCheck, lastSeenKey, listDomainChecks } from "./domain-checks.store.ts";
import {
  bounceHostOf,
  type DnsRecord,
  judgeTracking,
  type RecordVerdict,
  recordKey,
  recordsFor,
  trackingHostOf,
} from "./domain-records.rules.ts";
import { type DomainPlace, surroundingsOf } from "./domain-surroundings.service.ts";
import { requireDomain } from "./domains.rules.ts";
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
import { addTrackingHost, hasTrackingHost, removeTrackingHost } from "./tracking-hosts.store.ts";

export { systemDns, TRACKING_HOST_TEXT } from "./dns-lookup.ts";
export type { DomainPlace } from "./domain-surroundings.service.ts";
export { isFreeMail, isReservedDomain } from "./domains.rules.ts";

const SELECTOR = "sm1";

/** Where a domain is checked from: also which workspace it belongs to. */
export type CheckPlace = DomainPlace & { workspaceId: string };

/** All sending domains with the records to set and how the last check found them. */
export function readDomains(
  db: Connection,
  place: DomainPlace,
): { items: DomainView[]; nextCursor: null } {
  return { items: listDomains(db).map((row) => viewOf(db, row, place)), nextCursor: null };
}

/** @throws AppError `not_found`. */
export function readDomain(db: Connection, id: number, place: DomainPlace): DomainView {
  return viewOf(db, requireDomainRow(db, id), place);
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
  input: { name: string; place: CheckPlace },
  now: number,
): Promise<DomainView> {
  const name = requireDomain(input.name, "name");
  const taken = new AppError("conflict", `The domain ${name} already exists.`, {
    fields: [{ field: "name", reason: "is there already" }],
  });
  if (findDomainByName(open(), name) !== undefined) {
    throw taken;
  }
  const pair = await freshKey();
  const db = open();
  const id = addDomain(db, {
    name,
    dkimSelector: SELECTOR,
    dkimPrivate: encryptSecret(keyRing, PRIVATE_KEY_PURPOSE, pair.privateKeyPem),
    dkimPublic: pair.publicKey,
    createdAt: now,
  });
  if (id === undefined) {
    throw taken;
  }
  claimMail(input.place, requireDomainRow(db, id), now);
  return readDomain(db, id, input.place);
}

/** Mail to the domain, and to a host of its own for bounces, is the workspace's as soon as it has proved it. */
function claimMail({ system, workspaceId }: CheckPlace, row: DomainRow, now: number): void {
  for (const name of [row.name, bounceHostOf(row)]) {
    claimMailDomain(system, { name, workspaceId, now });
  }
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
  input: { id: number; place: CheckPlace },
  now: number,
): Promise<DomainView> {
  const { place } = input;
  const row = requireDomainRow(open(), input.id);
  const around = surroundingsOf(open(), place);
  const records = recordsOf(open(), row, place);
  const checks = await checkRecords(dns, records, row.name, around);
  await settleTracking(dns, { row, records, checks, place }, now);
  claimMail(place, row, now);
  const db = open();
  recordChecks(db, {
    id: row.id,
    checks: JSON.stringify(checks),
    checkedAt: now,
    verifiedAt: verifiedAt(row, checks["dkim"], now),
  });
  const states = Object.entries(checks).map(([key, { status }]) => [key, status]);
  addDomainCheck(db, row.id, { at: now, states: JSON.stringify(Object.fromEntries(states)) });
  return readDomain(db, row.id, place);
}

type Tracked = {
  row: DomainRow;
  records: DnsRecord[];
  checks: Record<string, RecordVerdict>;
  place: CheckPlace;
};

/**
 * A name that points here is answered on from now on, but links use it only when recipients reach us under
 * it: behind a proxy without a certificate for the name every link and unsubscribe would be dead.
 */
async function settleTracking(dns: DnsLookup, tracked: Tracked, now: number): Promise<void> {
  const { row, records, checks, place } = tracked;
  const record = records.find(({ purpose }) => purpose === "tracking");
  const verdict = checks["tracking"];
  const entry = { host: trackingHostOf(row), workspaceId: place.workspaceId };
  if (record === undefined || verdict?.status === "unknown") {
    return;
  }
  if (verdict?.status !== "ok") {
    removeTrackingHost(place.system, entry);
    return;
  }
  addTrackingHost(place.system, entry, now);
  if (place.publicUrl.startsWith("https:")) {
    const isReached = await dns.answersHere(`https://${entry.host}`);
    const answer = { kind: "records", values: verdict.found } as const;
    checks["tracking"] = judgeTracking(record, answer, isReached);
  }
}

/** What the domain gives to a campaign that is launched: where its links lead and its bounces come back. */
export function campaignHosts(
  db: Connection,
  name: string,
  publicUrl: string,
): { publicUrl: string; bounceDomain: string } {
  const row = findDomainByName(db, name);
  const checks = row === undefined ? {} : checksOf(row);
  const scheme = publicUrl.startsWith("https:") ? "https" : "http";
  return {
    publicUrl:
      row !== undefined && checks["tracking"]?.status === "ok"
        ? `${scheme}://${trackingHostOf(row)}`
        : publicUrl,
    bounceDomain:
      row !== undefined && checks["return_path"]?.status === "ok" ? bounceHostOf(row) : "",
  };
}

/** When the domain's key was last seen, if it was and is not there any more. */
export function lostAt(db: Connection, domainId: number | null): number | undefined {
  const row = domainId === null ? undefined : findDomain(db, domainId);
  return row?.verifiedAt === null ? lastSeenKey(db, row.id) : undefined;
}

/** True for a host that leads here for links in mail only. */
export function isTrackingHost(system: Connection, host: string): boolean {
  return hasTrackingHost(system, host.toLowerCase());
}

/** `checkDomain` when its last check is older than `maxAgeMs`; true when it ran. A domain that is gone is left alone. */
export async function refreshDomain(
  open: () => Connection,
  dns: DnsLookup,
  input: { id: number; place: CheckPlace; maxAgeMs: number },
  now: number,
): Promise<boolean> {
  const row = findDomain(open(), input.id);
  const isDue = row !== undefined && (row.checkedAt ?? 0) < now - input.maxAgeMs;
  if (isDue) {
    await checkDomain(open, dns, input, now);
  }
  return isDue;
}

/**
 * Removes a domain and its key; its senders stay and are not signed any more.
 *
 * @throws AppError `not_found`; `in_use` while a campaign needs the key, which would go on unsigned.
 */
export function deleteDomain(db: Connection, id: number): void {
  const user = findDomainUser(db, id);
  if (user !== undefined) {
    throw new AppError(
      "in_use",
      `The campaign "${user}" is signed with this domain. Cancel it or wait until it is finished.`,
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

function verifiedAt(row: DomainRow, dkim: RecordVerdict | undefined, now: number): number | null {
  if (dkim?.status === "ok") {
    return now;
  }
  return dkim?.status === "unknown" ? row.verifiedAt : null;
}

/** @throws AppError `not_found`. */
export function requireDomainRow(db: Connection, id: number): DomainRow {
  const row = findDomain(db, id);
  if (row === undefined) {
    throw notFound("domain");
  }
  return row;
}

function recordsOf(db: Connection, row: DomainRow, place: DomainPlace): DnsRecord[] {
  const next = listDkimKeys(db, row.id).find((key) => key.state === "next");
  const key = next && { selector: next.selector, publicKey: next.public };
  return recordsFor({ ...row, next: key }, surroundingsOf(db, place));
}

function checksOf(row: DomainRow): Partial<Record<string, RecordVerdict>> {
  return JSON.parse(row.checks) as Partial<Record<string, RecordVerdict>>;
}

function viewOf(db: Connection, row: DomainRow, place: DomainPlace): DomainView {
  const checks = checksOf(row);
  const { id, name, verifiedAt, checkedAt, createdAt } = row;
  const unchecked = { status: "unchecked" as const, found: [], message: "Not checked yet." };
  return {
    ...{ id, name, verifiedAt, checkedAt, createdAt },
    selector: row.dkimSelector,
    keyBits: bitsOf(row.dkimPublic),
    lostAt: lostAt(db, id) ?? null,
    keys: listDkimKeys(db, id).map(keyView),
    history: listDomainChecks(db, id).map(({ at, states }) => ({
      at,
      states: JSON.parse(states) as Record<string, string>,
    })),
    records: recordsOf(db, row, place).map((record) => ({
      ...record,
      ...(checks[recordKey(record)] ?? unchecked),
    })),
  };
}

function keyView(key: DkimKeyRow): DomainView["keys"][number] {
  const { id, selector, state, createdAt, retiredAt } = key;
  return { id, selector, state, keyBits: bitsOf(key.public), createdAt, retiredAt };
}
