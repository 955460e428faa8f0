import { afterEach, beforeEach, expect, test } from "bun:test";
import iconv from "iconv-lite";
import { type Check, ImportFixture } from "./import-fixture.ts";

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

const mailable = async () =>
  (
    await fixture.call<{ items: { email: string }[] }>("GET", "/contacts?status=mailable")
  ).body.items
    .map(({ email }) => email)
    .sort();

/** `column: value → meaning × rows`, one line each. */
const linesOf = (check: Check) =>
  check.columns.flatMap(({ name, values, others }) => [
    ...values.map(
      ({ value, as, says, rows }) => `${name}: ${as === "value" ? value : as} → ${says} × ${rows}`,
    ),
    ...others.map(({ says, rows }) => `${name}: others → ${says} × ${rows}`),
  ]);

test("every status in the whole file is counted with its meaning, also far beyond the first rows", async () => {
  const rows = Array.from({ length: 4_000 }, (_, n) => `p${n}@x.example,active,,x`);
  rows.push("a@x.example,UNSUBSCRIBED,,x", "b@x.example,Unsubscribed,,x", "c@x.example,gold,yes,x");
  rows.push(
    "d@x.example,,,unsubscribed",
    "e@x.example,active,2026-01-01,x",
    "f@x.example,active,no,x",
  );
  const { body } = await fixture.upload(`email,Status,Bounced,Note\n${rows.join("\n")}\n`);

  const check = await fixture.check(body.id, body.guesses);

  expect(check).toMatchObject({ state: "done", rows: 4_006, wholeFile: null });
  expect(linesOf(check)).toEqual([
    "Status: gold → unclear × 1",
    "Status: empty → unclear × 1",
    "Status: active → subscribed × 4002",
    "Status: UNSUBSCRIBED → unsubscribed × 2",
    "Bounced: empty → nothing × 4003",
    "Bounced: yes → bounced × 1",
    "Bounced: date → bounced × 1",
    "Bounced: no → nothing × 1",
    "Note: unsubscribed → unsubscribed × 1",
    "Note: x → nothing × 4005",
  ]);
  expect(check.columns.map(({ speaks }) => speaks)).toEqual(["name", "name", "cells", "answers"]);
});

test("a column with 100,000 different values gets one answer for them, and its opt-outs still count", async () => {
  const rows = Array.from({ length: 100_000 }, (_, n) => `p${n}@x.example,v${n}`);
  rows.push("a@x.example,unsubscribed", "b@x.example,unsubscribed");
  const { body } = await fixture.upload(`email,Status\n${rows.join("\n")}\n`);

  const check = await fixture.check(body.id, body.guesses);

  expect(check.columns[0]?.values).toHaveLength(100);
  expect(check.columns[0]?.others).toEqual([
    { says: "unclear", rows: 99_900 },
    { says: "unsubscribed", rows: 2 },
  ]);
});

test("a column mapped to the status by hand is counted, and addresses in it are not stored", async () => {
  const { body } = await fixture.upload("email,Kind,Name\na@x.example,Gold,b@y.example\n");
  const guessed = await fixture.check(body.id, body.guesses);
  const byHand = await fixture.check(body.id, [
    { column: 0, target: "email" },
    { column: 1, target: "status" },
    { column: 2, target: "status" },
  ]);

  expect(linesOf(guessed)).toEqual([]);
  expect(linesOf(byHand)).toEqual(["Kind: Gold → unclear × 1", "Name: others → unclear × 1"]);
});

test("the import does what the check reported, for every value", async () => {
  const csv =
    "email,Status,Unsubscribed\na@x.example,active,\nb@x.example,bounced,\nc@x.example,active,yes\nd@x.example,what,\n";
  const { body } = await fixture.upload(csv);
  const check = await fixture.check(body.id, body.guesses);
  await fixture.start(body.id, body.guesses);
  await fixture.run(body.id);

  expect(linesOf(check)).toContain("Unsubscribed: yes → unsubscribed × 1");
  const mailable = await fixture.call<{ items: { email: string }[] }>(
    "GET",
    "/contacts?status=mailable",
  );
  expect(mailable.body.items.map(({ email }) => email)).toEqual(["a@x.example"]);
});

