import { rmSync } from "node:fs";
import { domainOf } from "../../platform/address.rules.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { eraseFromAudiences } from "../campaigns/audience-erase.service.ts";
import { eraseConsent } from "../consent/consent.service.ts";
import {
  addressOf,
  deleteContacts,
  formerAddresses,
  mergedInto,
} from "../contacts/contacts.service.ts";
import { AGAIN, restartExports } from "../exports/export-task.service.ts";
import { dropUploadsNaming } from "../imports/import-erase.service.ts";
import { eraseFromSegments, segmentsWith } from "../segments/segment-erase.service.ts";
import { linkErased, rememberErased } from "../suppressions/suppressions.service.ts";
import { taskFilePath } from "../tasks/task-files.service.ts";
import type { Step } from "../tasks/task-kind.service.ts";
import {
  eraseAddress,
  erasePerson,
  expireExports,
  expirePersonFiles,
  forgetKept,
  forgottenFiles,
} from "./erase.store.ts";
import { deletedIdentities, eraseOutside } from "./erase-outside.ts";
import {
  hints,
  hintsOf,
  type Naming,
  redact,
  redactHints,
  redactLabel,
  rewriteJson,
} from "./mentions.rules.ts";
import type { Identity, PersonContext } from "./person-context.ts";
import { contactRow, isDomainOfOthers } from "./personal-data.store.ts";
import { forgetInRequests, storeErasure, type ToCheck } from "./privacy.store.ts";
import { rewriteOldSearches, rewriteTaskTexts } from "./task-texts.store.ts";

/** The cursor of an erasure that is committed, but whose files still exist. */
const FILES_LEFT = "files";

/**
 * Erases a person: first what can only be found by reading it, then, in the transaction of the step, everything else.
 * Safe to repeat: a second erasure finds nothing.
 */
export async function erase(
  context: PersonContext,
  { id, contactId, address }: { id: number } & Identity,
): Promise<() => Step> {
  const { open, now } = context;
  const present = identitiesOf(open(), contactId, address);
  const former = await deletedIdentities(context, present);
  const identities = [...present, ...former];
  const who = namingOf(open(), identities);
  const own = [...namePartsOf(open(), identities), ...ownDomains(open(), identities)];
  const mayMean = hintsOf(who, own);
  const { rejects, inbox } = await eraseOutside(context, identities, who);
  const uploads = await dropUploadsNaming(context, who.addresses);
  return () => {
    const db = open();
    const counts: Record<string, number> = {};
    let files = 0;
    const all = [...identitiesOf(db, contactId, address), ...former];
    linkErased(
      db,
      all.flatMap((one) => one.contactId ?? []),
      all.map((one) => one.address),
    );
    for (const one of all) {
      add(counts, eraseIdentity(db, one, `erased-${id}`, now));
      files += expirePersonFiles(db, one, now);
      forgetInRequests(db, one);
    }
    files += expireExports(db, now);
    // What they have written so far may contain the person's data.
    restartExports(db, id, now);
    const contacts = contactId === null ? 0 : deleteContacts(db, [contactId]);
    for (const one of all) {
      forgetKept(db, one.address);
    }
    const { check, ...texts } = eraseFromTexts(db, who, mayMean, now);
    const result = { contacts, ...counts, rejects, inbox, uploads, ...texts, files };
    storeErasure(db, id, JSON.stringify({ ...result, check }));
    const done = Object.values(result).reduce((sum, n) => sum + n, 0);
    return { done, cursor: FILES_LEFT, event: "erased" };
  };
}

/** Deletes the files that may contain the person's data, and the old pages of the databases. */
export function removeErasedFiles(context: PersonContext): () => Step {
  const { db, dataDir, now } = context;
  for (const name of forgottenFiles(db, now, AGAIN)) {
    rmSync(taskFilePath(dataDir, name), { force: true });
  }
  forgetLog(context);
  return () => ({ done: 0, cursor: undefined });
}

/**
 * Removes the person's addresses from texts that people wrote. A name or local part alone may belong to somebody
 * else, so texts that contain one and are still in use are returned in `check` for a person to decide.
 */
function eraseFromTexts(db: Connection, who: Naming, mayMean: readonly string[], now: number) {
  const clean = (text: string) => redact(text, who);
  const label = (text: string) => redactLabel(text, who);
  const segments = eraseFromSegments(db, { rule: clean, label }, now);
  const { changed: audiences, closed } = eraseFromAudiences(db, clean);
  const tasks =
    rewriteTaskTexts(db, (text, isJson) => (isJson ? rewriteJson(text, clean) : label(text))) +
    rewriteOldSearches(db, (json) => rewriteJson(json, (text) => redactHints(text, mayMean)));
  const check: ToCheck = {
    segments: segmentsWith(db, (text) => hints(text, mayMean)),
    campaigns: closed,
  };
  return { segments, audiences, tasks, check };
}

// The write-ahead log still contains the old pages. A concurrent reader prevents emptying it; the next checkpoint
// then does, at the latest on shutdown.
function forgetLog({ db, databases, workspaceId }: PersonContext): void {
  for (const one of [db, databases.inbox(workspaceId), databases.system]) {
    one.pragma("wal_checkpoint(TRUNCATE)");
  }
}

/** Everything that identifies the person, for searching texts without a column for it. */
function namingOf(db: Connection, identities: readonly Identity[]): Naming {
  const addresses = [...new Set(identities.map(({ address }) => address))];
  const names = identities
    .map(({ contactId }) => nameOf(db, contactId))
    .filter((parts) => parts.every((part) => part.length > 1));
  return { addresses, names };
}

const namePartsOf = (db: Connection, identities: readonly Identity[]): string[] =>
  identities.flatMap(({ contactId }) => nameOf(db, contactId));

/** Domains at which the workspace has no other contact. */
const ownDomains = (db: Connection, identities: readonly Identity[]): string[] =>
  identities
    .map(({ address }) => domainOf(address))
    .filter((domain) => !isDomainOfOthers(db, domain, identities));

function nameOf(db: Connection, contactId: number | null): string[] {
  const row = contactId === null ? undefined : contactRow(db, contactId);
  return [row?.["first_name"], row?.["last_name"]].map((part) => String(part ?? ""));
}

/** All identities of the person, including earlier addresses and contacts merged into theirs. */
function identitiesOf(db: Connection, contactId: number | null, address: string): Identity[] {
  if (contactId === null) {
    return [{ contactId, address }];
  }
  const own = addressOf(db, contactId) ?? address;
  return [
    { contactId, address },
    ...(own === address ? [] : [{ contactId: null, address: own }]),
    ...mergedInto(db, contactId),
    ...formerAddresses(db, contactId).map((former) => ({ contactId: null, address: former })),
  ];
}

function eraseIdentity(db: Connection, one: Identity, pseudonym: string, now: number) {
  const { contactId, address } = one;
  rememberErased(db, address, now);
  const counts =
    contactId === null
      ? eraseAddress(db, address)
      : erasePerson(db, { contactId, address, pseudonym });
  const consents = eraseConsent(db, { contactId: contactId ?? 0, address, pseudonym }, now);
  return { ...counts, consents };
}

function add(totals: Record<string, number>, counts: Record<string, number>): void {
  for (const [name, n] of Object.entries(counts)) {
    totals[name] = (totals[name] ?? 0) + n;
  }
}
