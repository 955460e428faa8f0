import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { audienceSlices } from "../../../../server/delivery/audience/audience.store.ts";
import {
  claimsOf,
  keepWording,
  recordConsent,
} from "../../../../server/features/consent/consent.service.ts";
import {
  findListByName,
  membershipsOf,
  restoreMembership,
} from "../../../../server/features/lists/lists.service.ts";
import {
  findSuppression,
  type SuppressionReason,
} from "../../../../server/features/suppressions/suppressions.service.ts";
import { insertSuppression } from "../../../../server/features/suppressions/suppressions.store.ts";
import { requireTags, tagContacts, tagsOf } from "../../../../server/features/tags/tags.service.ts";
import { runTaskOf } from "../../../support/run-task.ts";
import { ImportFixture } from "../imports/import-fixture.ts";

// A workspace with people who have everything a contact can have, the export and import, and the comparison.

const DAY_MS = 86_400_000;
export const fieldTypes = [
  ["note", "text"],
  ["status", "text"],
  ["email_2", "text"],
  ["lists", "text"],
  ["constructor", "text"],
  ["size", "number"],
  ["vip", "boolean"],
  ["born", "date"],
  ["plan", "choice"],
  ["likes", "multi_choice"],
  ["site", "url"],
] as const;
const plans = ["Free", "=Pro", "a, b"];
const likes = ["Tea", "Coffee, black", '"Milk"'];

const nastyWords = [
  "=1+1",
  "'=1",
  "''@x",
  "-5",
  "+49 30",
  "@a",
  "a,b",
  'say "x"',
  "'quoted'",
  '"both"',
  "unsubscribed",
  "spam",
  "Ö ß 中",
  "a | b; c",
  "x\r\ny",
];
const text = fc
  .oneof(
    fc.constantFrom(...nastyWords),
    fc.string({ maxLength: 12 }),
    fc.string({ unit: "grapheme", maxLength: 8 }),
  )
  .map((one) => one.replaceAll("\u0000", "").toWellFormed().trim());
const name = text.map((one) => one.replace(/\p{Cc}|[\u2028\u2029]/gu, " ").trim());
const tag = name
  .map((one) => one.normalize("NFC").replace(/[;|]/g, "").replace(/\s+/gu, " ").trim())
  .filter((one) => one !== "");
const listNames = ["News", 'Big; "loud" | list', "=Offers", "a, b: subscribed"];
/** Whole milliseconds in the past. */
const past = fc.integer({ min: 1_600_000_000_000, max: 1_780_000_000_000 });
const future = fc
  .integer({ min: 1, max: 1_000 })
  .map((days) => Math.floor(Date.now() / 1_000) * 1_000 + days * DAY_MS);

