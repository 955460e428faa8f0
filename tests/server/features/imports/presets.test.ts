import { afterEach, beforeEach, expect, test } from "bun:test";
import { audienceSlices } from "../../../../server/delivery/audience/audience.store.ts";
import {
  readAttributeCell,
  readTagCell,
  recognisePreset,
} from "../../../../server/features/imports/presets.rules.ts";
import { ImportFixture, type Preview } from "./import-fixture.ts";

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.app.close());

type WithPreset = Preview & { preset: { name: string; wholeFile: string | null } | null };
// biome-ignore lint/suspicious/noExplicitAny: the shape is what each test asserts
type Any = any;

/** Uploads, starts as the preset suggests, runs, and gives preview and report. */
async function bring(csv: string, options: Record<string, unknown> = {}) {
  const { body: preview } = await fixture.upload<WithPreset>(csv);
  const wholeFile = preview.preset?.wholeFile ?? undefined;
  const started = await fixture.startWithoutQuestions(preview.id, preview.guesses, {
    wholeFile,
    ...options,
  });
  expect(started.status).toBe(200);
  await fixture.run(preview.id);
  const { body: report } = await fixture.call<Any>("GET", `/imports/${preview.id}`);
  return { preview, report };
}

const contact = async (email: string): Promise<Any> => {
  const found = await fixture.call<Any>("GET", `/contacts?q=${encodeURIComponent(email)}`);
  const id = found.body.items[0]?.id;
  return id === undefined ? undefined : (await fixture.call<Any>("GET", `/contacts/${id}`)).body;
};
const tagsOf = (id: number) =>
  fixture.db
    .prepare<[number], { name: string }>(
      `SELECT name FROM tag JOIN contact_tag ON tag_id = id WHERE contact_id = ? ORDER BY name`,
    )
    .all(id)
    .map(({ name }) => name);

const MAILCHIMP =
  "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,TIMEZONE,CC,LAST_CHANGED,LEID,EUID,NOTES,TAGS";

test("Mailchimp's subscribed file: names, tags, and when and from where they agreed", async () => {
  const list = (await fixture.call<Any>("POST", "/lists", { name: "News" })).body.id;
  const { preview, report } = await bring(
    `${MAILCHIMP}\nann@example.com,Ann,Lee,4,2026-06-18 10:00:00,198.51.100.10,,,Europe/Berlin,DE,2026-06-19 12:00:00,1,a1,,"""VIP"",""Early bird"""\n`,
    { listIds: [list], consentStatement: "Signed up on our website", tags: ["From Mailchimp"] },
  );

  expect(preview.preset).toEqual({ name: "mailchimp", wholeFile: null });
  expect(report).toMatchObject({ created: 1, suppressed: 0, rejected: 0 });
  const ann = await contact("ann@example.com");
  expect(ann).toMatchObject({ firstName: "Ann", lastName: "Lee", status: "mailable" });
  expect(tagsOf(ann.id)).toEqual(["Early bird", "From Mailchimp", "VIP"]);
  expect(
    fixture.db.prepare("SELECT ip, detail FROM consent WHERE contact_id = ?").get(ann.id),
  ).toEqual({
    ip: "198.51.100.10",
    detail: "Opted in at 2026-06-18 10:00:00, according to the file",
  });
});

test("Mailchimp's unsubscribed and cleaned files: nobody in them is mailed again", async () => {
  const list = (await fixture.call<Any>("POST", "/lists", { name: "News" })).body.id;
  const unsubscribed = await bring(
    `${MAILCHIMP},UNSUB_TIME,UNSUB_REASON\nout@example.com,Out,,2,,,,,,,,1,a1,,,2026-01-01 00:00:00,NORMAL\n`,
    { listIds: [list] },
  );
  const cleaned = await bring(
    `${MAILCHIMP},CLEAN_TIME,CLEAN_CAMPAIGN_TITLE\nhard@example.com,Hard,,2,,,,,,,,1,a1,,,2026-01-01 00:00:00,May\n`,
  );

  expect(unsubscribed.preview.preset).toEqual({ name: "mailchimp", wholeFile: "unsubscribed" });
  expect(cleaned.preview.preset).toEqual({ name: "mailchimp", wholeFile: "hard_bounce" });
  expect(await contact("out@example.com")).toMatchObject({
    status: "unsubscribed",
    lists: [{ status: "unsubscribed" }],
  });
  expect(await contact("hard@example.com")).toMatchObject({ suppressionReason: "hard_bounce" });
  expect(cleaned.report).toMatchObject({ created: 1, suppressed: 1 });
});

