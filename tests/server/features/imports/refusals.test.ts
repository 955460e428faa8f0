import { afterEach, beforeEach, expect, test } from "bun:test";
import { applyDirectly } from "../../../../server/delivery/ingest/batch.ts";
import { bounceRules, breakerRules } from "../../../../server/delivery/result/bounce-rules.ts";
import { classifyEngagement } from "../../../../server/delivery/stats/engagement-class.ts";
import { ImportFixture } from "./import-fixture.ts";

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

type Options = Record<string, unknown>;

/** Imports a file with a mapping of its columns by hand; `fileName` is what it is called. */
async function bring(
  csv: string,
  targets: (string | null)[],
  options: Options = {},
  fileName = "people.csv",
) {
  const { body } = await fixture.upload(csv, fileName);
  const started = await fixture.call<{ detail: string }>("POST", `/imports/${body.id}/start`, {
    mapping: targets.flatMap((target, column) => (target === null ? [] : [{ column, target }])),
    agreed: true,
    onDuplicate: "update",
    ...options,
  });
  await fixture.run(body.id);
  return { id: body.id, status: started.status, report: await fixture.get(body.id) };
}

test.each([
  ["as a status by hand", ["email", "status"]],
  ["as nothing", ["email", "skip"]],
  ["not at all", ["email", null]],
  ["as a new field", ["email", "newField"]],
] as [string, (string | null)[]][])(
  "a column that means no counts when it is mapped %s",
  async (_, targets) => {
    const csv = "email,email_disabled\na@x.example,true\nb@x.example,false\n";
    const { body } = await fixture.upload(csv);
    await fixture.call("POST", `/imports/${body.id}/start`, {
      mapping: targets.flatMap((target, column) =>
        target === null ? [] : [{ column, target, label: "Mail" }],
      ),
      agreed: true,
      onDuplicate: "skip",
    });
    await fixture.run(body.id);

    expect(fixture.suppressed()).toEqual({ "a@x.example": "unsubscribed" });
  },
);

test("a column is ignored when a person says that it is about something else", async () => {
  const ignored = { ignoredColumns: [1] };
  await bring("email,Disabled\na@x.example,yes\n", ["email", "skip"], ignored);

  expect(fixture.suppressed()).toEqual({});
});

test("nobody with a status that is not understood is mailed, until somebody decides what it means", async () => {
  const file = (n: number) => `email,Status\ng${n}@x.example,Gold\ns${n}@x.example,Silver\n`;
  await bring(file(1), ["email", "status"]);
  expect(fixture.suppressed()).toEqual({ "g1@x.example": "unclear", "s1@x.example": "unclear" });
  expect(
    fixture.db.prepare("SELECT detail FROM suppression ORDER BY address").raw().all().flat(),
  ).toEqual(["Gold", "Silver"]);

  await bring(file(2), ["email", "status"], {
    statusDecisions: [{ column: 1, value: "GOLD", meaning: "subscribed" }],
  });
  await bring(file(3), ["email", "status"], {
    statusDecisions: [
      { column: 1, value: null, meaning: "subscribed" },
      { column: 1, value: "silver", meaning: "suppressed" },
    ],
  });

  expect(fixture.suppressed()).toMatchObject({
    "s2@x.example": "unclear",
    "s3@x.example": "manual",
  });
  expect(fixture.suppressed()).not.toHaveProperty("g2@x.example");
  expect(fixture.suppressed()).not.toHaveProperty("g3@x.example");
});

test("a decision can make an understood value stricter, and never turn a no into a yes", async () => {
  const csv = "email,Status\na@x.example,active\nb@x.example,cleaned\n";
  const decide = (value: string, meaning: string) => ({
    statusDecisions: [{ column: 1, value, meaning }],
  });
  const loose = await bring(csv, ["email", "status"], decide("Cleaned", "subscribed"));
  const strict = await bring(csv, ["email", "status"], decide("active", "unsubscribed"));
  const nowhere = await bring(csv, ["email", "status"], {
    statusDecisions: [{ column: 9, value: "x", meaning: "subscribed" }],
  });

  expect([loose.status, strict.status, nowhere.status]).toEqual([422, 200, 422]);
  expect(fixture.suppressed()).toEqual({
    "a@x.example": "unsubscribed",
    "b@x.example": "hard_bounce",
  });
});

