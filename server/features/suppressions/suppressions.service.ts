import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { isAddressFault, parseEmailAddress } from "../../platform/email-address.ts";
import { AppError, invalidField, notFound, told } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import { because } from "../../reasons/because.ts";
import { readExpiry } from "./blocked-domains.service.ts";
import {
  endUnsubscribe,
  findSuppression,
  insertSuppression,
  liftSuppression,
  newestSuppressions,
  restoreRefusal,
  type SuppressionReason,
  suppressionsByPrefix,
  suppressionsByReason,
} from "./suppressions.store.ts";

export * from "./erased.store.ts";
export { singleMailProblem } from "./single-mail.ts";
export {
  contactAt,
  findSuppression,
  forgetClaim,
  forgetDoubts,
  hasClaim,
  holdingReason,
  liftSuppression,
  removeExpiredSuppressions,
  type SuppressionReason,
  suppressionCounts,
} from "./suppressions.store.ts";

type Query = {
  q?: string | undefined;
  reason?: SuppressionReason | undefined;
  cursor?: string | undefined;
  limit?: number | undefined;
};

/** The columns of the suppression export, by which an import recognises it. */
export const SUPPRESSION_FILE_COLUMNS = [
  "email",
  "status",
  "source",
  "detail",
  "created_at",
  "expires_at",
] as const;

/** A page of suppressions: newest first, or by address when searching or filtering by reason. */
export function listSuppressions(db: Connection, query: Query) {
  const q = (query.q ?? "").trim().toLowerCase();
  const {
    limit,
    after: [createdAt, address],
  } = readPage(query, [Number.MAX_SAFE_INTEGER, ""]);
  const after = { address: String(address), limit: limit + 1 };
  const rows =
    q !== ""
      ? suppressionsByPrefix(db, { ...after, q, reason: query.reason ?? "" })
      : query.reason !== undefined
        ? suppressionsByReason(db, { ...after, reason: query.reason })
        : newestSuppressions(db, { ...after, createdAt });
  return cutPage(rows, limit, (row) => [row.createdAt, row.address]);
}

/**
 * Suppresses addresses. Invalid ones are returned with the reason. Repeating it changes nothing.
 *
 * @param input `source` is for instance `manual`, `import:3` or `campaign:7`.
 */
export function addSuppressions(
  db: Connection,
  input: {
    addresses: readonly string[];
    reason: SuppressionReason;
    detail: string;
    source: string;
    now: number;
    /** Unix ms; permanent when omitted. */
    expiresAt?: number | null | undefined;
  },
) {
  const expiresAt = readExpiry(input.expiresAt, input.now);
  const { good, rejected } = readAddresses(input.addresses);
  const { reason, detail, source, now } = input;
  const added = inTransaction(db, () => {
    let n = 0;
    for (const address of good) {
      const row = { address, reason, source, detail, createdAt: now, expiresAt };
      n += Number(insertSuppression(db, row));
    }
    return n;
  });
  return { added, already: good.size - added, rejected };
}

/**
 * True for reasons that the person can undo by signing up again: `unsubscribed`, and `unclear`, where it is unknown
 * what they want. Bounces, complaints and manual suppressions remain.
 */
export function isOpenToReturn(reason: SuppressionReason | undefined): boolean {
  return reason === "unsubscribed" || reason === "unclear";
}

/** The detail of `unclear` when the file says nothing about consent and nobody stated that its people agreed. */
export const AGREEMENT_UNKNOWN = "agreement_unknown";

/** Separates addresses in normal form from invalid ones. */
export function readAddresses(written: readonly string[]) {
  const rejected: ({ address: string } & ReturnType<typeof told>)[] = [];
  const good = new Set<string>();
  for (const one of written) {
    const read = parseEmailAddress(one);
    if (isAddressFault(read)) {
      rejected.push({ address: one, ...told(read.why) });
    } else {
      good.add(read.address);
    }
  }
  return { good, rejected };
}

/**
 * Suppresses one normalized address, in the caller's transaction if there is one. False when it is already suppressed
 * for an equally strong reason.
 *
 * @param suppression.expiresAt Unix ms; permanent when omitted.
 */
export function suppressAddress(
  db: Connection,
  suppression: {
    address: string;
    reason: SuppressionReason;
    source: string;
    detail: string;
    expiresAt?: number | undefined;
  },
  now: number,
): boolean {
  const { expiresAt = null } = suppression;
  return insertSuppression(db, { ...suppression, createdAt: now, expiresAt });
}

/**
 * Removes a suppression. Returns the address's normal form. The caller records who did it and why, and notifies
 * delivery, which caches suppressions while sending. When a bounce is removed, an earlier unsubscribe applies again.
 * When anything except an unsubscribe is removed, reasons that were reported in the meantime apply.
 *
 * @throws AppError `not_found` when it is not suppressed, `invalid_input` for a malformed address, `forbidden` for
 * somebody who reported spam, without the right to mail them again.
 */
export function removeSuppression(
  db: Connection,
  written: string,
  { mayLiftComplaints }: { mayLiftComplaints: boolean },
): string {
  const read = parseEmailAddress(written);
  if (isAddressFault(read)) {
    throw invalidField("address", read.why);
  }
  inTransaction(db, () => {
    const row = findSuppression(db, read.address);
    if (row === undefined) {
      throw notFound("suppression");
    }
    if (row.reason === "complaint" && !mayLiftComplaints) {
      throw new AppError("forbidden", because("complaint_stays"));
    }
    if (isOpenToReturn(row.reason)) {
      endUnsubscribe(db, row);
    } else if (liftSuppression(db, row) && row.reason === "hard_bounce") {
      restoreRefusal(db, read.address);
    }
  });
  return read.address;
}