test("listmonk's file: attributes become fields, and blocklisted people are suppressed", async () => {
  const { preview, report } = await bring(
    `uuid,email,name,attributes,status,created_at,updated_at
u1,ann@example.com,Ann Lee,"{""city"": ""Köln"", ""age"": 42, ""vip"": true, ""nested"": {""x"": 1}}",enabled,2026-01-01,2026-01-01
u2,ben@example.com,Ben,{},blocklisted,2026-01-01,2026-01-01
u3,cat@example.com,Cat,"[1]",enabled,2026-01-01,2026-01-01
`,
  );

  expect(preview.preset?.name).toBe("listmonk");
  expect(report).toMatchObject({ created: 2, suppressed: 1, rejected: 1 });
  expect(await contact("ann@example.com")).toMatchObject({
    city: "Köln",
    fields: { age: 42, vip: true },
  });
  expect(await contact("ben@example.com")).toMatchObject({ status: "unsubscribed" });
});

test("a JSON key that names a built-in field is that field, unless a column or a field of the workspace is", async () => {
  const csv = (at: string) =>
    `email,Land,attribs\na@${at},,"{""Stadt"":""Bonn"",""lang"":""de"",""nom"":""Lee"",""vorname"":""Ann"",""country"":""DE""}"\n`;
  const first = await bring(csv("one.example"));
  expect(first.report).toMatchObject({ created: 1, rejected: 0 });
  expect(await contact("a@one.example")).toMatchObject({
    ...{ city: "Bonn", language: "de", lastName: "Lee", firstName: "Ann", country: "", fields: {} },
  });

  await bring(
    `email,attribs\na@name.example,"{""Name"":""Ann Lee"",""VILLE"":""Lyon"",""Zeitzone"":""Europe/Paris""}"\n`,
  );
  expect(await contact("a@name.example")).toMatchObject({
    ...{ firstName: "Ann", lastName: "Lee", city: "Lyon", timeZone: "Europe/Paris", fields: {} },
  });

  await fixture.call("POST", "/contact-fields", { label: "Stadt", type: "text" });
  await bring(csv("two.example"));
  expect(await contact("a@two.example")).toMatchObject({ city: "", fields: { stadt: "Bonn" } });
});

test("files of Brevo, Sendy and Keila are recognized, with their words for a status", async () => {
  const list = (await fixture.call<Any>("POST", "/lists", { name: "News" })).body.id;
  const brevo = await bring(
    "CONTACT ID;EMAIL;FIRSTNAME;LASTNAME;SMS;EMAIL_BLACKLIST;ADDED_TIME\n1;b1@example.com;Ann;Lee;;false;2026-01-01\n2;b2@example.com;Ben;;;true;2026-01-01\n",
  );
  const sendy = await bring(
    "Name,Email,Joined,Last activity,Status\nAnn Lee,s1@example.com,2026,2026,Subscribed\nBen,s2@example.com,2026,2026,Bounced\nCat,s3@example.com,2026,2026,Marked as spam\nDan,s4@example.com,2026,2026,Unconfirmed\n",
    { listIds: [list] },
  );
  const keila = await bring(
    `Email,First name,Last name,External ID,Status,Data\nk1@example.com,Ann,Lee,7,active,"{""plan"":""pro""}"\nk2@example.com,Ben,,8,unreachable,\n`,
  );

  expect([brevo, sendy, keila].map(({ preview }) => preview.preset?.name)).toEqual([
    "brevo",
    "sendy",
    "keila",
  ]);
  expect((await contact("b1@example.com")).status).toBe("mailable");
  expect((await contact("b2@example.com")).status).toBe("unsubscribed");
  expect((await contact("s2@example.com")).suppressionReason).toBe("hard_bounce");
  expect((await contact("s3@example.com")).suppressionReason).toBe("complaint");
  expect((await contact("s4@example.com")).lists).toMatchObject([{ status: "pending" }]);
  expect((await contact("s1@example.com")).lists).toMatchObject([{ status: "subscribed" }]);
  expect((await contact("k1@example.com")).fields).toEqual({ plan: "pro" });
  expect((await contact("k2@example.com")).suppressionReason).toBe("hard_bounce");
});