export const person = fc.record({
  firstName: name,
  lastName: name,
  language: fc.constantFrom("", "de", "pt-BR"),
  timeZone: fc.constantFrom("", "Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"),
  country: fc.constantFrom("", "DE", "GB", "US"),
  city: name,
  trackingOff: fc.boolean(),
  fields: fc.record({
    note: text,
    status: text,
    email_2: text,
    lists: text,
    constructor: text,
    size: fc.option(fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))),
    vip: fc.option(fc.boolean()),
    born: fc.constantFrom(null, "2001-02-03", "1969-12-31"),
    plan: fc.constantFrom(null, ...plans),
    likes: fc.subarray(likes),
    site: fc.constantFrom(null, "https://example.org/a?b=1,2;3#x"),
  }),
  tags: fc.uniqueArray(tag, { maxLength: 3, selector: (one) => one.toLowerCase() }),
  lists: fc.uniqueArray(
    fc.record({
      list: fc.constantFrom(...listNames),
      status: fc.constantFrom("subscribed" as const, "pending" as const, "unsubscribed" as const),
      since: past,
      reason: text,
    }),
    { maxLength: 3, selector: ({ list }) => list },
  ),
  suppression: fc.option(
    fc.record({
      reason: fc.constantFrom<SuppressionReason>(
        "unsubscribed",
        "hard_bounce",
        "complaint",
        "unclear",
        "manual",
      ),
      expiresAt: fc.option(fc.oneof(future, past)),
      detail: text,
    }),
  ),
  pausedUntil: fc.option(fc.oneof(future, past)),
  createdAt: past,
  consent: fc.array(
    fc.record({
      action: fc.constantFrom("given" as const, "withdrawn" as const, "changed" as const),
      at: past,
      lists: fc.subarray(listNames, { maxLength: 2 }),
      source: fc.constantFrom("form:3", "preferences", "manual"),
      wording: fc.option(text.filter((one) => one !== "")),
      ip: fc.constantFrom("", "192.0.2.7", "2001:db8::1"),
      detail: text,
      isProven: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
});
export type Person = typeof person extends fc.Arbitrary<infer T> ? T : never;

/** A workspace with the fields and no contacts. */
export async function emptyWorkspace(): Promise<ImportFixture> {
  const fixture = new ImportFixture();
  for (const [key, type] of fieldTypes) {
    const choices = key === "plan" ? plans : key === "likes" ? likes : undefined;
    const made = await fixture.call("POST", "/contact-fields", { label: key, key, type, choices });
    if (made.status !== 200) {
      throw new Error(`no field ${key}`);
    }
  }
  return fixture;
}

const addressOf = (n: number) => `Person.${n}@example.com`;

/** Adds people to a workspace, the first as `Person.0@example.com`. */
export async function fill(fixture: ImportFixture, people: readonly Person[]): Promise<void> {
  for (const list of listNames) {
    await fixture.call("POST", "/lists", { name: list });
  }
  for (const [n, one] of people.entries()) {
    const { firstName, lastName, language, timeZone, country, city, trackingOff } = one;
    const email = addressOf(n);
    const fields = Object.fromEntries(Object.entries(one.fields).filter(([, v]) => v !== null));
    const words = { email, firstName, lastName, language, timeZone, country, city };
    const body = { ...words, trackingOff, fields };
    const made = await fixture.call<{ id: number }>("POST", "/contacts", body);
    if (made.status !== 200) {
      throw new Error(JSON.stringify(made.body));
    }
    give(fixture, made.body.id, email.toLowerCase(), one);
  }
}

function give({ db }: ImportFixture, contactId: number, address: string, one: Person): void {
  const listId = (list: string) => findListByName(db, list) ?? 0;
  db.prepare("UPDATE contact SET created_at = ?, paused_until = ? WHERE id = ?").run(
    one.createdAt,
    one.pausedUntil,
    contactId,
  );
  for (const { list, status, since, reason } of one.lists) {
    const change = { listId: listId(list), contactId, source: "form:3", reason, now: since };
    restoreMembership(db, { ...change, status });
  }
  const add = requireTags(db, one.tags, 1).map(({ id }) => id);
  tagContacts(db, { add, remove: [] }, [contactId]);
  if (one.suppression !== null) {
    insertSuppression(db, { address, source: "campaign:7", createdAt: 1, ...one.suppression });
  }
  for (const { action, at, lists, source, wording, ip, detail, isProven } of one.consent) {
    const proof = { requestedAt: at, requestIp: ip, requestUserAgent: "Browser", mailedAt: at };
    recordConsent(
      db,
      {
        ...{ contactId, action, source, ip, detail, actor: "contact", userAgent: "Browser/1" },
        listIds: lists.map(listId),
        wording: wording === null ? undefined : { hash: keepWording(db, wording, at) },
        proof: isProven ? { ...proof, messageId: "<1@x>", confirmedAt: at } : undefined,
      },
      at,
    );
  }
}

/** All data of the workspace's people, by address, without who recorded it and when. */
export function everything({ db }: ImportFixture, now = Date.now()) {
  const rows = db
    .prepare<[], Record<string, string | number | null> & { id: number; address: string }>(
      `SELECT id, email, address, first_name, last_name, language, time_zone, country, city, fields,
              tracking_off, created_at, paused_until
         FROM contact ORDER BY address`,
    )
    .all();
  return rows.map(({ id, ...row }) => {
    const held = findSuppression(db, row.address);
    const isHeld = held !== undefined && (held.expiresAt ?? Number.MAX_SAFE_INTEGER) > now;
    return {
      ...row,
      fields: JSON.parse(String(row["fields"])) as unknown,
      paused_until: Number(row["paused_until"]) > now ? row["paused_until"] : null,
      tags: tagsOf(db, id).map(({ name: tagName }) => tagName),
      lists: membershipsOf(db, id).map(({ name: list, status, changedAt, reason }) => ({
        ...{ list, status, changedAt, reason },
      })),
      suppression: isHeld
        ? { reason: held.reason, detail: held.detail, expiresAt: held.expiresAt }
        : null,
      consent: claimsOf(db, id),
    };
  });
}

/** Who would get which campaign: `everyone`, and one campaign per list, by the audience's own rules. */
export function reached({ db }: ImportFixture, now = Date.now()): Set<string> {
  const lists = db.prepare<[], { id: number; name: string }>("SELECT id, name FROM list").all();
  const audiences = [
    { name: "everyone", audience: { everyone: true, includeLists: [], excludeLists: [] } },
    ...lists.map((list) => ({
      name: list.name,
      audience: { includeLists: [list.id], excludeLists: [] },
    })),
  ];
  const slice = { from: 1, to: 1_000_000, now, blocked: "[]" };
  const address = db.prepare<[number], { address: string }>(
    "SELECT address FROM contact WHERE id = ?",
  );
  return new Set(
    audiences.flatMap(({ name: campaign, audience }) =>
      audienceSlices(audience)
        .eligible(db, 0, slice)
        .map(({ id }) => `${address.get(id)?.address} gets ${campaign}`),
    ),
  );
}

/** The file of a contact export. */
export async function exported(
  fixture: ImportFixture,
  request: Record<string, unknown> = {},
): Promise<string> {
  const who = { role: "admin" as const, workspaceId: fixture.workspace.id };
  const body = { kind: "contacts", ...request };
  const started = await fixture.app.call(who, "POST", `${fixture.base}/exports`, body);
  const { id } = (await started.json()) as { id: number };
  const { dataDir } = fixture.app;
  await runTaskOf(fixture.app, fixture.workspace.id, id);
  const row = fixture.db
    .prepare<[number], { name: string }>("SELECT name FROM task_file WHERE task_id = ?")
    .get(id);
  return readFileSync(join(dataDir, "local", "exports", row?.name ?? ""), "utf8");
}
