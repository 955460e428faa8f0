import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { workspaceCalls, workspaceRequests } from "../../../support/calls.ts";
import { runTaskOf } from "../../../support/run-task.ts";
import { ImportFixture } from "../imports/import-fixture.ts";

let fixture: ImportFixture;
let unpacked: string;

beforeEach(() => {
  fixture = new ImportFixture();
  unpacked = mkdtempSync(join(tmpdir(), "privacy-"));
});
afterEach(() => {
  fixture.app.close();
  rmSync(unpacked, { recursive: true, force: true });
});

const HOSTILE = `=cmd|'/C calc'!A0"><script>alert(1)</script>`;

const place = () => ({ app: fixture.app, workspaceId: fixture.workspace.id });
const call = workspaceCalls(place, "admin");
const request = workspaceRequests(place, "admin");

const runJob = (id: number) => runTaskOf(fixture.app, fixture.workspace.id, id);

/** A person with data of every kind. */
async function addPerson(email: string, name = HOSTILE): Promise<number> {
  const list = await call("POST", "/lists", { name: `List ${email.length}` });
  const added = await call("POST", "/contacts", {
    email,
    firstName: name,
    listIds: [list.body.id],
  });
  const id = added.body.id as number;
  await call("PATCH", `/contacts/${id}`, { lastName: name });
  const { db } = fixture;
  db.prepare(
    `INSERT OR IGNORE INTO campaign (id, name, created_by, created_at, updated_at) VALUES (1, ?, 'u', 0, 0)`,
  ).run(HOSTILE);
  db.prepare(
    `INSERT INTO message (campaign_id, seq, contact_id, address, state, attempts, changed_at)
     VALUES (1, ?, ?, ?, 3, 1, 5)`,
  ).run(id, id, email);
  db.prepare(
    `INSERT INTO attempt (campaign_id, seq, at, outcome, reply) VALUES (1, ?, 5, 'accepted', ?)`,
  ).run(id, `250 queued for <${email}>`);
  db.prepare("INSERT OR IGNORE INTO user_agent VALUES (7, 'Firefox of the person')").run();
  db.prepare(
    `INSERT INTO event (at, kind, campaign_id, seq, contact_id, class, rule, ip, agent_id)
     VALUES (6, 'open', 1, ?, ?, 'human', 'r', '192.0.2.7', 7)`,
  ).run(id, id);
  db.prepare(
    "INSERT INTO contact_note (contact_id, text, created_by, created_at, updated_at) VALUES (?, ?, 'u', 1, 1)",
  ).run(id, name);
  return id;
}

