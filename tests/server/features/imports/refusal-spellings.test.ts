import { afterEach, beforeEach, expect, test } from "bun:test";
import { plainRefusal } from "../../../../server/features/imports/plain-refusals.rules.ts";
import { wordsReader } from "../../../../server/features/imports/status-values.rules.ts";
import { ImportFixture } from "./import-fixture.ts";

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

test.each([
  "do-not-mail",
  "vip,do-not-mail",
  "do-not-email",
  "a, do-not-contact",
  "DO NOT EMAIL",
  "do_not_e-mail",
  "do.not.mail",
  "donotmail",
  "no-mail",
  "noMail",
  "opt/out",
  "blacklist",
  "black-list",
  "vip;Black List",
  "Keine-E-Mails",
  "keine_werbung",
  "Sperr-Liste",
  "ne-pas-contacter",
  "vip, ne pas envoyer",
  "liste-noire",
  "no_contactar",
  "não-enviar",
  "niet-mailen",
])("a refusal counts however its words are joined: %s", (cell) => {
  expect(plainRefusal(cell)).toBeDefined();
});

test.each(["wish-list", "no", "mail", "contact-list", "mailing list", "Notmail", "vip,customer"])(
  "other words keep their meaning: %s",
  (cell) => {
    expect(plainRefusal(cell)).toBeUndefined();
  },
);

test.each([
  ["Notes", "STOP"],
  ["comment", "stopp"],
  ["Kommentar", "nein"],
  ["Bemerkung intern", "Raus!"],
  ["tags", "vip, STOP"],
  ["Notes", "please do-not-mail him"],
])("a short refusal under %s is a question: %s", (name, cell) => {
  expect(wordsReader(name)(cell).says).toBe("unclear");
});

test("a single word says nothing under another name", () => {
  expect(wordsReader("Bus stop")("Stop").says).toBe("nothing");
  expect(wordsReader("Notes")("Bus stop, line 3").says).toBe("nothing");
});

test("tags with hyphens and one-word notes that mean no keep their people from mail", async () => {
  const csv =
    'email,tags,notes\na@x.example,"vip,do-not-mail",\nb@x.example,vip,STOP\nc@x.example,vip,tall\n';
  const { body } = await fixture.upload(csv);
  await fixture.start(body.id, body.guesses);
  await fixture.run(body.id);
  expect(fixture.suppressed()).toEqual({ "a@x.example": "unsubscribed", "b@x.example": "unclear" });
});

test("a placeholder date is an empty cell in the check and the import", async () => {
  const csv =
    "email,unsubscribed_at\na@x.example,1970-01-01\nb@x.example,2026-02-03\n" +
    "c@x.example,1900-01-01\nd@x.example,0000-00-00\ne@x.example,01.01.1970\n";
  const { body } = await fixture.upload(csv);
  const { columns } = await fixture.check(body.id, body.guesses);
  expect(columns[0]?.values).toEqual([
    { value: "", as: "empty", says: "nothing", rows: 4 },
    { value: "2026-02-03", as: "date", says: "unsubscribed", rows: 1 },
  ]);
  await fixture.start(body.id, body.guesses);
  await fixture.run(body.id);
  expect(fixture.suppressed()).toEqual({ "b@x.example": "unsubscribed" });
});
