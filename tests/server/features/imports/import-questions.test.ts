import { afterEach, beforeEach, expect, test } from "bun:test";
import { ImportFixture } from "./import-fixture.ts";

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

type Problem = { detail: string; fields: { field: string; hint: string }[] };
type Decision = { column: number; value: string | null; meaning: string };

const mailable = async () =>
  (
    await fixture.call<{ items: { email: string }[] }>("GET", "/contacts?status=mailable")
  ).body.items
    .map(({ email }) => email.replace("@x.example", ""))
    .sort()
    .join(" ");

/** Starts a file with one column beside the address, and returns who may be mailed afterwards. */
async function started(name: string, cells: readonly string[], decisions: Decision[]) {
  const rows = cells.map((cell, n) => `p${n}@x.example,"${cell.replaceAll('"', '""')}"`);
  const { body } = await fixture.upload(`email,${name}\n${rows.join("\n")}\n`);
  const answer = await fixture.start(body.id, body.guesses, { statusDecisions: decisions });
  await fixture.run(body.id);
  return { status: answer.status, body: answer.body as unknown as Problem };
}

const DO_NOT_DISTURB = "Bitte nicht zur Last fallen";

for (const [name, cells] of [
  [DO_NOT_DISTURB, ["Ja", "Nein"]],
  [DO_NOT_DISTURB, ["Ja", "Nein", "vielleicht"]],
  [DO_NOT_DISTURB, ["Ja", "vielleicht", "später", "irgendwann"]],
  ["opted", ["1", "0"]],
  ["opted", ["yes", "", "no", "n/a yet"]],
  ["ruhend", ["x", ""]],
  ["ruhend", ["Ja", "Nein", "abgemeldet"]],
] as const) {
  test(`${name} = ${cells.join(", ")} is not imported before it is answered`, async () => {
    const { status, body } = await started(name, cells, []);
    expect(status).toBe(422);
    expect(body.detail).toContain(name);
    expect(body.detail).toContain("says nothing about email");
    expect(body.fields.map(({ field }) => field)).toEqual(["statusDecisions.1"]);
    expect(await mailable()).toBe("");
  });
}

test("an answer holds back the people it names, and those who answered something else", async () => {
  const cells = ["Ja", "Nein", "vielleicht", ""];
  const refuses = [{ column: 1, value: "Ja", meaning: "unsubscribed" }];
  expect((await started(DO_NOT_DISTURB, cells, refuses)).status).toBe(200);
  expect(await mailable()).toBe("p1 p3");
});

test("where a yes allows mail, nobody else is mailed", async () => {
  const allows = [
    { column: 1, value: "Ja", meaning: "subscribed" },
    { column: 1, value: "Nein", meaning: "unsubscribed" },
    { column: 1, value: "", meaning: "unsubscribed" },
  ];
  await started("opted", ["Ja", "Nein", "vielleicht", ""], allows);
  expect(await mailable()).toBe("p0");
});

test("a column that says nothing about mail holds back nobody but its plain refusals", async () => {
  const nothing = [{ column: 1, value: "Ja", meaning: "nothing" }];
  await started("VIP", ["Ja", "Nein", "vielleicht", "abgemeldet"], nothing);
  expect(await mailable()).toBe("p0 p1 p2");
});

test("a large file with such columns needs a finished check before it starts", async () => {
  const row = `a@x.example,yes,${"x".repeat(20_000)}\n`;
  const { body } = await fixture.upload(`email,opted,remark\n${row.repeat(850)}`);
  const unchecked = await fixture.start(body.id, body.guesses);
  await fixture.check(body.id, body.guesses);
  const asked = await fixture.start(body.id, body.guesses);
  const answered = await fixture.startWithoutQuestions(body.id, body.guesses);
  expect([unchecked.status, asked.status, answered.status]).toEqual([409, 422, 200]);
});

test("texts that mean no are asked about as a group, and nobody with one is mailed until then", async () => {
  const texts = [
    "will keine Mails mehr",
    "abgemeldet am 3.4.",
    "Asked us: please do not email again",
    "Cliente pidió darse de baja en mayo",
    "ne plus contacter svp",
    "unsubscribed on the phone, ann@y.example",
    "Loves the planta baja",
    "https://shop.example/unsubscribe?id=1",
    "Bestellt oft Mails und Karten",
  ];
  const { status } = await started("Bemerkung", texts, []);
  expect(status).toBe(200);
  expect(await mailable()).toBe("p6 p7 p8");

  const again = await fixture.upload(
    `email,Bemerkung\nq0@x.example,${texts[0]}\nq1@x.example,${texts[1]}\n`,
  );
  const check = await fixture.check(again.body.id, again.body.guesses);
  expect(check.columns.flatMap(({ values }) => values)).toEqual([
    { value: "will keine Mails mehr", as: "phrase", says: "unclear", rows: 2 },
  ]);
  await fixture.start(again.body.id, again.body.guesses, {
    statusDecisions: [{ column: 1, value: "will keine Mails mehr", meaning: "nothing" }],
  });
  await fixture.run(again.body.id);
  expect(await mailable()).toBe("p6 p7 p8 q0 q1");
});