test("a file can be imported directly into the suppressions, and nobody in it becomes a contact", async () => {
  await fixture.call("POST", "/suppressions", { addresses: ["known@example.com"] });
  const { report } = await bring(
    "email,status\nnew@example.com,\nknown@example.com,\nNEW@example.com,\nspam@example.com,complaint\nbroken,\n",
    { into: "suppressions" },
  );

  expect(report).toMatchObject({
    created: 0,
    suppressed: 2,
    skipped: 1,
    duplicates: 1,
    rejected: 1,
    rowsRead: 5,
  });
  expect((await fixture.call<Any>("GET", "/contacts/count")).body.count).toBe(0);
  expect((await fixture.call<Any>("GET", "/suppressions/counts")).body).toMatchObject({
    manual: 2,
    complaint: 1,
  });
});

test("undoing an import removes only contacts that it created and nobody changed", async () => {
  await fixture.call("POST", "/contacts", { email: "before@example.com" });
  const rows = Array.from({ length: 700 }, (_, n) => `p${n}@example.com`).join("\n");
  const { report } = await bring(`email\n${rows}\nbefore@example.com\n`);
  await fixture.call("POST", "/contacts", { email: "after@example.com" });
  const edited = await contact("p7@example.com");
  await fixture.call("PATCH", `/contacts/${edited.id}`, { firstName: "Kept" });

  expect(report).toMatchObject({ created: 700, canUndo: true, undoState: "none" });
  const undo = await fixture.call<Any>("POST", `/imports/${report.id}/undo`);
  await fixture.runUndo(report.id);

  expect(undo.body.undoState).toBe("queued");
  expect((await fixture.call<Any>("GET", `/imports/${report.id}`)).body).toMatchObject({
    undoState: "done",
    undone: 699,
    canUndo: false,
  });
  expect((await fixture.call<Any>("GET", "/contacts/count")).body.count).toBe(3);
  expect((await fixture.call<Any>("POST", `/imports/${report.id}/undo`)).status).toBe(409);
});

test("hostile cells: huge ones, invalid JSON, invalid tags, prototypes", async () => {
  const huge = "x".repeat(300_000);
  const { report } = await bring(
    `email,name,tags,attributes\na@example.com,${huge},t,\nb@example.com,B,"${huge},<script>alert(1)</script>,'; DROP TABLE tag; --","{""__proto__"":{""a"":1},""constructor"":""x""}"\n`,
  );

  expect(report).toMatchObject({ created: 1, rejected: 1 });
  expect(tagsOf((await contact("b@example.com")).id)).toEqual([
    "--",
    "<script>alert(1)</script>",
    "DROP TABLE tag",
  ]);
  expect(readAttributeCell('{"__proto__":{"polluted":1}}')).toEqual({ values: {} });
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  expect(readAttributeCell("{")).toEqual({ fault: "is not JSON" });
  expect(readTagCell(` "A" ; 'B', A ,`)).toEqual(["A", "B"]);
  expect(recognisePreset(["foo", "bar"])).toBeUndefined();
});

test("an unconfirmed contact is reached by no campaign: pending in the list, refused without one, and no status is downgraded", async () => {
  const list = (await fixture.call<Any>("POST", "/lists", { name: "News" })).body.id;
  await fixture.call("POST", "/contacts", { email: "member@example.com", listIds: [list] });
  const file =
    "email,status\nsub@example.com,subscribed\nwait@example.com,unconfirmed\nmember@example.com,unconfirmed\n";
  const without = await bring(file);

  expect(without.report).toMatchObject({ created: 1, rejected: 2 });
  expect(await contact("wait@example.com")).toBeUndefined();
  const reasons = fixture.db.prepare("SELECT reason FROM import_reject").raw().all();
  expect(String(reasons[0])).toContain("never confirmed");

  await bring(file, { listIds: [list] });
  const statusOf = async (email: string) => (await contact(email)).lists[0]?.status;
  expect(await statusOf("sub@example.com")).toBe("subscribed");
  expect(await statusOf("wait@example.com")).toBe("pending");
  expect(await statusOf("member@example.com")).toBe("subscribed");

  const everyone = audienceSlices({ everyone: true, includeLists: [], excludeLists: [] });
  const slice = { from: 0, to: 1_000, now: Date.now(), blocked: "[]" };
  const outcomes = everyone
    .count(fixture.db, slice)
    .map(({ outcome, n }) => [outcome ?? "mailed", n]);
  expect(Object.fromEntries(outcomes)).toEqual({ mailed: 2, unconfirmed: 1 });
});