test("a yes/no column with any name is a question, and counts once it is answered", async () => {
  const csv = [
    "email,zorp,vip,Status",
    "a@x.example,ja,yes,active",
    "b@x.example,,no,active",
    "c@x.example,nein,yes,active",
  ].join("\n");
  const { body } = await fixture.upload(csv);
  const check = await fixture.check(body.id, body.guesses);
  const zorp = check.columns.find(({ name }) => name === "zorp");

  expect(check.columns.map(({ name, speaks }) => `${name} ${speaks}`)).toEqual([
    "Status name",
    "zorp answers",
    "vip answers",
  ]);
  expect(zorp?.values).toEqual([
    { value: "ja", as: "value", says: "nothing", rows: 1, answer: "yes" },
    { value: "nein", as: "value", says: "nothing", rows: 1, answer: "no" },
    { value: "", as: "empty", says: "nothing", rows: 1 },
  ]);
  await fixture.start(body.id, body.guesses, {
    statusDecisions: [
      { column: 1, value: "JA", meaning: "unsubscribed" },
      { column: 2, value: "yes", meaning: "nothing" },
    ],
  });
  await fixture.run(body.id);
  expect(await mailable()).toEqual(["b@x.example", "c@x.example"]);
});

test("where the word allows mail, an empty cell and the other answer do not", async () => {
  const { body } = await fixture.upload("email,zorp\na@x.example,1\nb@x.example,0\nc@x.example,\n");
  await fixture.start(body.id, body.guesses, {
    statusDecisions: [
      { column: 1, value: "1", meaning: "subscribed" },
      { column: 1, value: "0", meaning: "unsubscribed" },
      { column: 1, value: "", meaning: "unsubscribed" },
    ],
  });
  await fixture.run(body.id);
  expect(await mailable()).toEqual(["a@x.example"]);
});

test("nobody with a yes or no under a name that hints at mail is mailed before it is answered", async () => {
  const csv =
    "email,mail_group,Contact owner\na@x.example,1,Ann\nb@x.example,0,Ben\nc@x.example,,Ann\n";
  const { body } = await fixture.upload(csv);
  const check = await fixture.check(body.id, body.guesses);
  await fixture.start(body.id, body.guesses);
  await fixture.run(body.id);

  expect(linesOf(check)).toEqual(["mail_group: 1 → unclear × 1", "mail_group: 0 → unclear × 1"]);
  expect(await mailable()).toEqual(["c@x.example"]);
});

test("a third value beside yes and no under such a name has to be answered before the import starts", async () => {
  const csv = "email,mail_group\na@x.example,ja\nb@x.example,nein\nc@x.example,B2\n";
  const { body } = await fixture.upload(csv);
  const check = await fixture.check(body.id, body.guesses);
  expect(check.columns).toMatchObject([
    { column: 1, speaks: "answers", others: [{ says: "unclear", rows: 1 }] },
  ]);
  expect((await fixture.start(body.id, body.guesses)).status).toBe(422);

  await fixture.start(body.id, body.guesses, {
    statusDecisions: [
      { column: 1, value: "ja", meaning: "subscribed" },
      { column: 1, value: "nein", meaning: "unsubscribed" },
    ],
  });
  await fixture.run(body.id);
  expect(await mailable()).toEqual(["a@x.example"]);
});

test.each(["vielleicht", "maybe", "peut-être", "Quizás"])(
  "nobody with %s under a name that hints at mail is mailed",
  async (word) => {
    const { body } = await fixture.upload(`email,mail_group\na@x.example,${word}\n`);
    await fixture.start(body.id, body.guesses);
    await fixture.run(body.id);
    expect(await mailable()).toEqual([]);
  },
);

test("personal names, codes, counts and mostly different values cause no question", async () => {
  const rows = ["m,Ann,1,yes", "f,Ben,2,gold", "m,Cem,0,silver"].map(
    (row, n) => `p${n}@x.example,${row}`,
  );
  const { body } = await fixture.upload(`email,sex,who,orders,party\n${rows.join("\n")}\n`);
  expect((await fixture.check(body.id, body.guesses)).columns).toEqual([]);
});

