import { createHash } from "node:crypto";
import { csvLine } from "../../platform/csv.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import {
  type ConsentAction,
  type ConsentRow,
  consentAfter,
  consentBefore,
  eraseConsentRows,
  insertConsent,
  insertWording,
} from "./consent.store.ts";
import { type ConsentClaim, claimDetail, claimKey } from "./consent-claims.rules.ts";

/** The proof of a double opt-in: who signed up, which message carried the link, and who confirmed. */
export type OptInProof = {
  requestedAt: number;
  requestIp: string;
  requestUserAgent: string;
  mailedAt: number | null;
  /** Message-ID of the confirmation mail. */
  messageId: string;
  confirmedAt: number;
};

/** A consent entry to write. */
export type ConsentFact = {
  contactId: number;
  action: ConsentAction;
  /** The lists it applies to; none means all mail. */
  listIds?: readonly number[];
  /** `form:3`, `preferences`, `import:12`, `manual`, `api`. */
  source: string;
  /** `contact`, or the person who acted for them. */
  actor: string;
  /** From `keepWording`, with its version in the form. */
  wording?: { hash: string; version?: number } | undefined;
  formId?: number | undefined;
  ip?: string;
  userAgent?: string;
  proof?: OptInProof | undefined;
  detail?: string;
};

export { type ConsentClaim, readClaims } from "./consent-claims.rules.ts";

/** An entry of the consent log as the API returns it. */
export type ConsentEntry = ReturnType<typeof toEntry>;

/**
 * Writes an entry in the caller's transaction, so that no consent exists without its entry. Entries never change
 * afterwards; a trigger on the table enforces that.
 */
export function recordConsent(db: Connection, fact: ConsentFact, now: number): void {
  insertConsent(db, {
    at: now,
    contactId: fact.contactId,
    action: fact.action,
    listIds: JSON.stringify(fact.listIds ?? []),
    source: fact.source,
    actor: fact.actor,
    wordingHash: fact.wording?.hash ?? null,
    wordingVersion: fact.wording?.version ?? null,
    formId: fact.formId ?? null,
    ip: fact.ip ?? "",
    userAgent: fact.userAgent ?? "",
    proof: fact.proof === undefined ? null : JSON.stringify(fact.proof),
    detail: fact.detail ?? "",
  });
}

/** Stores a wording permanently, only once even if it is shown often, and returns its SHA-256 in hex. */
export function keepWording(db: Connection, text: string, now: number): string {
  const hash = createHash("sha256").update(text).digest("hex");
  insertWording(db, hash, text, now);
  return hash;
}

/** A contact's entries, newest first. Works for deleted contacts too. */
export function consentOfContact(
  db: Connection,
  contactId: number,
  query: { cursor?: string | undefined; limit?: number | undefined },
) {
  const {
    limit,
    after: [before],
  } = readPage(query, [Number.MAX_SAFE_INTEGER]);
  const rows = consentBefore(db, contactId, before, limit + 1);
  const page = cutPage(rows, limit, (row) => [row.id]);
  return { items: page.items.map(toEntry), nextCursor: page.nextCursor };
}

/**
 * Removes personal data from a person's entries: a pseudonym replaces the address, and IP address, user agent, proof
 * and free text are deleted. What was agreed to, when, and the wording stay as evidence. Returns the number of
 * entries.
 *
 * @param person.pseudonym Must not contain `@`. Always the same for one person, so that their entries stay together.
 */
export function eraseConsent(
  db: Connection,
  person: { contactId: number; address: string; pseudonym: string },
  now: number,
): number {
  return eraseConsentRows(db, { ...person, now });
}

const EXPORT_ROWS = 500;
const columns = [
  "id",
  "at",
  "contactId",
  "address",
  "action",
  "lists",
  "source",
  "actor",
  "form",
  "wordingVersion",
  "wordingHash",
  "wording",
  "ip",
  "userAgent",
  "proof",
  "detail",
  "erasedAt",
] as const;

/**
 * The consent log as text, in pieces of 500 entries: the whole log or one contact's.
 *
 * @param open Returns the workspace's connection and is called for each piece.
 */
export function* exportConsent(
  open: () => Connection,
  format: "csv" | "json",
  contactId?: number,
): Generator<string> {
  yield format === "csv" ? csvLine(columns) : "[";
  let isFirst = true;
  for (const rows of pieces(open, contactId)) {
    let text = "";
    for (const row of rows) {
      const entry = toEntry(row);
      text +=
        format === "csv"
          ? csvLine(cellsOf(entry))
          : `${isFirst ? "" : ","}\n${JSON.stringify(entry)}`;
      isFirst = false;
    }
    yield text;
  }
  if (format === "json") {
    yield "\n]\n";
  }
}

