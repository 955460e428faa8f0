import { csvLine } from "../../platform/csv.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { isAddressFault, parseEmailAddress } from "../../platform/email-address.ts";
import { invalidField, notFound } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import { readExpiry } from "./blocked-domains.service.ts";
import {
  deleteInstanceSuppression,
  type InstanceReason,
  insertInstanceSuppression,
  instanceSuppressionsByPrefix,
  newestInstanceSuppressions,
} from "./instance-suppressions.store.ts";
import { readAddresses } from "./suppressions.service.ts";

export { removeExpiredInstanceSuppressions } from "./instance-suppressions.store.ts";

const EXPORT_AT_ONCE = 1_000;

/** A page of the instance's list: newest first, or by address when searching. */
export function listInstanceSuppressions(
  system: Connection,
  query: { q?: string | undefined; cursor?: string | undefined; limit?: number | undefined },
) {
  const q = (query.q ?? "").trim().toLowerCase();
  const {
    limit,
    after: [createdAt, address],
  } = readPage(query, [Number.MAX_SAFE_INTEGER, ""]);
  const after = { address: String(address), limit: limit + 1 };
  const rows =
    q === ""
      ? newestInstanceSuppressions(system, { ...after, createdAt })
      : instanceSuppressionsByPrefix(system, { ...after, q });
  return cutPage(rows, limit, (row) => [row.createdAt, row.address]);
}

/**
 * Prevents all workspaces of the instance from mailing these addresses.
 *
 * @throws AppError `invalid_input` for an expiry in the past.
 */
export function addInstanceSuppressions(
  system: Connection,
  input: {
    addresses: readonly string[];
    reason: InstanceReason;
    detail: string;
    source: string;
    expiresAt?: number | null | undefined;
    actorId: string;
    now: number;
  },
) {
  const expiresAt = readExpiry(input.expiresAt, input.now);
  const { good, rejected } = readAddresses(input.addresses);
  const { reason, detail, source, actorId, now } = input;
  const added = inTransaction(system, () => {
    let n = 0;
    for (const address of good) {
      const row = {
        address,
        reason,
        source,
        detail,
        createdBy: actorId,
        createdAt: now,
        expiresAt,
      };
      n += Number(insertInstanceSuppression(system, row));
    }
    return n;
  });
  return { added, already: good.size - added, rejected };
}

/**
 * Removes an address from the instance's list. Returns its normal form.
 * @throws AppError `not_found`, `invalid_input`.
 */
export function removeInstanceSuppression(system: Connection, written: string): string {
  const read = parseEmailAddress(written);
  if (isAddressFault(read)) {
    throw invalidField("address", read.why);
  }
  if (!deleteInstanceSuppression(system, read.address)) {
    throw notFound("suppression");
  }
  return read.address;
}

/** The whole list as CSV, produced a thousand rows at a time as the client reads. */
export function instanceSuppressionsCsv(system: Connection): ReadableStream<Uint8Array> {
  let address = "";
  return new ReadableStream({
    start(controller) {
      const head = ["address", "reason", "source", "detail", "created_at", "expires_at"];
      controller.enqueue(Buffer.from(`\ufeff${csvLine(head)}`));
    },
    pull(controller) {
      const rows = instanceSuppressionsByPrefix(system, { q: "", address, limit: EXPORT_AT_ONCE });
      for (const row of rows) {
        controller.enqueue(
          Buffer.from(
            csvLine([
              row.address,
              row.reason,
              row.source,
              row.detail,
              new Date(row.createdAt).toISOString(),
              row.expiresAt === null ? "" : new Date(row.expiresAt).toISOString(),
            ]),
          ),
        );
      }
      address = rows.at(-1)?.address ?? address;
      if (rows.length < EXPORT_AT_ONCE) {
        controller.close();
      }
    },
  });
}
