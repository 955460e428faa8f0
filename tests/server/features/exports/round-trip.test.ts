import { afterEach, expect, test } from "bun:test";
import fc from "fast-check";
import { StatusTally } from "../../../../server/features/imports/import-check.rules.ts";
import { withoutSay } from "../../../../server/features/imports/own-file.ts";
import type { Guess, ImportFixture } from "../imports/import-fixture.ts";
import { ImportFixture as Workspace } from "../imports/import-fixture.ts";
import { emptyWorkspace, everything, exported, fill, person, reached } from "./round-trip.ts";

const open: ImportFixture[] = [];
const closeAll = () => {
  for (const fixture of open.splice(0)) {
    fixture.close();
  }
};
afterEach(closeAll);
const kept = (fixture: ImportFixture): ImportFixture => {
  open.push(fixture);
  return fixture;
};

test("import(export(x)) is x for everything a contact has, and repeating it changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(person, { minLength: 1, maxLength: 8 }), async (people) => {
      closeAll();
      const now = Date.now();
      const one = kept(await emptyWorkspace());
      await fill(one, people);
      const file = await exported(one);
      const two = kept(await emptyWorkspace());
      const result = await two.import(file);

      expect([result.state, result.rejected, result.created]).toEqual(["done", 0, people.length]);
      expect(everything(two, now)).toEqual(everything(one, now));
      expect([...reached(two, now)].sort()).toEqual([...reached(one, now)].sort());
      await two.import(file);
      expect(everything(two, now)).toEqual(everything(one, now));
    }),
    { numRuns: 12 },
  );
}, 180_000);

const chosen = fc.subarray([
  "first_name",
  "status:text",
  "suppressed_until",
  "paused_until",
  "tracking",
  "tags",
  "lists",
  "consent",
]);

test("whatever columns are chosen, a round trip reaches nobody who was not reached before", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(person, { minLength: 1, maxLength: 8 }),
      chosen,
      fc.boolean(),
      fc.integer({ max: 1_000, min: 0 }),
      async (people, columns, intoList, daysLater) => {
        closeAll();
        // Pauses and suppressions expire, at different times.
        const at = Date.now() + daysLater * 86_400_000;
        const one = kept(await emptyWorkspace());
        await fill(one, people);
        const two = kept(await emptyWorkspace());
        const { body: list } = await two.call<{ id: number }>("POST", "/lists", { name: "Chosen" });
        const file = await exported(one, { columns });
        await two.import(file, intoList ? { listIds: [list.id] } : {});

        const before = new Set([...reached(one, at)].map(personOf));
        const after = [...reached(two, at)].map(personOf);
        expect(after.filter((address) => !before.has(address))).toEqual([]);
      },
    ),
    { numRuns: 25 },
  );
}, 180_000);

/** A list that the file lacks can be chosen, so only whether somebody is reached at all is compared. */
const personOf = (line: string) => line.split(" gets ")[0];

test("existing contacts keep the stricter state of either side", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(person, person), { minLength: 1, maxLength: 6 }),
      async (pairs) => {
        closeAll();
        const now = Date.now();
        const one = kept(await emptyWorkspace());
        await fill(
          one,
          pairs.map(([inFile]) => inFile),
        );
        const two = kept(await emptyWorkspace());
        await fill(
          two,
          pairs.map(([, isThere]) => isThere),
        );
        const before = [reached(one, now), reached(two, now)] as const;
        await two.import(await exported(one));

        // A person not reached here is reached only where the file says so, and never where one side opted out.
        const risen = [...reached(two, now)].filter((line) => !before[1].has(line));
        for (const line of risen) {
          expect(before[0]).toContain(line);
        }
        for (const [n, { lists, ...rest }] of everything(two, now).entries()) {
          const [inFile, isThere] = pairs[n] ?? [];
          const left = [...(inFile?.lists ?? []), ...(isThere?.lists ?? [])]
            .filter(({ status }) => status === "unsubscribed")
            .map(({ list }) => list);
          for (const list of left) {
            expect(lists).toContainEqual(
              expect.objectContaining({ list, status: "unsubscribed" }) as (typeof lists)[number],
            );
          }
          const trackingOff = inFile?.trackingOff === true || isThere?.trackingOff === true;
          expect((rest as Record<string, unknown>)["tracking_off"]).toBe(Number(trackingOff));
        }
      },
    ),
    { numRuns: 12 },
  );
}, 180_000);

type Json = Record<string, unknown>;

async function oneContact(fixture: ImportFixture, contact: Json = {}): Promise<number> {
  const body = { email: "anna@example.org", ...contact };
  return (await fixture.call<{ id: number }>("POST", "/contacts", body)).body.id;
}