function* pieces(open: () => Connection, contactId: number | undefined): Generator<ConsentRow[]> {
  let at = contactId === undefined ? 0 : Number.MAX_SAFE_INTEGER;
  for (;;) {
    const rows =
      contactId === undefined
        ? consentAfter(open(), at, EXPORT_ROWS)
        : consentBefore(open(), contactId, at, EXPORT_ROWS);
    const last = rows.at(-1);
    if (last === undefined) {
      return;
    }
    at = last.id;
    yield rows;
  }
}

function cellsOf(entry: ConsentEntry): string[] {
  return columns.map((column) => {
    switch (column) {
      case "at":
        return new Date(entry.at).toISOString();
      case "lists":
        return entry.lists.map(({ id, name }) => name ?? `#${id}`).join("; ");
      case "form":
        return entry.form === null ? "" : (entry.form.name ?? `#${entry.form.id}`);
      case "proof":
        return jsonOf(entry.proof ?? (entry.imported && { imported: entry.imported }));
      case "erasedAt":
        return entry.erasedAt === null ? "" : new Date(entry.erasedAt).toISOString();
      default:
        return String(entry[column] ?? "");
    }
  });
}

const jsonOf = (value: object | null): string => (value === null ? "" : JSON.stringify(value));

function toEntry(row: ConsentRow) {
  const { listIds, listNames, formId, formName, proof, ...rest } = row;
  const names = new Map(JSON.parse(listNames) as [number, string][]);
  return {
    ...rest,
    lists: (JSON.parse(listIds) as number[]).map((id) => ({ id, name: names.get(id) ?? null })),
    form: formId === null ? null : { id: formId, name: formName },
    ...readProof(proof),
  };
}

/** The evidence for an entry: a double opt-in that we recorded, or a claim from a file. */
function readProof(stored: string | null): {
  proof: OptInProof | null;
  imported: ConsentClaim | null;
} {
  if (stored === null) {
    return { proof: null, imported: null };
  }
  const read = JSON.parse(stored) as OptInProof | { imported: ConsentClaim };
  return "imported" in read
    ? { proof: null, imported: read.imported }
    : { proof: read, imported: null };
}

const MAX_CARRIED = 500;
/** Placeholder in `list_ids` for lists that do not exist here: an empty array would mean all mail. */
const NO_LIST_HERE = 0;

/** A contact's entries as a file contains them, oldest first. Limited to the newest 500. */
export function claimsOf(db: Connection, contactId: number): ConsentClaim[] {
  return consentBefore(db, contactId, Number.MAX_SAFE_INTEGER, MAX_CARRIED)
    .map(toEntry)
    .reverse()
    .map((entry) => entry.imported ?? toClaim(entry));
}

function toClaim(entry: ConsentEntry): ConsentClaim {
  const { action, source, actor, wording, ip, userAgent, proof, detail } = entry;
  return {
    at: new Date(entry.at).toISOString(),
    action,
    lists: entry.lists.map(({ id, name }) => name ?? `#${id}`),
    source,
    actor,
    ...(wording === null ? {} : { wording }),
    ...(ip === "" ? {} : { ip }),
    ...(userAgent === "" ? {} : { userAgent }),
    ...(proof === null ? {} : { proof: JSON.stringify(proof) }),
    ...(detail === "" ? {} : { detail }),
  };
}

/**
 * Writes the claims of a file into the consent log, in the caller's transaction. Each becomes an entry with this
 * import as its source, the current time and the importing person, and keeps the claim in its detail. Claims that the
 * contact already has are skipped.
 *
 * @param listId Finds a list by name; undefined when there is none.
 */
export function recordClaims(
  db: Connection,
  contactId: number,
  claims: readonly ConsentClaim[],
  by: { source: string; actor: string; listId: (name: string) => number | undefined },
  now: number,
): void {
  if (claims.length === 0) {
    return;
  }
  const known = new Set(claimsOf(db, contactId).map(claimKey));
  for (const claim of claims.filter((one) => !known.has(claimKey(one)))) {
    const ids = claim.lists.flatMap((name) => by.listId(name) ?? []);
    const listIds = claim.lists.length > 0 && ids.length === 0 ? [NO_LIST_HERE] : ids;
    insertConsent(db, {
      at: now,
      contactId,
      action: claim.action,
      listIds: JSON.stringify(listIds),
      source: by.source,
      actor: by.actor,
      wordingHash: claim.wording === undefined ? null : keepWording(db, claim.wording, now),
      wordingVersion: null,
      formId: null,
      ip: "",
      userAgent: "",
      proof: JSON.stringify({ imported: claim }),
      detail: claimDetail(claim),
    });
  }
}