test("an empty status is not overruled by the yes of another column", async () => {
  const csv =
    "email;Newsletter ja/nein;Status\na@x.example;ja;\nb@x.example;ja;aktiv\nc@x.example;nein;\n";
  await bring(csv, ["email", "status", "status"]);

  expect(fixture.suppressed()).toEqual({ "a@x.example": "unclear", "c@x.example": "unsubscribed" });
});

test("of several status columns the strictest counts", async () => {
  await bring(
    "email,Status,Unsubscribed,Bounced,Spam\n" +
      "a@x.example,active,,,\nb@x.example,active,2026-01-01,,\n" +
      "c@x.example,active,2026-01-01,yes,\nd@x.example,unsubscribed,,,1\ne@x.example,gold,,yes,\n",
    ["email", "status", "status", "status", "status"],
  );

  expect(fixture.suppressed()).toEqual({
    "b@x.example": "unsubscribed",
    "c@x.example": "hard_bounce",
    "d@x.example": "complaint",
    "e@x.example": "hard_bounce",
  });
});

test("a file whose name says it holds nobody to be mailed, unless the person says that this is not so", async () => {
  const name = "nonsubscribed_email_audience_export_ab12.csv";
  await bring("email\na@x.example\n", ["email"], {}, name);
  await bring("email\nb@x.example\n", ["email"], { wholeFileIgnored: true }, name);
  await bring("email\nc@x.example\n", ["email"], { wholeFile: "complaint" }, name);
  await bring("email,status\nd@x.example,subscribed\n", ["email", "status"], {}, name);

  expect(fixture.suppressed()).toEqual({
    "a@x.example": "unsubscribed",
    "c@x.example": "complaint",
    "d@x.example": "unsubscribed",
  });
});

test("a no among tags, in a field or in a JSON object of fields counts", async () => {
  await fixture.call("POST", "/contact-fields", { label: "Note", type: "text" });
  const { body } = await fixture.upload(
    `email,Tags,Note,attributes\na@x.example,"VIP, unsubscribed",,\nb@x.example,,do not contact,\nc@x.example,,,"{""optedOut"": true}"\nd@x.example,VIP,fine,"{""optedOut"": false}"\n`,
  );
  await fixture.start(body.id, body.guesses);
  await fixture.run(body.id);

  expect(Object.keys(fixture.suppressed()).sort()).toEqual([
    "a@x.example",
    "b@x.example",
    "c@x.example",
  ]);
});

const BAD: [string, string][] = [
  ["a bad date", `x@x.example,unsubscribed,,,soon,`],
  ["a language that is none", `x@x.example,unsubscribed,,German,,`],
  ["a name of 201 letters", `x@x.example,unsubscribed,${"n".repeat(201)},,,`],
  ["broken JSON", `x@x.example,unsubscribed,,,,"{""a"":"`],
  ["a quotation mark that is never closed", `x@x.example,unsubscribed,"open,,,`],
  ["a NUL character", `x@x.example,unsubscribed,,,20\u000026-01-01,`],
];

test.each(BAD)(
  "a row that means no counts with %s in it, also in an import of suppressions",
  async (_, row) => {
    await fixture.call("POST", "/contact-fields", { label: "Born", type: "date" });
    const { body: list } = await fixture.call<{ id: number }>("POST", "/lists", { name: "News" });
    const { body: contact } = await fixture.call<{ id: number }>("POST", "/contacts", {
      email: "x@x.example",
      listIds: [list.id],
    });
    const csv = `email,status,first name,language,Born,attributes\n${row}\n`;
    const { body } = await fixture.upload(csv);
    const mapping = ["email", "status", "firstName", "language", "field", "attributes"].map(
      (target, column) => ({ column, target, ...(target === "field" ? { key: "born" } : {}) }),
    );
    const start = (id: number, more: Options) =>
      fixture.call("POST", `/imports/${id}/start`, {
        mapping,
        agreed: true,
        onDuplicate: "update",
        ...more,
      });
    await start(body.id, { listIds: [list.id] });
    await fixture.run(body.id);

    expect(await fixture.get(body.id)).toMatchObject({ rejected: 1, suppressed: 1, created: 0 });
    const { body: after } = await fixture.call("GET", `/contacts/${contact.id}`);
    expect(after).toMatchObject({ status: "unsubscribed", lists: [{ status: "unsubscribed" }] });

    fixture.db.exec("DELETE FROM suppression");
    const again = (await fixture.upload(csv)).body;
    await start(again.id, { into: "suppressions" });
    await fixture.run(again.id);
    expect(fixture.suppressed()).toEqual({ "x@x.example": "unsubscribed" });
  },
);

