// What /p/ tells recipients while something does not work, or when they ask too often: a page in their language with a
// time to try again, and nothing is reported as done.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { loadTokenKeys, trackingToken } from "../../../../server/delivery/index.ts";
import { openConnection } from "../../../../server/platform/db/driver.ts";
import { FileFault } from "../../../../server/platform/db/file-fault.ts";
import { AppError } from "../../../../server/platform/errors.ts";
import { loadKeyRing } from "../../../../server/platform/secrets.ts";
import { FormFixture } from "../forms/form-fixture.ts";

let fixture: FormFixture;
let path: string;
let confirmPath: string;
let list: number;

beforeEach(async () => {
  fixture = new FormFixture();
  list = await fixture.newList("News");
  const contact = { email: "anna@example.org", firstName: "Anna", listIds: [list] };
  const { id } = (await fixture.call("POST", "/contacts", contact)).body;
  path = `/p/${personToken(id)}`;
  await fixture.post(path, { action: "address", email: "new@example.org" });
  const change = fixture.db.prepare("SELECT id FROM address_change").pluck().get();
  confirmPath = `/p/confirm/${changeToken(Number(change))}`;
});
afterEach(() => fixture.close());

const keys = () => loadTokenKeys(loadKeyRing(fixture.app.dataDir));

function personToken(contactId: number): string {
  const workspaceNumber = fixture.workspace.number;
  const subject = { workspaceNumber, campaignId: 9, seq: 1, contactId };
  return trackingToken(keys(), "preferences", subject);
}

function changeToken(changeId: number): string {
  return trackingToken(keys(), "newAddress", {
    workspaceNumber: fixture.workspace.number,
    changeId,
  });
}

const asked: [what: string, ask: (german: HeadersInit) => Promise<Response>][] = [
  ["looking", (headers) => fixture.visit(path, { headers })],
  [
    "saving",
    (headers) => fixture.post(path, { action: "save", topic: "1", first_name: "Eve" }, headers),
  ],
  ["taking a break", (headers) => fixture.post(path, { action: "pause", days: "30" }, headers)],
  ["leaving", (headers) => fixture.post(path, { action: "leave" }, headers)],
  [
    "asking for another address",
    (headers) => fixture.post(path, { action: "address", email: "eve@example.org" }, headers),
  ],
  ["looking at a new address", (headers) => fixture.visit(confirmPath, { headers })],
  ["confirming a new address", (headers) => fixture.post(confirmPath, {}, headers)],
];
const german = { "accept-language": "de" };

async function expectLater(answer: Response): Promise<void> {
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toBe("60");
  expect(answer.headers.get("content-type")).toStartWith("text/html");
  const page = await answer.text();
  expect(page).toContain('lang="de"');
  expect(page).toContain("nichts geändert");
}

test.each(asked)("%s in a workspace with a damaged file says when to try again", async (_, ask) => {
  fixture.app.databases.setAside(fixture.workspace.id, new FileFault("damaged", "as found"));

  await expectLater(await ask(german));
});

test("saving while the workspace is locked for long says when to try again", async () => {
  const other = openConnection(join(fixture.app.dataDir, `t_${fixture.workspace.id}.db`));
  fixture.db.pragma("busy_timeout = 0");
  other.exec("BEGIN IMMEDIATE");
  const answer = await fixture.post(path, { action: "save", first_name: "Eve" }, german);
  other.exec("ROLLBACK");
  other.close();

  await expectLater(answer);
  const contact = fixture.db.prepare("SELECT address, first_name FROM contact").get();
  expect(contact).toEqual({ address: "anna@example.org", first_name: "Anna" });
}, 30_000);

test("unsubscribing while the journal cannot be written is not reported as done, and says when to try again", async () => {
  fixture.journalFault = new AppError("unavailable", { text: "the disk is full" });
  const answer = await fixture.post(path, { action: "leave" }, german);

  await expectLater(answer);
  expect(fixture.facts).toEqual([]);
});

test("a person who requests another address too often is told when to try again", async () => {
  const answers: Response[] = [];
  for (let n = 0; n < 8; n += 1) {
    answers.push(await fixture.post(path, { action: "address", email: `a${n}@example.org` }));
  }
  const refused = answers.filter(({ status }) => status === 429);

  expect(refused.length).toBeGreaterThan(0);
  for (const one of refused) {
    expect(Number(one.headers.get("retry-after"))).toBeGreaterThanOrEqual(60);
  }
});
