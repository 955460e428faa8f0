import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { startJobs } from "../../../server/jobs/index.ts";
import { hostileCsv } from "../../support/hostile-csv.ts";
import { runTaskOf } from "../../support/run-task.ts";
import { ImportFixture } from "../features/imports/import-fixture.ts";

let fixture: ImportFixture;
let child: Bun.Subprocess | undefined;

beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(async () => {
  child?.kill(9);
  await child?.exited;
  fixture.close();
});

function spawn(): void {
  const script = join(import.meta.dir, "../../support/jobs-process.ts");
  child = Bun.spawn([process.execPath, script, fixture.app.dataDir], {
    stdout: "ignore",
    stderr: "inherit",
    env: { ...process.env, LOG_LEVEL: "silent" },
  });
}

async function until(done: () => Promise<boolean>, withinMs: number): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await done())) {
    if (Date.now() > end) {
      throw new Error("waited too long");
    }
    await Bun.sleep(5);
  }
}

test("an import killed five times with -9 ends with every row once and exact counts", async () => {
  const file = hostileCsv(30_000, "windows-1252", "k");
  const { body } = await fixture.upload(file.bytes);
  await fixture.start(body.id, body.guesses);
  const rowsAtKill: number[] = [];
  for (let kill = 1; kill <= 5; kill++) {
    const before = (await fixture.get(body.id)).rowsRead;
    spawn();
    await until(async () => (await fixture.get(body.id)).rowsRead > before + 1_500, 15_000);
    child?.kill(9);
    await child?.exited;
    rowsAtKill.push((await fixture.get(body.id)).rowsRead);
  }
  spawn();
  await until(async () => (await fixture.get(body.id)).state === "done", 30_000);

  expect(rowsAtKill).toEqual([...rowsAtKill].sort((a, b) => a - b));
  expect(rowsAtKill.at(-1)).toBeLessThan(file.rows);
  expect(await fixture.get(body.id)).toMatchObject({
    rowsRead: file.rows,
    created: file.addresses.length,
    duplicates: file.duplicates,
    rejected: file.rejected,
  });
  expect(fixture.contacts().map((contact) => contact.address)).toEqual([...file.addresses].sort());
  expect(fixture.db.pragma("integrity_check", { simple: true })).toBe("ok");
}, 90_000);

test("an export killed three times with -9 has every contact once", async () => {
  const count = 40_000;
  fixture.db.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    INSERT INTO contact (email, address, domain, created_at, updated_at)
    SELECT 'c' || i || '@x.example', 'c' || i || '@x.example', 'x.example', i, i FROM n`);
  const who = { role: "admin" as const, workspaceId: fixture.workspace.id };
  const ask = (method: string, path: string, body?: unknown) =>
    fixture.app.call(who, method, `${fixture.base}/exports${path}`, body);
  type Export = { id: number; state: string; rowsDone: number };
  const { id } = (await (
    await ask("POST", "", { kind: "contacts", columns: ["city"], byteOrderMark: false })
  ).json()) as Export;
  const get = async () => (await (await ask("GET", `/${id}`)).json()) as Export;
  for (let kill = 1; kill <= 3; kill++) {
    const before = (await get()).rowsDone;
    spawn();
    await until(async () => (await get()).rowsDone > before + 1_500, 15_000);
    child?.kill(9);
    await child?.exited;
  }
  expect((await get()).rowsDone).toBeLessThan(count);
  spawn();
  await until(async () => (await get()).state === "done", 30_000);

  const lines = (await (await ask("GET", `/${id}/file`)).text()).trimEnd().split("\r\n");
  expect(lines).toHaveLength(count + 1);
  expect(new Set(lines).size).toBe(count + 1);
  expect(await get()).toMatchObject({ rowsDone: count, error: null });
}, 90_000);

test("an erasure killed again and again with -9 ends with nothing of the person in rows or files", async () => {
  const address = "ann@example.com";
  await fixture.call("POST", "/contacts", { email: address });
  fixture.db.exec(`
    INSERT INTO import (id, file_name, file_path, size_bytes, created_by, created_at)
      VALUES (1, 'x.csv', 'x', 1, 'u', 0);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
    INSERT INTO import_reject (import_id, row_no, reason, raw)
    SELECT 1, i, 'no', iif(i % 1000, '["somebody else"]', '["${address}"]') FROM n`);
  const who = { role: "admin" as const, workspaceId: fixture.workspace.id };
  type Asked = { id: number; state: string; address: string | null };
  const ask = async (method: string, path: string, body?: unknown) =>
    (await (await fixture.app.call(who, method, `${fixture.base}${path}`, body)).json()) as Asked;
  for (const kind of ["contacts", "suppressions"]) {
    const { id } = await ask("POST", "/exports", { kind });
    await runTaskOf(fixture.app, fixture.workspace.id, id);
  }
  const { id } = await ask("POST", "/privacy/requests", { kind: "erase", address });
  const get = () => ask("GET", `/privacy/requests/${id}`);
  for (let kill = 1; kill <= 5; kill++) {
    spawn();
    await Bun.sleep(150 * kill);
    child?.kill(9);
    await child?.exited;
  }
  spawn();
  await until(async () => (await get()).state === "done", 30_000);

  expect((await get()).address).toBeNull();
  expect(fixture.contacts()).toEqual([]);
  const left = fixture.db.prepare("SELECT count(*) FROM import_reject WHERE instr(raw, '@') > 0");
  expect(left.pluck().get()).toBe(0);
  expect(readdirSync(join(fixture.app.dataDir, "local", "exports"))).toEqual([]);
}, 90_000);

test("the jobs thread permanently refuses unknown kinds, and runs a bulk action", async () => {
  const jobs = await startJobs(fixture.app.dataDir);
  const context = { signal: new AbortController().signal };
  const job = { id: 1, workspaceId: fixture.workspace.id, attempt: 1, maxAttempts: 8 };
  await fixture.call("POST", "/contacts", { email: "a@example.com" });
  const { body } = await fixture.call<{ job: { id: number } }>("POST", "/contacts/bulk", {
    action: "delete",
    filter: {},
  });
  const refusal = async (kind: string) => {
    const error = await jobs.run({ ...job, kind, payload: {} }, context).then(
      () => new Error("not refused"),
      (reason: Error) => reason,
    );
    return `${error.name}: ${error.message}`;
  };

  expect(await refusal("nonsense")).toBe(
    'PermanentJobError: the jobs thread does not handle "nonsense"',
  );
  expect(await refusal("import.check")).toBe(
    'PermanentJobError: a job of kind "import.check" has no importId',
  );
  await jobs.run({ ...job, kind: "task.run", payload: { id: body.job.id } }, context);
  await jobs.stop();

  expect(fixture.contacts()).toEqual([]);
});

test("a job told to stop while its thread is starting does not begin", async () => {
  const jobs = await startJobs(fixture.app.dataDir);
  await fixture.call("POST", "/contacts", { email: "a@example.com" });
  const { body } = await fixture.call<{ job: { id: number } }>("POST", "/contacts/bulk", {
    action: "delete",
    filter: {},
  });
  const job = { id: 1, workspaceId: fixture.workspace.id, attempt: 1, maxAttempts: 8 };
  const bulk = { ...job, kind: "task.run", payload: { id: body.job.id } };
  const stopped = new AbortController();

  const run = jobs.run(bulk, { signal: stopped.signal });
  stopped.abort(new Error("the job was cancelled"));

  await expect(run).rejects.toThrow("the job was cancelled");
  expect(fixture.contacts().map(({ address }) => address)).toEqual(["a@example.com"]);
  await jobs.stop();
}, 30_000);