test("an import of suppressions adds every row with an address and rejects rows without one", async () => {
  const { report } = await bring(
    "email,language,status\na@x.example,German,\nb@x.example,de,complaint\nno address,de,unsubscribed\n",
    ["email", "language", "status"],
    { into: "suppressions" },
  );

  expect(report).toMatchObject({ suppressed: 2, rejected: 1 });
  expect(fixture.suppressed()).toEqual({ "a@x.example": "manual", "b@x.example": "complaint" });
});

test("undoing an import releases only people whose status was not understood", async () => {
  const { body: list } = await fixture.call<{ id: number }>("POST", "/lists", { name: "News" });
  const { body: old } = await fixture.call<{ id: number }>("POST", "/contacts", {
    email: "old@x.example",
    listIds: [list.id],
  });
  const csv =
    "email,status\nold@x.example,Gold\nnew@x.example,Gold\nout@x.example,unsubscribed\nby@x.example,Gold\n";
  await fixture.call("POST", "/suppressions", { addresses: ["by@x.example"] });
  const { id } = await bring(csv, ["email", "status"], { listIds: [list.id] });
  expect(Object.keys(fixture.suppressed())).toHaveLength(4);

  await fixture.call("POST", `/imports/${id}/undo`);
  await fixture.runUndo(id);

  expect(fixture.suppressed()).toEqual({
    "out@x.example": "unsubscribed",
    "by@x.example": "manual",
  });
  const { body: after } = await fixture.call("GET", `/contacts/${old.id}`);
  expect(after).toMatchObject({ status: "mailable", lists: [{ status: "subscribed" }] });

  await bring(csv, ["email", "status"], {
    listIds: [list.id],
    statusDecisions: [{ column: 1, value: "gold", meaning: "subscribed" }],
  });
  const { body: members } = await fixture.call("GET", `/lists/${list.id}`);
  expect(members).toMatchObject({ subscribed: 3, unsubscribed: 1 });
});

test("undoing an import does not lift the suppression of anybody who opted out since, through a link, another file or an administrator", async () => {
  const csv =
    "email,status\nlink@x.example,Gold\nfile@x.example,Gold\nhand@x.example,Gold\nnobody@x.example,Gold\n";
  await fixture.call("POST", "/contacts", { email: "link@x.example" });
  const { id } = await bring(csv, ["email", "status"]);
  const said = {
    c: 9,
    s: 1,
    ct: 1,
    a: "link@x.example",
    via: "one_click",
    ip: "",
    ua: "",
  } as const;
  const rules = { classify: classifyEngagement, bounces: bounceRules, breaker: breakerRules };
  const fact = { k: "unsubscribe", w: fixture.workspace.id, at: Date.now(), ...said } as const;
  applyDirectly(fixture.db, [fact], rules, Date.now());
  await bring("email,status\nfile@x.example,unsubscribed\n", ["email", "status"]);
  await fixture.call("POST", "/suppressions", { addresses: ["hand@x.example"] });

  await fixture.call("POST", `/imports/${id}/undo`);
  await fixture.runUndo(id);

  expect(fixture.suppressed()).toEqual({
    "link@x.example": "unsubscribed",
    "file@x.example": "unsubscribed",
    "hand@x.example": "manual",
  });
  const withdrawn = "SELECT count(*) AS n FROM consent WHERE action = 'withdrawn'";
  expect(fixture.db.prepare(withdrawn).get()).toEqual({ n: 1 });
});