test("the header has unique names, even with a field called status, and the file is recognized as ours", async () => {
  const fixture = kept(await emptyWorkspace());
  await oneContact(fixture, { fields: { status: "=cmd", size: -3 } });
  const file = await exported(fixture, { byteOrderMark: false });
  const [header = "", row = ""] = file.split("\r\n");
  const { body } = await fixture.upload<{ preset: Json; guesses: Guess[] }>(file);

  expect(header).toBe(
    "email,first_name,last_name,language,time_zone,country,city,status,suppressed_until,suppression_note,paused_until,tracking,tags,lists,consent,note:text,status:text,email_2:text,lists:text,constructor:text,size:number,vip:boolean,born:date,plan:choice,likes:multi_choice,site:url,source,created_at",
  );
  expect(row).toStartWith("anna@example.org,,,,,,,mailable,,,,on,,,,,'=cmd,,,,-3,");
  expect(body.preset).toEqual({ name: "swiftmail", wholeFile: null });
  expect(body.guesses.filter(({ target }) => target === "skip").map(({ name }) => name)).toEqual([
    "source",
  ]);
  expect(body.guesses.find(({ name }) => name === "status:text")).toMatchObject({
    target: "field",
    key: "status",
  });
});

test("the status says why campaigns do not reach a contact", async () => {
  const fixture = kept(await emptyWorkspace());
  const lists = await Promise.all(
    ["A", "B"].map((name) => fixture.call<{ id: number }>("POST", "/lists", { name })),
  );
  const [a = 0, b = 0] = lists.map(({ body }) => body.id);
  const set = (contactId: number, listId: number, status: string) =>
    fixture.db
      .prepare(
        "INSERT INTO list_contact (list_id, contact_id, status, changed_at) VALUES (?, ?, ?, 1)",
      )
      .run(listId, contactId, status);
  const add = (email: string) => oneContact(fixture, { email });
  await add("mailable@example.org");
  const left = await add("left@example.org");
  set(left, a, "unsubscribed");
  set(left, b, "pending");
  set(await add("unconfirmed@example.org"), a, "pending");
  const stays = await add("stays@example.org");
  set(stays, a, "unsubscribed");
  set(stays, b, "subscribed");
  const paused = await add("paused@example.org");
  fixture.db
    .prepare("UPDATE contact SET paused_until = ? WHERE id = ?")
    .run(Date.now() + 9e7, paused);
  await add("manual@example.org");
  await fixture.call("POST", "/suppressions", { addresses: ["manual@example.org"] });

  const file = await exported(fixture, { columns: ["email"], byteOrderMark: false });
  expect(file.trim().split("\r\n").sort()).toEqual(
    [
      "email,status",
      "mailable@example.org,mailable",
      "left@example.org,left_all_lists",
      "unconfirmed@example.org,unconfirmed",
      "stays@example.org,mailable",
      "paused@example.org,paused",
      "manual@example.org,manual",
    ].sort(),
  );
});

test("the status is in every file, and a field can be requested by its key", async () => {
  const fixture = kept(await emptyWorkspace());
  const header = async (columns: string[]) =>
    (await exported(fixture, { columns, byteOrderMark: false })).trim();

  expect(await header([])).toBe("email,status");
  // A field whose key equals a column's name is requested with its type.
  expect(await header(["lists", "note", "status:text"])).toBe(
    "email,status,lists,note:text,status:text",
  );
});

test("a suppression ends only where the file has the other reasons that keep the person from mail", async () => {
  const one = kept(new Workspace());
  await oneContact(one);
  const expiresAt = Date.now() + 86_400_000;
  const more = { reason: "manual", expiresAt };
  await one.call("POST", "/suppressions", { addresses: ["anna@example.org"], ...more });
  const endAfter = async (columns: string[]) => {
    const two = kept(new Workspace());
    await two.import(await exported(one, { columns }));
    return everything(two)[0]?.suppression?.expiresAt;
  };

  expect(await endAfter(["suppressed_until", "paused_until", "lists"])).toBe(expiresAt);
  expect(await endAfter(["suppressed_until", "paused_until"])).toBe(null);
  expect(await endAfter(["suppressed_until", "lists"])).toBe(null);
});

