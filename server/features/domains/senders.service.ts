import { domainOf } from "../../platform/address.rules.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because, invalidField, notFound, refusedField } from "../../platform/errors.ts";
import { isReservedDomain, requireSenderAddress } from "./domains.rules.ts";
import type { SenderChange, SenderCreate, SenderView } from "./domains.schema.ts";
import {
  addSender,
  deleteSenderRow,
  findDomainIdFor,
  findSender,
  findSenderUser,
  listSenders,
  replaceSender,
  type SenderRow,
} from "./senders.store.ts";

/** A sender as campaigns use it: name, address and signing domain. */
export type Sender = SenderView & { domainName: string | null };

/** All senders by name. */
export function readSenders(db: Connection): { items: SenderView[]; nextCursor: null } {
  return { items: listSenders(db).map(viewOf), nextCursor: null };
}

/** @throws AppError `not_found`. */
export function readSender(db: Connection, id: number): SenderView {
  return viewOf(required(db, id));
}

/** A sender with its signing domain; undefined when there is none. */
export function findSenderForCampaign(db: Connection, id: number): Sender | undefined {
  const row = findSender(db, id);
  return row === undefined ? undefined : { ...viewOf(row), domainName: row.domainName };
}

/**
 * Adds a From address and links it to its signing domain, if that is set up.
 *
 * @throws AppError `invalid_input` for a malformed address or a mailbox provider's; `conflict` when it already
 * exists.
 */
export function createSender(db: Connection, input: SenderCreate, now: number): SenderView {
  const values = checked(db, { replyTo: "", ...input });
  const id = addSender(db, { ...values, createdAt: now });
  if (id === undefined) {
    throw taken(values.email);
  }
  return readSender(db, id);
}

/**
 * Changes the given properties. Launched campaigns keep their sender as it was.
 *
 * @throws the errors of `createSender`.
 */
export function changeSender(db: Connection, id: number, change: SenderChange): SenderView {
  const row = required(db, id);
  const values = checked(db, { ...row, ...change });
  if (!replaceSender(db, { ...values, id })) {
    throw taken(values.email);
  }
  return readSender(db, id);
}

/**
 * Deletes a sender; drafts lose their reference to it.
 * @throws AppError `in_use` while a scheduled campaign needs it.
 */
export function deleteSender(db: Connection, id: number): void {
  const user = findSenderUser(db, id);
  if (user !== undefined) {
    throw new AppError("in_use", because("sender_of_campaign", { campaign: user }));
  }
  if (!deleteSenderRow(db, id)) {
    throw notFound("sender");
  }
}

function checked(db: Connection, input: { name: string; email: string; replyTo: string }) {
  const { email, domain } = requireSenderAddress(input.email.trim());
  const name = input.name.trim();
  if (name === "" || hasControl(name)) {
    throw invalidField("name", because(name === "" ? "empty" : "control_character"));
  }
  const replyTo = input.replyTo.trim();
  if (replyTo !== "" && !/^[^\s@<>,;:"]+@[^\s@<>,;:"]+\.[^\s@<>,;:"]+$/.test(replyTo)) {
    throw invalidField("replyTo", because("not_an_email"));
  }
  return { name, email, replyTo, domainId: findDomainIdFor(db, domain) };
}

/** True for CR, LF, NUL and other control characters, which are not allowed in a header. */
function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

function taken(email: string): AppError {
  return refusedField("conflict", "email", because("sender_exists", { email }));
}

function required(db: Connection, id: number): SenderRow {
  const row = findSender(db, id);
  if (row === undefined) {
    throw notFound("sender");
  }
  return row;
}

function viewOf(row: SenderRow): SenderView {
  const { id, name, email, replyTo, domainId, createdAt } = row;
  return {
    id,
    name,
    email,
    replyTo,
    domainId,
    createdAt,
    domainVerified: row.domainVerifiedAt !== null,
    testOnly: isReservedDomain(domainOf(email)),
  };
}
