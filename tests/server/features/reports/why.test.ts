import { afterEach, beforeEach, expect, test } from "bun:test";
import type {
  RecipientStory,
  WhyAnswer,
} from "../../../../server/features/reports/reports.schema.ts";
import type { Connection } from "../../../../server/platform/db/driver.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";

const LAUNCH = 1_790_000_000_000;
let fixture: TestApp;
let workspace: TestWorkspace;
let db: Connection;

const people = ["got", "excluded", "nolist", "left", "late", "suppressed", "after"];
const FIXTURE = `
  INSERT INTO list (id, name, name_key, created_at, updated_at) VALUES (1, 'News', 'news', 0, 0), (2, 'Staff', 'staff', 0, 0);
  INSERT INTO campaign (id, name, status, audience, created_by, created_at, updated_at, launched_at) VALUES
    (1, 'May', 'completed', '{"everyone":false,"includeLists":[1],"excludeLists":[2]}', 'u', 0, 0, ${LAUNCH}),
    (2, 'Draft', 'draft', '{"everyone":true,"includeLists":[],"excludeLists":[]}', 'u', 0, 0, NULL);
  ${people
    .map(
      (name, i) =>
        `INSERT INTO contact (id, email, address, domain, created_at, updated_at)
         VALUES (${i + 1}, '${name}@x.test', '${name}@x.test', 'x.test', ${name === "late" ? LAUNCH + 1 : 0}, 0);`,
    )
    .join("\n")}
  INSERT INTO list_contact (list_id, contact_id, status, changed_at) VALUES
    (1, 1, 'subscribed', 0), (1, 2, 'subscribed', 0), (2, 2, 'subscribed', 0),
    (1, 4, 'unsubscribed', 0), (1, 6, 'subscribed', 0), (1, 7, 'subscribed', ${LAUNCH + 5});
  INSERT INTO suppression (address, reason, source, created_at) VALUES
    ('suppressed@x.test', 'complaint', 'campaign:9', 5);
  INSERT INTO message (campaign_id, seq, contact_id, address, state, reason) VALUES
    (1, 1, 1, 'got@x.test', 4, 'invalid_mailbox');
  INSERT INTO chunk (campaign_id, chunk_no, provider, first_seq, last_seq, pending, bounced) VALUES (1, 1, 'other', 1, 1, 0, 1);
  INSERT INTO bounce_report (campaign_id, seq, at, via, action, category, code, enhanced, reply) VALUES
    (1, 1, ${LAUNCH + 9}, 'dsn', 'failed', 'invalid_mailbox', 550, '5.1.1', 'User unknown');
`;

beforeEach(() => {
  fixture = newTestApp(() => LAUNCH + 10);
  workspace = fixture.newWorkspace();
  db = fixture.databases.workspace(workspace.id);
  db.exec(FIXTURE);
});
afterEach(() => fixture.close());

async function why(email: string, campaign = 1) {
  const path = `/workspaces/${workspace.id}/campaigns/${campaign}/why?email=${encodeURIComponent(email)}`;
  const response = await fixture.call({ role: "viewer", workspaceId: workspace.id }, "GET", path);
  return { status: response.status, body: (await response.json()) as WhyAnswer };
}

const cases: [email: string, answer: WhyAnswer["answer"]][] = [
  ["Got@X.test", "recipient"],
  ["excluded@x.test", "excluded"],
  ["nolist@x.test", "on_no_list"],
  ["left@x.test", "not_subscribed"],
  ["late@x.test", "too_late"],
  ["suppressed@x.test", "suppressed"],
  ["after@x.test", "subscribed_later"],
  ["stranger@x.test", "no_contact"],
];
for (const [email, answer] of cases) {
  test(`${email} is told as ${answer}`, async () => {
    expect((await why(email)).body.answer).toBe(answer);
  });
}

test("the answer names the lists, the suppression and the message", async () => {
  expect((await why("excluded@x.test")).body).toMatchObject({
    seq: null,
    included: [{ listId: 1, name: "News", status: "subscribed" }],
    excluded: [{ listId: 2, name: "Staff", status: "subscribed" }],
  });
  expect((await why("suppressed@x.test")).body.suppression).toMatchObject({ reason: "complaint" });
  expect((await why("got@x.test")).body).toMatchObject({ seq: 1, contactId: 1 });
  expect((await why("got@x.test", 2)).body.answer).toBe("not_launched");
});

test("a recipient's story has what came back, and the list that included them", async () => {
  const path = `/workspaces/${workspace.id}/campaigns/1/recipients/1`;
  const response = await fixture.call({ role: "viewer", workspaceId: workspace.id }, "GET", path);
  const story = (await response.json()) as RecipientStory;

  expect(story.reports).toEqual([
    {
      ...{ at: LAUNCH + 9, via: "dsn", action: "failed", category: "invalid_mailbox" },
      ...{ code: 550, enhanced: "5.1.1", reply: "User unknown", address: "" },
    },
  ]);
  expect(story.included.map(({ name }) => name)).toEqual(["News"]);
});

test("no address and no campaign are refused", async () => {
  expect((await why("not an address")).status).toBe(422);
  expect((await why("got@x.test", 99)).status).toBe(404);
});
