import { afterEach, beforeEach, expect, test } from "bun:test";
import { ImportFixture } from "./import-fixture.ts";

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

type Fault = { fields: { field: string; reason: string }[] };
type List = { id: number };

async function newList(): Promise<number> {
  return (await fixture.call<List>("POST", "/lists", { name: "News" })).body.id;
}

async function newContact(email: string, more: Record<string, unknown> = {}): Promise<number> {
  return (await fixture.call<List>("POST", "/contacts", { email, ...more })).body.id;
}

/** Imports a file of people without a statement that they agreed. */
async function withoutAgreement(csv: string, options: Record<string, unknown> = {}) {
  const { body } = await fixture.upload(csv);
  await fixture.start(body.id, body.guesses, { agreed: false, ...options });
  await fixture.run(body.id);
  return await fixture.get(body.id);
}

const undo = async (id: number) => {
  await fixture.call("POST", `/imports/${id}/undo`);
  await fixture.runUndo(id);
};

const heldBack = () =>
  fixture.db
    .prepare("SELECT address, reason, detail FROM suppression ORDER BY address")
    .all() as object[];

test("an import of contacts does not start before somebody says whether they agreed", async () => {
  const { body } = await fixture.upload("email\na@x.example\n");
  const refused = await fixture.start(body.id, body.guesses, { agreed: undefined });

  expect(refused.status).toBe(422);
  expect((refused.body as unknown as Fault).fields[0]?.field).toBe("agreed");
  expect(await fixture.get(body.id)).toMatchObject({ state: "uploaded", agreed: null });

  expect((await fixture.start(body.id, body.guesses, { agreed: true })).body).toMatchObject({
    state: "queued",
    agreed: true,
  });
});

test.each([
  ["goes into the suppressions", "people.csv", { into: "suppressions" }],
  ["refuses mail as a whole", "unsubscribed_members.csv", {}],
  ["is refused by the person", "people.csv", { wholeFile: "manual" }],
])("nobody needs to say so for a file that %s", async (_, name, options) => {
  const { body } = await fixture.upload("email\na@x.example\n", name);
  const started = await fixture.start(body.id, body.guesses, { agreed: undefined, ...options });

  expect(started).toMatchObject({ status: 200, body: { agreed: null } });
});

test("without an agreement new contacts are held back, and contacts that are there stay as they were", async () => {
  const listId = await newList();
  const other = await newContact("old@x.example");
  const csv =
    "email,first name,status,tags\nnew@x.example,New,active,fair\nold@x.example,Old,active,fair\nno@x.example,No,unsubscribed,\n";
  const report = await withoutAgreement(csv, { listIds: [listId] });

  expect(report).toMatchObject({ created: 2, updated: 1, suppressed: 2 });
  expect(heldBack()).toEqual(
    [
      { address: "new@x.example", reason: "unclear", detail: "agreement_unknown" },
      { address: "no@x.example", reason: "unsubscribed", detail: "" },
    ].sort((a, b) => (a.address < b.address ? -1 : 1)),
  );
  const { body } = await fixture.call("GET", `/contacts/${other}`);
  expect(body).toMatchObject({ status: "mailable", firstName: "Old", lists: [] });
  expect((await fixture.call("GET", `/lists/${listId}`)).body).toMatchObject({ subscribed: 0 });
});

test("a refusal applies to an existing contact, whether or not an agreement is stated", async () => {
  await newContact("old@x.example");
  await withoutAgreement("email,status\nold@x.example,unsubscribed\n");

  expect(fixture.suppressed()).toEqual({ "old@x.example": "unsubscribed" });
});

test("a row that comes twice does not release its contact", async () => {
  await withoutAgreement("email\na@x.example\na@x.example\n");

  expect(fixture.suppressed()).toEqual({ "a@x.example": "unclear" });
});

test("after an undo the same file can be imported with an agreement", async () => {
  const { id } = await withoutAgreement("email\na@x.example\n");
  await undo(id);
  expect(fixture.suppressed()).toEqual({});

  await fixture.import("email\na@x.example\n");
  expect(fixture.suppressed()).toEqual({});
  expect(fixture.contacts()).toHaveLength(1);
});

test("an undo does not make a contact mailable that remains because somebody edited it", async () => {
  const { id } = await withoutAgreement("email\na@x.example\nb@x.example\n");
  const { id: edited } = fixture.db
    .prepare<[], { id: number }>("SELECT id FROM contact WHERE address = 'a@x.example'")
    .get() ?? { id: 0 };
  await fixture.call("PATCH", `/contacts/${edited}`, { firstName: "Ann" });
  await undo(id);

  expect(fixture.contacts().map(({ address }) => address)).toEqual(["a@x.example"]);
  expect(fixture.suppressed()).toEqual({ "a@x.example": "unclear" });
});

test("an import queued by an earlier version without an answer holds its people back", async () => {
  const { body } = await fixture.upload("email\na@x.example\n");
  await fixture.start(body.id, body.guesses);
  fixture.db.exec("UPDATE import SET settings = json_remove(settings, '$.started.agreed')");
  await fixture.run(body.id);

  expect(fixture.suppressed()).toEqual({ "a@x.example": "unclear" });
});

