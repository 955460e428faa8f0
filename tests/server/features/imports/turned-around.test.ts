// Values whose words or signs, if read carelessly, would change a yes into a no, or the reverse.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { ImportFixture } from "./import-fixture.ts";

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.app.close());

const mailable = async () =>
  (
    await fixture.call<{ items: { email: string }[] }>("GET", "/contacts?status=mailable")
  ).body.items.map(({ email }) => email);

test.each(["opt_in_valid", "Opt-in active", "OptInActive", "double_opt_in_valid", "optin_valid"])(
  "a no under %s is not mailed",
  async (name) => {
    const { body } = await fixture.upload(`email,${name}\ny@x.example,yes\nn@x.example,no\n`);
    await fixture.start(body.id, body.guesses);
    await fixture.run(body.id);

    expect(await mailable()).not.toContain("n@x.example");
  },
);

test.each([
  "!subscribed",
  "~subscribed",
  "-subscribed",
  "¬ active",
  "❌ subscribed",
  "active 🚫",
  "subscribed?",
])("%s is not understood", async (value) => {
  await fixture.import(`email,Status\na@x.example,${value}\nb@x.example,✓ subscribed\n`);

  expect(await mailable()).toEqual(["b@x.example"]);
});

test.each([
  "Статус",
  "Статус подписки",
  "ステータス",
  "状态",
  "Durum",
  "Κατάσταση",
  "الحالة",
  "סטטוס",
  "구독상태",
])("the words under %s are not understood, so nobody is mailed", async (name) => {
  const { body } = await fixture.upload(`email,${name}\na@x.example,Отписался\nb@x.example,解除\n`);
  await fixture.start(body.id, body.guesses);
  await fixture.run(body.id);

  expect(await mailable()).toEqual([]);
});
