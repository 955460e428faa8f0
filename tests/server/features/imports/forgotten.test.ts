import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { exportFile, getExport } from "../../../../server/features/exports/exports.service.ts";
import { IMPORT_KEEP_MS } from "../../../../server/features/imports/import-age.rules.ts";
import { getImport } from "../../../../server/features/imports/imports.service.ts";
import { FILE_KEEP_MS } from "../../../../server/features/tasks/task-files.service.ts";
import { registerFileCleanUp } from "../../../../server/jobs/file-clean-up.ts";
import { Scheduler } from "../../../../server/platform/scheduler/scheduler.ts";
import { ImportFixture } from "./import-fixture.ts";

const FORGOTTEN =
  "Nobody started or resumed this import for 7 days, so its file was removed. Upload it again.";

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

const uploads = () => readdirSync(join(fixture.app.dataDir, "local", "imports"));

/** Runs the nightly job at that instant through the scheduler, as the server does. */
async function cleanUpAt(now: number): Promise<void> {
  const { system } = fixture.app.databases;
  let clock = now - 2 * 24 * 3_600_000;
  const scheduler = new Scheduler({ system, clock: () => clock, owner: "test" });
  registerFileCleanUp(scheduler, fixture.app.dataDir, () => clock);
  clock = now;
  scheduler.start();
  const done = system.prepare<[], number>(
    "SELECT COUNT(*) FROM job WHERE kind = 'files.clean-up' AND state = 'done'",
  );
  for (let tries = 0; done.pluck().get() === 0; tries++) {
    expect(tries).toBeLessThan(200);
    await Bun.sleep(20);
  }
  await scheduler.stop(1_000);
}

test("an upload that is not started for 7 days is removed, and the import shows that", async () => {
  const { body } = await fixture.upload("email\na@example.com\n");
  const day8 = Date.now() + IMPORT_KEEP_MS + 24 * 3_600_000;

  await cleanUpAt(day8);

  expect(uploads()).toEqual([]);
  expect(getImport(fixture.db, body.id, Date.now()).state).toBe("uploaded");
  expect(getImport(fixture.db, body.id, day8)).toMatchObject({
    state: "cancelled",
    error: FORGOTTEN,
  });
});

test("a newer one stays, and can be started", async () => {
  const { body } = await fixture.upload("email\na@example.com\n");

  await cleanUpAt(Date.now() + IMPORT_KEEP_MS - 60_000);
  await fixture.start(body.id, body.guesses);
  await fixture.run(body.id);

  expect(await fixture.get(body.id)).toMatchObject({ state: "done", created: 1 });
});

test("neither starting nor resuming is possible any more, with that reason", async () => {
  const first = await fixture.upload("email\na@example.com\n");
  const second = await fixture.upload("email\nb@example.com\n");
  const old = Date.now() - IMPORT_KEEP_MS;
  fixture.db.prepare("UPDATE import SET created_at = ? WHERE id = ?").run(old, first.body.id);
  await fixture.start(second.body.id, second.body.guesses);
  fixture.db.prepare("UPDATE import SET created_at = ? WHERE id = ?").run(old - 5, second.body.id);
  fixture.db.prepare("UPDATE task SET finished_at = ?, state = 'failed'").run(old);

  const start = await fixture.call<{ detail: string }>("POST", `/imports/${first.body.id}/start`, {
    mapping: [{ column: 0, target: "email" }],
    agreed: true,
    onDuplicate: "skip",
  });
  const resume = await fixture.call<{ detail: string }>(
    "POST",
    `/imports/${second.body.id}/resume`,
  );

  expect([start.status, resume.status]).toEqual([409, 409]);
  expect([start.body.detail, resume.body.detail]).toEqual([FORGOTTEN, FORGOTTEN]);
});

test("a run renews its file's age, so that a late failure can still be resumed", async () => {
  const { body } = await fixture.upload("email\na@example.com\n");
  const [name = ""] = uploads();
  const old = (Date.now() - IMPORT_KEEP_MS + 3_600_000) / 1_000;
  utimesSync(join(fixture.app.dataDir, "local", "imports", name), old, old);
  await fixture.start(body.id, body.guesses);
  const stop = new AbortController();
  const open = () => {
    if ((fixture.db.prepare("SELECT state FROM task").pluck().get() as string) === "running") {
      stop.abort(new Error("the process is stopping"));
    }
    return fixture.db;
  };

  await expect(fixture.run(body.id, stop.signal, false, open)).rejects.toThrow("stopping");
  await cleanUpAt(Date.now() + 2 * 3_600_000);

  expect(uploads()).toEqual([name]);
});

test("an export's file is removed after a week, and its row shows that before anybody requests it", async () => {
  const now = Date.now();
  fixture.db.exec(`
    INSERT INTO task (id, kind, payload, state, created_by, created_at)
      VALUES (1, 'export', '{"kind":"contacts","filter":{}}', 'done', 'u', ${now});
    INSERT INTO task_file VALUES (1, 'x.csv', 40, ${now + FILE_KEEP_MS})`);
  const path = join(fixture.app.dataDir, "local", "exports", "x.csv");
  await Bun.write(path, "email\n");

  await cleanUpAt(now + FILE_KEEP_MS + 24 * 3_600_000);

  const expired =
    "The file of this export is gone: files are deleted after a week. Create a new export.";
  expect(await Bun.file(path).exists()).toBe(false);
  expect(getExport(fixture.db, 1, now)).toMatchObject({ error: null, sizeBytes: 40 });
  expect(getExport(fixture.db, 1, now + FILE_KEEP_MS)).toMatchObject({
    error: expired,
    sizeBytes: 0,
  });
  const fetched = () => exportFile(fixture.db, fixture.app.dataDir, 1, now + FILE_KEEP_MS);
  expect(fetched).toThrow(expired);
});
