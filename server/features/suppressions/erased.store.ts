import { createHmac } from "node:crypto";
import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import { AppError, because, faultyField } from "../../platform/errors.ts";

/** Thrown when an erased address would be added again. */
export class ErasedAddress extends AppError {
  constructor() {
    const why = because("person_erased");
    super("erased", why, { fields: [faultyField("email", why)] });
  }
}

const selectKey = statement<[], { key: Buffer }>("SELECT key FROM erasure_key WHERE id = 1");
const selectAny = statement<[], { n: number }>("SELECT EXISTS (SELECT 1 FROM erased_address) AS n");
const selectHash = statement<[hash: Buffer], { erasedAt: number }>(
  "SELECT erased_at AS erasedAt FROM erased_address WHERE hash = ?",
);
const selectLatest = statement<[], { at: number | null }>(
  "SELECT max(erased_at) AS at FROM erased_address",
);
const insertHash = statement<[hash: Buffer, now: number]>(
  "INSERT INTO erased_address (hash, erased_at) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING",
);

const deleteHash = statement<[hash: Buffer]>("DELETE FROM erased_address WHERE hash = ?");

const insertLink = statement<[{ contactId: number; hash: Buffer }]>(
  "INSERT INTO erased_contact (contact_id, hash) VALUES (@contactId, @hash) ON CONFLICT DO NOTHING",
);
const selectRefusals = statement<[hash: Buffer], ErasedRefusal>(`
  SELECT refusal, max(refused_at) AS refusedAt FROM erased_contact
   WHERE hash = ? AND refusal IS NOT NULL
   GROUP BY refusal
   ORDER BY refusal
`);
const keepAddress = statement<[{ hash: Buffer; address: string }]>(`
  UPDATE erased_contact SET address = @address, refusal = NULL, refused_at = NULL WHERE hash = @hash
`);
const dropAddress = statement<[address: string]>(
  "UPDATE erased_contact SET address = NULL WHERE address = ?",
);

/**
 * True when the person with this normalized address was erased. Most workspaces have erased nobody, so this is one
 * cheap lookup.
 */
export function isErased(db: Connection, address: string): boolean {
  return hasErased(db) && selectHash(db).get(hashOf(db, address)) !== undefined;
}

/**
 * Whether anybody was erased. An import checks this once per transaction and looks up single addresses only if so.
 */
export function hasErased(db: Connection): boolean {
  return selectAny(db).get()?.n === 1;
}

/** Whether anybody was erased at that time or later. */
export function wasErasedSince(db: Connection, at: number): boolean {
  return (selectLatest(db).get()?.at ?? Number.NEGATIVE_INFINITY) >= at;
}

/** @throws ErasedAddress when the person with this address was erased. */
export function refuseErased(db: Connection, address: string): void {
  if (isErased(db, address)) {
    throw new ErasedAddress();
  }
}

/** Prevents the address from being added again, without storing it. */
export function rememberErased(db: Connection, address: string, now: number): void {
  insertHash(db).run(hashOf(db, address), now);
}

/** What a person requested by a link in old mail while they were erased. */
export type ErasedRefusal = { refusal: "unsubscribed" | "complaint"; refusedAt: number };

/**
 * Allows the address to be added again. Unsubscribe links in the person's old mail then work for the address again.
 *
 * @returns what the person requested during the erasure, the strongest first; undefined when the address was not
 * erased.
 */
export function forgetErased(db: Connection, address: string): ErasedRefusal[] | undefined {
  const hash = hashOf(db, address);
  if (deleteHash(db).run(hash).changes === 0) {
    return undefined;
  }
  const refusals = selectRefusals(db).all(hash);
  keepAddress(db).run({ hash, address });
  return refusals;
}

/** Links the contacts of an erased person to the keyed hashes of all their addresses, without storing the addresses. */
export function linkErased(
  db: Connection,
  contactIds: readonly number[],
  addresses: readonly string[],
): void {
  for (const address of addresses) {
    dropAddress(db).run(address);
    const hash = hashOf(db, address);
    for (const contactId of contactIds) {
      insertLink(db).run({ contactId, hash });
    }
  }
}

function hashOf(db: Connection, address: string): Buffer {
  const row = selectKey(db).get();
  if (row === undefined) {
    throw new Error("the workspace has no erasure key");
  }
  return createHmac("sha256", row.key).update(address).digest();
}
