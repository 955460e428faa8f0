// Rotates a domain's key without sending mail that cannot be verified: the next key is published and seen in the DNS
// before it signs, and the old one stays published for mail in transit.

import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, because, invalidField, notFound } from "../../platform/errors.ts";
import { encryptSecret, type KeyRing } from "../../platform/secrets.ts";
import type { DnsLookup } from "../ports.ts";
import { freshKey, importKey, PRIVATE_KEY_PURPOSE } from "./dkim-keys.service.ts";
import { addDkimKey, deleteDkimKey, listDkimKeys } from "./dkim-keys.store.ts";
import type { DomainView, RotationStart } from "./domains.schema.ts";
import { type CheckPlace, checkDomain, readDomain, requireDomainRow } from "./domains.service.ts";
import { findDomainUser, storeSigningKey } from "./domains.store.ts";

type Open = () => Connection;
type Target = { id: number; place: CheckPlace };

/**
 * Creates or imports the next key under its own selector. It signs nothing yet.
 *
 * @throws AppError `not_found`; `conflict` while another key is pending; `invalid_input`.
 */
export async function startRotation(
  open: Open,
  keyRing: KeyRing,
  target: Target,
  input: RotationStart,
  now: number,
): Promise<DomainView> {
  refuseSecond(open(), target.id);
  const pair =
    input.privateKeyPem === undefined ? await freshKey() : importKey(input.privateKeyPem);
  const db = open();
  refuseSecond(db, target.id);
  addDkimKey(db, {
    domainId: target.id,
    selector: selectorFor(db, target.id, input.selector),
    private: encryptSecret(keyRing, PRIVATE_KEY_PURPOSE, pair.privateKeyPem),
    public: pair.publicKey,
    state: "next",
    createdAt: now,
    retiredAt: null,
  });
  return readDomain(db, target.id, target.place);
}

/**
 * Looks up the next key in the DNS and activates it when it is found. Campaigns that are being sent continue with the
 * old key, which stays listed until it is removed.
 *
 * @throws AppError `not_found`; `illegal_state` with the DNS result otherwise.
 */
export async function finishRotation(
  open: Open,
  dns: DnsLookup,
  target: Target,
  now: number,
): Promise<DomainView> {
  const before = nextKey(open(), target.id);
  const checked = await checkDomain(open, dns, target, now);
  const record = checked.records.find(({ purpose }) => purpose === "dkim_next");
  if (before === undefined || record === undefined) {
    throw new AppError("illegal_state", because("no_next_key"));
  }
  if (record.status !== "ok") {
    throw new AppError("illegal_state", because("next_key_unpublished", { host: record.host }));
  }
  const db = open();
  inTransaction(db, () => {
    const row = requireDomainRow(db, target.id);
    const next = nextKey(db, target.id);
    if (next?.id !== before.id) {
      throw new AppError("changed_meanwhile", because("key_changed"));
    }
    deleteDkimKey(db, row.id, next.id);
    addDkimKey(db, {
      domainId: row.id,
      selector: row.dkimSelector,
      private: "",
      public: row.dkimPublic,
      state: "retired",
      createdAt: row.createdAt,
      retiredAt: now,
    });
    const { selector, private: secret, public: published } = next;
    storeSigningKey(db, { id: row.id, selector, private: secret, public: published, now });
  });
  return await checkDomain(open, dns, target, now);
}

/**
 * Deletes a pending or retired key, after which its DNS record can be removed.
 *
 * @throws AppError `not_found`; `in_use` while a campaign may still sign with the old key.
 */
export function removeKey(db: Connection, target: Target, keyId: number): DomainView {
  const key = listDkimKeys(db, target.id).find((one) => one.id === keyId);
  const user = findDomainUser(db, target.id);
  if (key?.state === "retired" && user !== undefined) {
    throw new AppError("in_use", because("key_of_campaign", { campaign: user }));
  }
  if (key === undefined || !deleteDkimKey(db, target.id, keyId)) {
    throw notFound("dkim_key");
  }
  return readDomain(db, target.id, target.place);
}

const nextKey = (db: Connection, domainId: number) =>
  listDkimKeys(db, domainId).find(({ state }) => state === "next");

function refuseSecond(db: Connection, domainId: number): void {
  requireDomainRow(db, domainId);
  if (nextKey(db, domainId) !== undefined) {
    throw new AppError("conflict", because("next_key_exists"));
  }
}

function selectorFor(db: Connection, domainId: number, wanted: string | undefined): string {
  const row = requireDomainRow(db, domainId);
  const taken = [row.dkimSelector, ...listDkimKeys(db, domainId).map(({ selector }) => selector)];
  if (wanted === undefined) {
    const free = taken.map((_, index) => `sm${index + 1}`).find((name) => !taken.includes(name));
    return free ?? `sm${taken.length + 1}`;
  }
  const selector = wanted.trim().toLowerCase();
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(selector)) {
    throw invalidField("selector", because("not_a_selector"));
  }
  if (taken.includes(selector)) {
    throw invalidField("selector", because("selector_used"));
  }
  return selector;
}