test("columns that decide about every row outweigh the name of the file, and only then", async () => {
  const csv = "email,email_disabled\na@x.example,false\nb@x.example,true\n";
  const { body } = await fixture.upload(csv, "disabled.csv");
  const check = await fixture.check(body.id, body.guesses);
  expect(check).toMatchObject({ wholeFile: null, nameSays: "unsubscribed", refusingColumns: [] });
  await fixture.start(body.id, body.guesses);
  await fixture.run(body.id);
  expect(await mailable()).toEqual(["a@x.example"]);

  const gap = "email,email_disabled\nc@x.example,false\nd@x.example,\n";
  const { body: second } = await fixture.upload(gap, "disabled.csv");
  const unsure = await fixture.check(second.id, second.guesses);
  expect(unsure.wholeFile).toBe("unsubscribed");
  await fixture.start(second.id, second.guesses);
  await fixture.run(second.id);

  const doubt = await fixture.upload(
    "email,Status,email_disabled\nf@x.example,gold,false\n",
    "disabled.csv",
  );
  expect((await fixture.check(doubt.body.id, doubt.body.guesses)).wholeFile).toBe("unsubscribed");

  const { body: third } = await fixture.upload(
    "email,email_disabled\ne@x.example,no\n",
    "disabled.csv",
  );
  await fixture.check(third.id, third.guesses);
  await fixture.start(third.id, third.guesses, { ignoredColumns: [1] });
  await fixture.run(third.id);
  expect(await mailable()).toEqual(["a@x.example"]);
});

test("labels and addresses that Google joins are read one by one", async () => {
  const csv = "E-mail 1 - Value,Labels\na@x.example ::: b@x.example,* myContacts ::: Old friends\n";
  const { body } = await fixture.upload(csv);
  await fixture.start(body.id, body.guesses);
  await fixture.run(body.id);
  expect(await mailable()).toEqual(["a@x.example"]);
  const tags = await fixture.call<{ items: { name: string }[] }>("GET", "/tags");
  expect(tags.body.items.map(({ name }) => name).sort()).toEqual(["Old friends", "myContacts"]);
});

test("reading or mapping the file differently repeats the check; a start discards it", async () => {
  const file = iconv.encode("email;Statut\na@x.example;désabonné\n", "windows-1252");
  const { body } = await fixture.upload(file, "unsubscribed_ab.csv");
  const first = await fixture.check(body.id, body.guesses);
  const { body: again } = await fixture.call<typeof body>("POST", `/imports/${body.id}/preview`, {
    encoding: "utf-16le",
  });
  const asked = await fixture.call<Check>("POST", `/imports/${body.id}/check`, { mapping: [] });
  await fixture.call("POST", `/imports/${body.id}/preview`, { encoding: "windows-1252" });
  const second = await fixture.check(body.id, body.guesses);

  expect(linesOf(first)).toEqual(["Statut: désabonné → unsubscribed × 1"]);
  expect(first).toMatchObject({ wholeFile: null, nameSays: "unsubscribed" });
  expect([again.encoding, asked.body.state]).toEqual(["utf-16le", "running"]);
  expect(linesOf(second)).toEqual(linesOf(first));

  await fixture.start(body.id, body.guesses);
  expect(fixture.db.prepare("SELECT status_check FROM import").raw().get()).toEqual([null]);
  const late = await fixture.call("POST", `/imports/${body.id}/check`, { mapping: [] });
  expect(late.status).toBe(409);
});

test("a check whose file is gone fails, and can be requested again", async () => {
  const { body } = await fixture.upload("email,status\na@x.example,x\n");
  fixture.db.prepare("UPDATE import SET file_path = 'nowhere.csv'").run();

  const check = await fixture.check(body.id, body.guesses);

  expect(check.state).toBe("failed");
  const retried = await fixture.call<Check>("POST", `/imports/${body.id}/check`, {
    mapping: body.guesses.map(({ column, target }) => ({ column, target })),
    retry: true,
  });
  expect(retried.body.state).toBe("running");
});

test("a check that could not be queued does not appear to run forever: requesting it again queues it", async () => {
  const { body } = await fixture.upload("email,status\na@x.example,Gold\n");
  const mapping = [
    { column: 0, target: "email" },
    { column: 1, target: "status" },
  ];
  const { system } = fixture.app.databases;
  system.exec(`
    CREATE TRIGGER full BEFORE INSERT ON job WHEN new.kind = 'import.check'
    BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`);
  expect((await fixture.call("POST", `/imports/${body.id}/check`, { mapping })).status).toBe(500);
  system.exec("DROP TRIGGER full");

  expect((await fixture.call("POST", `/imports/${body.id}/check`, { mapping })).status).toBe(200);
  const waiting = "SELECT count(*) AS n FROM job WHERE kind = 'import.check' AND state = 'ready'";
  expect(system.prepare(waiting).get()).toEqual({ n: 1 });
});
