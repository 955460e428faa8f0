import { existsSync } from "node:fs";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { isAddressFault, parseEmailAddress } from "../../platform/email-address.ts";
import { AppError, because, invalidField, notFound } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import { newId } from "../../platform/ids.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";
import { spokenError, storedBecause } from "../../reasons/because.ts";
import {
  addressOf,
  findIdByAddress,
  formerAddresses,
  formerOwnerOf,
  keptOf,
  mergedInto,
} from "../contacts/contacts.service.ts";
import {
  forgetErased,
  rememberErased,
  suppressAddress,
} from "../suppressions/suppressions.service.ts";
import { addTaskFile, isComplete, taskFilePath } from "../tasks/task-files.service.ts";
import { findFormerTask, startTask } from "../tasks/tasks.service.ts";
import { personTasks } from "./person-tasks.service.ts";
import {
  findRequest,
  insertRequest,
  type RequestKind,
  type RequestRow,
  requestsBefore,
  type ToCheck,
  toCheckNow,
} from "./privacy.store.ts";

const GONE = storedBecause("request_file_gone");

export type PrivacyContext = {
  db: Connection;
  jobs: JobQueue;
  workspaceId: string;
  actorId: string;
  now: number;
};

/**
 * Queues the export or erasure of a person, by contact or address. From then on an erased address cannot be added
 * again in any way.
 *
 * @throws AppError `not_found` for an unknown contact id, `invalid_input` for a malformed address.
 */
export function requestPrivacy(
  context: PrivacyContext,
  request: { kind: RequestKind; contactId?: number | undefined; address?: string | undefined },
) {
  const { db, workspaceId, now } = context;
  const person = personOf(db, request);
  return inTransaction(db, () => {
    if (request.kind === "erase") {
      for (const address of addressesOf(db, person)) {
        rememberErased(db, address, now);
      }
    }
    const task = personTasks[`person_${request.kind}`];
    const { id } = startTask(context, task, { payload: {} });
    const { contactId = null, address } = person;
    insertRequest(db, { id, kind: request.kind, contactId, address });
    if (request.kind === "export") {
      addTaskFile(db, id, `${workspaceId}_${newId()}.zip`);
    }
    return getRequest(db, id, now);
  });
}

/** A page of requests, newest first. */
export function listRequests(
  db: Connection,
  query: { cursor?: string | undefined; limit?: number | undefined },
  now: number,
) {
  const {
    limit,
    after: [before],
  } = readPage(query, [Number.MAX_SAFE_INTEGER]);
  const page = cutPage(requestsBefore(db, before, limit + 1), limit, (row) => [row.id]);
  return { items: page.items.map((row) => toRequest(db, row, now)), nextCursor: page.nextCursor };
}

/** @throws AppError `not_found` */
export function getRequest(db: Connection, id: number, now: number) {
  return toRequest(db, rowOf(db, id), now);
}

/** The path of an export's archive. @throws AppError `not_found`, or `illegal_state` while it is being created, or when it was cut since. */
export function requestFile(db: Connection, dataDir: string, id: number, now: number): string {
  const row = rowOf(db, id);
  if (row.state !== "done" || row.fileName === null) {
    throw new AppError("illegal_state", because("request_without_file"));
  }
  const path = taskFilePath(dataDir, row.fileName);
  if ((row.expiresAt ?? 0) <= now || !existsSync(path)) {
    throw new AppError("not_found", because("request_file_gone"));
  }
  if (!isComplete(path, row.sizeBytes)) {
    throw new AppError("illegal_state", because("file_damaged"));
  }
  return path;
}

/**
 * Allows an erased address to be added again. If the person has unsubscribed or complained in the meantime, the address
 * is suppressed.
 *
 * @throws AppError `not_found` when it was not erased, `invalid_input`.
 */
export function liftErasure(db: Connection, written: string): void {
  const address = readAddress(written);
  inTransaction(db, () => {
    const refusals = forgetErased(db, address);
    if (refusals === undefined) {
      throw notFound("erased_address");
    }
    for (const { refusal: reason, refusedAt } of refusals) {
      suppressAddress(db, { address, reason, source: "preferences", detail: "" }, refusedAt);
    }
  });
}

function personOf(
  db: Connection,
  request: { contactId?: number | undefined; address?: string | undefined },
): { contactId: number | undefined; address: string } {
  if ((request.contactId === undefined) === (request.address === undefined)) {
    throw invalidField("contactId", because("contact_or_address"));
  }
  if (request.contactId !== undefined) {
    const address = addressOf(db, request.contactId);
    if (address === undefined) {
      throw notFound("contact");
    }
    return { contactId: request.contactId, address };
  }
  const address = readAddress(request.address ?? "");
  const contactId = findIdByAddress(db, address);
  const kept =
    contactId === undefined ? (keptOf(db, address) ?? formerOwnerOf(db, address)) : undefined;
  // A former or merged address belongs to the contact that is kept, so the request applies to that contact.
  return kept === undefined
    ? { contactId, address }
    : { contactId: kept, address: addressOf(db, kept) ?? address };
}

function addressesOf(
  db: Connection,
  person: { contactId: number | undefined; address: string },
): string[] {
  const { contactId, address } = person;
  const merged = contactId === undefined ? [] : mergedInto(db, contactId);
  const former = contactId === undefined ? [] : formerAddresses(db, contactId);
  return [...new Set([address, ...merged.map((one) => one.address), ...former])];
}

function readAddress(written: string): string {
  const read = parseEmailAddress(written);
  if (isAddressFault(read)) {
    throw invalidField("address", read.why);
  }
  return read.address;
}

/** Ids from the time when requests had a table of their own still find their request. */
function rowOf(db: Connection, id: number): RequestRow {
  const row =
    findRequest(db, id) ?? findRequest(db, findFormerTask(db, id, "privacy_request") ?? 0);
  if (row === undefined) {
    throw notFound("privacy_request");
  }
  return row;
}

function toRequest(db: Connection, row: RequestRow, now: number) {
  const { fileName: _, result, ...shown } = row;
  const { check, ...counts } = JSON.parse(result) as Record<string, number> & { check?: ToCheck };
  const isDone = row.kind === "export" && row.state === "done";
  const isExpired = isDone && (row.expiresAt ?? 0) <= now;
  return {
    ...spokenError({ ...shown, error: isExpired ? GONE : row.error }),
    sizeBytes: isDone && !isExpired ? row.sizeBytes : 0,
    result: counts as Record<string, number>,
    check: check === undefined ? [] : toCheckNow(db, check),
  };
}
