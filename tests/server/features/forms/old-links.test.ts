// Confirmation links that are opened after the person has decided otherwise.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { FormFixture } from "./form-fixture.ts";

const ANNA = "anna@example.org";

let fixture: FormFixture;
let list: number;
let path: string;

beforeEach(async () => {
  fixture = new FormFixture();
  list = await fixture.newList("News");
  ({ path } = await fixture.newForm({ listIds: [list] }));
});
afterEach(() => fixture.close());

/** Signs Anna up and returns the link in the mail to her. */
async function signUp(): Promise<string> {
  await fixture.post(path, { email: ANNA });
  await fixture.work();
  fixture.now += 60_000;
  return fixture.linkIn(fixture.sent.at(-1));
}

const suppress = (reason: string) =>
  fixture.call("POST", "/suppressions", { addresses: [ANNA], reason });
const status = async () => (await fixture.call("GET", "/contacts/1")).body.status;

async function expectRefused(link: string, why: string): Promise<void> {
  for (const answer of [await fixture.visit(link), await fixture.post(link, {})]) {
    const html = await answer.text();
    expect(answer.status).toBe(410);
    expect(html).toContain("You are not signed up");
    expect(html).toContain(why);
    expect(html).not.toContain("<button>");
  }
}

test("a link from before an unsubscribe does not undo it, and a new sign-up does", async () => {
  const first = await signUp();
  const second = await signUp();
  await fixture.post(first, {});
  await suppress("unsubscribed");

  await expectRefused(second, "You have unsubscribed since");
  expect(await status()).toBe("unsubscribed");

  fixture.now += 60_000;
  const fresh = await signUp();
  expect(await (await fixture.post(fresh, {})).text()).toContain("You are signed up");
  expect(await status()).toBe("mailable");
});

test("a used link does not say that somebody is signed up who has unsubscribed or left the list", async () => {
  const link = await signUp();
  await fixture.post(link, {});
  expect(await (await fixture.visit(link)).text()).toContain("You are signed up");

  await fixture.call("PUT", `/lists/${list}/contacts/1`, { status: "unsubscribed" });
  await expectRefused(link, "You have unsubscribed since");

  await suppress("unsubscribed");
  await expectRefused(link, "You have unsubscribed since");
});

test("somebody whose complaint came after the sign-up is not told that they are signed up", async () => {
  const link = await signUp();
  await suppress("complaint");

  await expectRefused(link, "We do not send email to this address");
  expect(fixture.contacts()).toEqual([]);
});

test("doubts about an imported address do not outweigh the person's own confirmation", async () => {
  const link = await signUp();
  fixture.db
    .prepare("INSERT INTO suppression (address, reason, created_at) VALUES (?, 'unclear', ?)")
    .run(ANNA, fixture.now);

  expect(await (await fixture.post(link, {})).text()).toContain("You are signed up");
  expect(await status()).toBe("mailable");
});
