import { gunzipSync } from "node:zlib";
import { forgetJobErrors } from "../../platform/scheduler/job-errors.store.ts";
import {
  campaignAfter,
  deletedRecipients,
  deleteInboxMail,
  deleteReject,
  eraseFromInbox,
  type InboxTable,
  inboxMailAfter,
  messagesOf,
  rejectsAfter,
} from "./erase.store.ts";
import { mailMentions, mentions, type Naming } from "./mentions.rules.ts";
import type { Identity, PersonContext } from "./person-context.ts";

const REJECTS_AT_ONCE = 1_000;
const MAILS_AT_ONCE = 20;
/** At most 1 MiB of a message is stored. */
const MAX_MAIL_BYTES = 4 * 1024 * 1024;

/**
 * Deletes data about the person that can only be found by reading it: rejected import rows, stored mail, and errors
 * of jobs. Works in steps that let others write in between. Must run while the messages still belong to the person.
 * Safe to repeat.
 */
export async function eraseOutside(
  context: PersonContext,
  identities: readonly Identity[],
  who: Naming,
): Promise<{ rejects: number; inbox: number }> {
  const { databases, workspaceId, open } = context;
  let inbox = 0;
  for (const { contactId, address } of identities) {
    const messages = contactId === null ? "[]" : messagesOf(open(), contactId);
    inbox += eraseFromInbox(databases.inbox(workspaceId), address, messages);
  }
  for (const table of ["test_message", "received_mail"] as const) {
    inbox += await eraseStoredMail(context, table, who);
  }
  forgetJobErrors(databases.system, workspaceId, (error) => mentions(error, who));
  return { rejects: await eraseRejects(context, who), inbox };
}

/**
 * The person's earlier contacts, which were deleted: their messages still have the address. Reads the campaigns one by
 * one, so that others can write in between.
 */
export async function deletedIdentities(
  { open, signal }: Pick<PersonContext, "open" | "signal">,
  present: readonly Identity[],
): Promise<Identity[]> {
  const addresses = present.map(({ address }) => address);
  const found: Identity[] = [];
  let campaignId = campaignAfter(open(), 0);
  while (campaignId !== undefined) {
    signal.throwIfAborted();
    const deleted = deletedRecipients(open(), campaignId, addresses);
    // A merged contact no longer exists either, but its address is already known.
    found.push(...deleted.filter((one) => !isAmong([...present, ...found], one)));
    campaignId = campaignAfter(open(), campaignId);
    await Bun.sleep(1);
  }
  return found;
}

const isAmong = (identities: readonly Identity[], { contactId }: Identity) =>
  identities.some((one) => one.contactId === contactId);

async function eraseStoredMail(
  { databases, workspaceId, signal }: PersonContext,
  table: InboxTable,
  who: Naming,
): Promise<number> {
  let removed = 0;
  for (let after = 0; ; ) {
    signal.throwIfAborted();
    const db = databases.inbox(workspaceId);
    const mails = inboxMailAfter(db, table, after, MAILS_AT_ONCE);
    for (const { id, raw } of mails) {
      if (mailMentions(unpacked(raw), who)) {
        deleteInboxMail(db, table, id);
        removed += 1;
      }
    }
    const last = mails.at(-1);
    if (last === undefined || mails.length < MAILS_AT_ONCE) {
      return removed;
    }
    after = last.id;
    await Bun.sleep(1);
  }
}

// Damaged data that cannot be unpacked is searched as it is.
function unpacked(raw: Buffer): Buffer {
  try {
    return gunzipSync(raw, { maxOutputLength: MAX_MAIL_BYTES });
  } catch {
    return raw;
  }
}

async function eraseRejects({ signal, open }: PersonContext, who: Naming): Promise<number> {
  let removed = 0;
  let after: { importId: number; rowNo: number } | undefined = { importId: 0, rowNo: 0 };
  while (after !== undefined) {
    signal.throwIfAborted();
    const rows = rejectsAfter(open(), after, REJECTS_AT_ONCE);
    for (const { importId, rowNo, raw } of rows) {
      if (mentions(raw, who)) {
        deleteReject(open(), importId, rowNo);
        removed += 1;
      }
    }
    after = rows.length < REJECTS_AT_ONCE ? undefined : rows.at(-1);
    await Bun.sleep(1);
  }
  return removed;
}