/** All text of every table, to search for what must be gone. */
function everything(): string {
  const { db } = fixture;
  const tables = db
    .prepare<[], { name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    .all();
  return tables
    .map(({ name }) => JSON.stringify(db.prepare(`SELECT * FROM "${name}"`).all()))
    .join("\n");
}

async function unzip(bytes: Uint8Array): Promise<string[]> {
  const path = join(unpacked, "person.zip");
  writeFileSync(path, bytes);
  const python = `import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])`;
  const run = Bun.spawn(["python3", "-c", python, path, join(unpacked, "out")]);
  expect(await run.exited).toBe(0);
  return readdirSync(join(unpacked, "out")).sort();
}

test("a person's export has everything, as JSON, as CSV without formulas, and as HTML without code", async () => {
  const id = await addPerson("ann@example.com");
  await addPerson("other@example.com", "Other");

  fixture.app.databases.system.exec(
    `INSERT INTO audit (at, workspace_id, action, target, prev_hash, hash)
     SELECT 1, workspace_id, 'contact.bulk_add_to_list', '${id}', '', '' FROM audit LIMIT 1`,
  );

  const asked = await call("POST", "/privacy/requests", { kind: "export", contactId: id });
  await runJob(asked.body.id);
  const done = await call("GET", `/privacy/requests/${asked.body.id}`);
  const file = await request("GET", `/privacy/requests/${asked.body.id}/file`);
  const names = await unzip(await file.bytes());

  expect(done.body).toMatchObject({ state: "done", error: null });
  expect(names).toEqual(
    expect.arrayContaining([
      "index.html",
      "data.json",
      "profile.csv",
      "list_contact.csv",
      "message.csv",
      "attempt.csv",
      "event.csv",
      "contact_note.csv",
      "contact_change.csv",
      "audit.csv",
    ]),
  );
  const read = (name: string) => readFileSync(join(unpacked, "out", name), "utf8");
  const data = JSON.parse(read("data.json"));
  expect(data.profile[0]).toMatchObject({ email: "ann@example.com", first_name: HOSTILE });
  expect(data.event[0]).toMatchObject({ ip: "192.0.2.7", user_agent: "Firefox of the person" });
  expect(data.message[0]).toMatchObject({
    campaign: HOSTILE,
    changed_at: "1970-01-01T00:00:00.005Z",
  });
  // A bulk action on the list with the same number is not about this person.
  expect(data.audit.map(({ action }: { action: string }) => action)).toEqual([
    "contact.create",
    "contact.update",
  ]);
  expect(data.list_contact[0].list).toBe("List 15");
  expect(names.map(read).join()).not.toContain("other@example.com");
  for (const name of names.filter((one) => one.endsWith(".csv"))) {
    expect(read(name)).not.toMatch(/(^|,)"?[=+@]/m);
  }
  expect(read("index.html")).toContain("&lt;script&gt;alert(1)");
  expect(read("index.html")).not.toContain("<script");
});

test("an erased person is nowhere any more, the totals still add up, and nobody else is affected", async () => {
  const id = await addPerson("ann@example.com", "Ann Unmistakable");
  await addPerson("other@example.com", "Other");
  await call("POST", "/suppressions", { addresses: ["ann@example.com"], detail: "unmistakable" });
  const preview = await fixture.upload(
    "email,name\nANN@example.com;,Unmistakable\nx@y.example,X\n",
  );
  await fixture.start(preview.body.id, preview.body.guesses);
  await fixture.run(preview.body.id);
  const before = await call("POST", "/privacy/requests", { kind: "export", contactId: id });
  await runJob(before.body.id);

  const asked = await call("POST", "/privacy/requests", { kind: "erase", contactId: id });
  await runJob(asked.body.id);

  expect((await call("GET", `/privacy/requests/${asked.body.id}`)).body).toMatchObject({
    state: "done",
    address: null,
    result: { contacts: 1, messages: 1, attempts: 1, events: 1, suppressions: 1, rejects: 1 },
  });
  expect(everything().toLowerCase()).not.toContain("ann@example.com");
  expect(everything().toLowerCase()).not.toContain("unmistakable");
  expect(everything()).toContain("other@example.com");
  const message = fixture.db
    .prepare("SELECT state, address FROM message WHERE contact_id = ?")
    .get(id);
  expect(message).toEqual({ state: 3, address: `erased-${asked.body.id}` });
  const file = await call("GET", `/privacy/requests/${before.body.id}/file`);
  expect(file.status).toBe(404);
  const left = readdirSync(join(fixture.app.dataDir, "local", "exports"));
  expect(left.filter((name) => name.endsWith(".zip"))).toEqual([]);
  const actions = fixture.app.databases.system
    .prepare<[], { action: string }>("SELECT action FROM audit")
    .all()
    .map(({ action }) => action);
  expect(actions).toEqual(expect.arrayContaining(["privacy.erase", "privacy.erased"]));
});

test("an erased person cannot come back through an import, and its report says so", async () => {
  const id = await addPerson("ann@example.com");
  const asked = await call("POST", "/privacy/requests", { kind: "erase", contactId: id });
  const csv = "email,name\nAnn@EXAMPLE.com,Ann\nben@example.com,Ben\n";

  const early = await fixture.upload(csv);
  await fixture.start(early.body.id, early.body.guesses);
  await runJob(asked.body.id);
  await fixture.run(early.body.id);

  const report = await call("GET", `/imports/${early.body.id}`);
  expect(report.body).toMatchObject({
    state: "done",
    rowsRead: 2,
    created: 1,
    erased: 1,
    rejected: 0,
  });
  expect(everything().toLowerCase()).not.toContain("ann@example.com");
});

test("an address without a contact can be erased too, and the erasure lifted with a reason", async () => {
  const asked = await call("POST", "/privacy/requests", {
    kind: "erase",
    address: "Zoe@Example.com",
  });
  await runJob(asked.body.id);

  expect((await call("POST", "/contacts", { email: "zoe@example.com" })).status).toBe(409);
  const lift = { address: "zoe@example.com", reason: "she signed up again in our shop" };
  expect((await call("DELETE", "/privacy/erasures", lift)).status).toBe(200);
  expect((await call("DELETE", "/privacy/erasures", lift)).status).toBe(404);
  expect((await call("POST", "/contacts", { email: "zoe@example.com" })).status).toBe(200);
});

test("an editor can neither export nor erase a person", async () => {
  const body = { kind: "erase", address: "a@example.com" };

  expect((await call("POST", "/privacy/requests", body, { as: "editor" })).status).toBe(403);
  expect((await call("GET", "/privacy/requests", undefined, { as: "editor" })).status).toBe(403);
});

test("the file of an export expires", async () => {
  const id = await addPerson("ann@example.com");
  const asked = await call("POST", "/privacy/requests", { kind: "export", contactId: id });
  await runJob(asked.body.id);
  fixture.db.exec("UPDATE task_file SET expires_at = 1");

  expect((await call("GET", `/privacy/requests/${asked.body.id}/file`)).status).toBe(404);
  expect((await call("GET", `/privacy/requests/${asked.body.id}`)).body.error).toContain(
    "was deleted",
  );
  expect(existsSync(join(fixture.app.dataDir, "local", "exports"))).toBe(true);
});