test("imported consent is recorded as imported, with who and when, beside the original claim", async () => {
  const fixture = kept(new Workspace());
  const claim = {
    at: "2020-01-02T03:04:05.000Z",
    action: "given",
    lists: ["Gone", "News"],
    source: "form:3",
    actor: "contact",
    wording: "Yes, please.",
    ip: "192.0.2.7",
    proof: '{"confirmedAt":1}',
  };
  const cell = JSON.stringify([claim]).replaceAll('"', '""');
  await fixture.call("POST", "/lists", { name: "News" });
  const before = Date.now();
  const done = await fixture.import(
    `email,status,consent\na@example.org,mailable,"${cell}"\nb@example.org,mailable,"[{}]"\n`,
  );
  const { id } = fixture.db
    .prepare<[], { id: number }>("SELECT id FROM contact WHERE address = 'a@example.org'")
    .get() ?? { id: 0 };
  const { body } = await fixture.call<{ items: Json[] }>("GET", `/contacts/${id}/consent`);

  expect(done).toMatchObject({ created: 1, rejected: 1 });
  expect(await fixture.rejects(done.id)).toContain("consent: the cell has an entry");
  expect(body.items).toHaveLength(1);
  expect(body.items[0]).toMatchObject({
    action: "given",
    source: `import:${done.id}`,
    proof: null,
    ip: "",
    form: null,
    wording: "Yes, please.",
    imported: claim,
    detail: "According to the imported file: given on 2020-01-02T03:04:05.000Z (form:3)",
  });
  expect(body.items[0]?.["actor"]).not.toBe("contact");
  expect(Number(body.items[0]?.["at"])).toBeGreaterThanOrEqual(before);
});

test("a claim about unknown lists is not a claim about all mail", async () => {
  const fixture = kept(new Workspace());
  const claim = { at: "2020-01-02T03:04:05Z", action: "given", lists: ["Gone"], source: "x" };
  const cell = JSON.stringify([{ ...claim, actor: "contact" }]).replaceAll('"', '""');
  await fixture.import(`email,status,consent\na@example.org,mailable,"${cell}"\n`);
  const { body } = await fixture.call<{ items: Json[] }>("GET", "/contacts/1/consent");

  expect(body.items[0]?.["lists"]).toEqual([{ id: 0, name: null }]);
});

test("in our own file only the status decides who may be mailed", () => {
  const header = ["email", "status", "note:text", "consent", "suppressed_until"];
  const counted = (names: string[]) => {
    const mapping = names.map((_, column) => ({
      column,
      target: column === 1 ? "status" : "skip",
    }));
    const tally = new StatusTally(mapping, names, withoutSay(names, []));
    tally.add(["a@example.org", "left_all_lists", "unsubscribed", "[]", "2027-01-01T00:00:00Z"]);
    return tally.result().map(({ name, values }) => [name, values[0]?.says]);
  };

  expect(counted(header)).toEqual([["status", "unsubscribed"]]);
  // With a column that is not ours, it is treated like any other file.
  expect(counted([...header.slice(0, 4), "Unsubscribed at"])).toContainEqual([
    "Unsubscribed at",
    "unsubscribed",
  ]);
});

test("a workspace without the fields gets them with their original types", async () => {
  const one = kept(await emptyWorkspace());
  await oneContact(one, { fields: { note: "12", size: 4, vip: false, plan: "Free" } });
  const two = kept(new Workspace());
  await two.import(await exported(one));

  const { body } = await two.call<{ items: Json[] }>("GET", "/contact-fields");
  const types = new Map(body.items.map(({ key, type }) => [key, type]));
  expect([types.get("note"), types.get("size"), types.get("vip"), types.get("born")]).toEqual([
    "text",
    "number",
    "boolean",
    "date",
  ]);
  // The file lacks the choices, so such a field is restored as text.
  expect(types.get("plan")).toBe("text");
  expect(JSON.parse(two.contacts()[0]?.fields ?? "")).toEqual({
    note: "12",
    size: 4,
    vip: false,
    plan: "Free",
  });
});

test("manual changes of the file are read conservatively: a no counts, and nonsense is no yes", async () => {
  const fixture = kept(new Workspace());
  const rows = [
    "no@example.org,unsubscribed,,,News | subscribed",
    "odd@example.org,whatever,,,News | subscribed",
    "left@example.org,left_all_lists,,,News | subscribed",
    "break@example.org,paused,,,News | subscribed",
    "until@example.org,hard_bounce,some day,,",
    "time@example.org,mailable,,some day,",
    "list@example.org,mailable,,,News | perhaps",
    'quote@example.org,mailable,,,"""News"',
  ];
  const done = await fixture.import(
    `email,status,suppressed_until,paused_until,lists\n${rows.join("\n")}\n`,
  );

  expect(done).toMatchObject({ created: 5, rejected: 3 });
  expect([...reached(fixture)]).toEqual([]);
  expect(everything(fixture).map(({ address, suppression }) => [address, suppression])).toEqual([
    ["break@example.org", expect.objectContaining({ reason: "unsubscribed" })],
    ["left@example.org", expect.objectContaining({ reason: "unsubscribed" })],
    ["no@example.org", expect.objectContaining({ reason: "unsubscribed" })],
    ["odd@example.org", expect.objectContaining({ reason: "unclear" })],
    ["until@example.org", expect.objectContaining({ reason: "hard_bounce", expiresAt: null })],
  ]);
});
