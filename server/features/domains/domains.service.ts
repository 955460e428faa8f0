import type { DkimKey } from "../../delivery/index.ts";
import { claimMailDomain } from "../../inbound/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because, notFound, refusedField } from "../../platform/errors.ts";
import { decryptSecret, encryptSecret, type KeyRing } from "../../platform/secrets.ts";
import type { DnsLookup } from "../ports.ts";
import { bitsOf, freshKey, PRIVATE_KEY_PURPOSE } from "./dkim-keys.service.ts";
import { type DkimKeyRow, listDkimKeys } from "./dkim-keys.store.ts";
import { addDomainCheck, lastSeenKey, listDomainChecks } from "./domain-checks.store.ts";
import { checkRecords } from "./domain-checks.ts";
import {
  bounceHostOf,
  type DnsRecord,
  judgeTracking,
  type RecordVerdict,
  recordKey,
  recordsFor,
  trackingHostOf,
} from "./domain-records.rules.ts";
import { type DomainPlace, surroundingsOf } from "./domain-surroundings.ts";
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
export type { DomainPlace } from "./domain-surroundings.ts";
export { isFreeMail, isReservedDomain } from "./domains.rules.ts";

const SELECTOR = "sm1";

/** The context of a check, with the workspace of the domain. */
export type CheckPlace = DomainPlace & { workspaceId: string };

/** All sending domains with the records to publish and the results of the last check. */
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
 * Adds a domain with a new 2048-bit RSA key (RFC 8301 §3.2), generated off this thread, and links its senders. `open`
 * returns the connection after the wait.
 *
 * @throws AppError `invalid_input` for an invalid domain or a mailbox provider's; `conflict` when it already exists.
 */
export async function createDomain(
  open: () => Connection,
  keyRing: KeyRing,
  input: { name: string; place: CheckPlace },
  now: number,
): Promise<DomainView> {
  const name = requireDomain(input.name, "name");
  const taken = refusedField("conflict", "name", because("domain_exists", { domain: name }));
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

/** Routes incoming mail for the domain and its bounce host to the workspace once ownership is proven. */
function claimMail({ system, workspaceId }: CheckPlace, row: DomainRow, now: number): void {
  for (const name of [row.name, bounceHostOf(row)]) {
    claimMailDomain(system, { name, workspaceId, now });
  }
}

/**
 * Looks up every record of the domain and stores the verdicts. The domain is verified while its DKIM key is found.
 * When the DNS does not answer, that status does not change.
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
 * This instance now answers under a tracking name that points to it, but links use the name only when recipients can
 * reach it. Behind a proxy without a certificate for the name, every link including unsubscribe would be dead.
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

/** The domain's host names for a campaign: tracked links and the return path. */
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

/** When the domain's key was last seen, if it is missing now. */
export function lostAt(db: Connection, domainId: number | null): number | undefined {
  const row = domainId === null ? undefined : findDomain(db, domainId);
  return row?.verifiedAt === null ? lastSeenKey(db, row.id) : undefined;
}

/** True for a host that serves only links in mail. */
export function isTrackingHost(system: Connection, host: string): boolean {
  return hasTrackingHost(system, host.toLowerCase());
}

/**
 * Runs `checkDomain` when the last check is older than `maxAgeMs`. True when it ran. Does nothing when the domain was
 * deleted.
 */
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
 * Deletes a domain and its key. Its senders stay and are no longer signed.
 *
 * @throws AppError `not_found`; `in_use` while a campaign needs the key, since it would continue unsigned.
 */
export function deleteDomain(db: Connection, id: number): void {
  const user = findDomainUser(db, id);
  if (user !== undefined) {
    throw new AppError("in_use", because("domain_of_campaign", { campaign: user }));
  }
  if (!deleteDomainRow(db, id)) {
    throw notFound("domain");
  }
}

/**
 * The decrypted signing key of a domain; undefined when the domain is not set up here.
 *
 * @throws Error when the master key is missing: the message is then not sent rather than sent unsigned.
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

type StoredVerdict = Omit<RecordVerdict, "cause"> & Partial<Pick<RecordVerdict, "cause">>;

function checksOf(row: DomainRow): Partial<Record<string, StoredVerdict>> {
  return JSON.parse(row.checks) as Partial<Record<string, StoredVerdict>>;
}

/** A check that was stored before causes existed has only its English message. */
const causeless = { cause: null };

function viewOf(db: Connection, row: DomainRow, place: DomainPlace): DomainView {
  const checks = checksOf(row);
  const { id, name, verifiedAt, checkedAt, createdAt } = row;
  const { text: message, code } = because("record_unchecked");
  const unchecked = { status: "unchecked" as const, found: [], message, cause: { code } };
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
      ...causeless,
      ...(checks[recordKey(record)] ?? unchecked),
    })),
  };
}

function keyView(key: DkimKeyRow): DomainView["keys"][number] {
  const { id, selector, state, createdAt, retiredAt } = key;
  return { id, selector, state, keyBits: bitsOf(key.public), createdAt, retiredAt };
}