test("a heading among the rows that says no applies to the whole file", async () => {
  const csv = "email,name\na@x.example,A\nUnsubscribed:,\nb@x.example,B\n";
  const { body } = await fixture.upload(csv);
  expect(await fixture.check(body.id, body.guesses)).toMatchObject({
    wholeFile: "unsubscribed",
    headings: ["Unsubscribed:"],
  });
  const second = await fixture.upload(csv);
  await fixture.start(second.body.id, second.body.guesses);
  await fixture.run(second.body.id);

  expect(fixture.suppressed()).toEqual({
    "a@x.example": "unsubscribed",
    "b@x.example": "unsubscribed",
  });
});

test("the check shows the values of columns that do not count, so that a person can see what they say", async () => {
  const rows = Array.from(
    { length: 20 },
    (_, n) => `p${n}@x.example,${n < 18 ? "click" : "dropped"},${n}`,
  );
  const { body } = await fixture.upload(`email,event,number\n${rows.join("\n")}\n`);
  const check = (await fixture.check(body.id, body.guesses)) as unknown as {
    otherColumns: unknown;
  };

  expect(check.otherColumns).toEqual([
    {
      column: 1,
      name: "event",
      values: [
        { value: "click", rows: 18 },
        { value: "dropped", rows: 2 },
      ],
    },
  ]);
});

test.each([
  ["event", "spamreport", "complaint"],
  ["event", "bounce", "hard_bounce"],
  ["result", "undeliverable", "hard_bounce"],
  ["result", "spam trap", "complaint"],
  ["group", "Unsubscribers", "unsubscribed"],
  ["opt", "out", "unsubscribed"],
  ["In/Out", "Out", "unsubscribed"],
  ["Email Notifications", "Disabled", "unsubscribed"],
  ["notes", "please remove", "unclear"],
  ["notes", "Take me off the list", "unclear"],
  ["notes", "bitte aus dem Verteiler", "unclear"],
  ["segment", "unsuscribed", "unsubscribed"],
  ["Consent expires", "2020-01-01", "unclear"],
  ["退订", "是", "unsubscribed"],
  ["customer status", "gesperrt", "unclear"],
  ["Zustellung", "gesperrt", "unclear"],
  ["deliverability check", "invalid", "unclear"],
  ["Hinweis", "inactive", "unclear"],
  ["last name", "UNSUBSCRIBED", "unsubscribed"],
  ["city", "do not contact", "unsubscribed"],
])("a column %s with %s is not treated as a yes", async (name, cell, reason) => {
  const { body } = await fixture.upload(`email,${name}\na@x.example,${cell}\n`);
  await fixture.start(body.id, body.guesses);
  await fixture.run(body.id);

  expect(fixture.suppressed()).toEqual({ "a@x.example": reason });
});

test.each([
  "Kündigungen 2024.csv",
  "austritte.csv",
  "dnc list.csv",
  "stop list.csv",
  "never-mail.csv",
  "removed.csv",
  "leavers.csv",
  "dead addresses.csv",
  "wypisani.csv",
  "odhlášení.csv",
  "cancelados.csv",
  "removed_users.csv",
  "GDPR erasure requests.csv",
  "отписавшиеся.csv",
])("the name %s says that nobody in the file may be mailed", async (name) => {
  const { body } = await fixture.upload("email\na@x.example\n", name);
  await fixture.start(body.id, body.guesses);
  await fixture.run(body.id);

  expect(fixture.suppressed()).toEqual({ "a@x.example": "unsubscribed" });
});

test.each([
  "email,last name,city,country,language\na@x.example,Stop,Spamford,NO,no\n",
  "email,event\na@x.example,open\n",
  "email,Email Notifications\na@x.example,Enabled\n",
])("names, places and other words are no refusal: %j", async (csv) => {
  const { body } = await fixture.upload(csv);
  await fixture.startWithoutQuestions(body.id, body.guesses);
  await fixture.run(body.id);

  expect(fixture.suppressed()).toEqual({});
});

test("a refusal counts for every address in its cell, also in one that cannot be taken", async () => {
  await newContact("b@x.example");
  await fixture.import(
    'email,status\nok@x.example,active\n"a@x.example / b@x.example",unsubscribed\n"c@x.example, d@x.example",active\n',
  );

  expect(fixture.suppressed()).toEqual({
    "a@x.example": "unsubscribed",
    "b@x.example": "unsubscribed",
  });
});

test("our own suppressions as contacts keep their reasons and details, and nobody in them is mailed", async () => {
  const csv =
    "email,status,source,detail,created_at,expires_at\na@x.example,unclear,import:3,Gold,2026-01-01T00:00:00.000Z,\nb@x.example,complaint,campaign:7,fbl,2026-01-01T00:00:00.000Z,\n";
  for (const name of ["suppressions.csv", "people.csv"]) {
    fixture.db.exec("DELETE FROM suppression");
    const { body } = await fixture.upload(csv, name);
    await fixture.start(body.id, body.guesses);
    await fixture.run(body.id);

    expect(heldBack()).toEqual([
      { address: "a@x.example", reason: "unclear", detail: "Gold" },
      { address: "b@x.example", reason: "complaint", detail: "fbl" },
    ]);
  }
});
