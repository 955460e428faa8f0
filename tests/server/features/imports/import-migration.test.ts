// Imports in a file from before imports were tasks: their state remains correct, and unfinished ones continue.
import { afterEach, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  getImport,
  listImports,
  resumeImport,
} from "../../../../server/features/imports/imports.service.ts";
import { runUndo, taskOfJob } from "../../../../server/features/tasks/task-run.service.ts";
import { listTasks, waitingTasks } from "../../../../server/features/tasks/tasks.service.ts";
import { type Connection, openConnection } from "../../../../server/platform/db/driver.ts";
import { migrate, migrateBy } from "../../../../server/platform/db/migrate.ts";
import { migrations } from "../../../../server/platform/db/migrations/index.ts";
import { createJobQueue } from "../../../../server/platform/scheduler/job-queue.ts";
import { taskKinds } from "../../../../server/task-kinds.ts";
import { newTestApp, type TestApp } from "../../../support/app.ts";
import { runTaskOf } from "../../../support/run-task.ts";

const NOW = 1_000_000;
const SETTINGS = JSON.stringify({
  encoding: "utf-8",
  isUtf8: true,
  delimiter: ",",
  newline: "\n",
  hasHeader: true,
  header: ["email"],
  columns: 1,
  started: {
    mapping: [{ column: 0, target: "email" }],
    onDuplicate: "skip",
    listIds: [],
    agreed: true,
  },
});

let app: TestApp | undefined;
afterEach(() => {
  app?.close();
  app = undefined;
});

/** A workspace's file as the previous version left it. */
function olderFile(path = ":memory:"): Connection {
  const db = openConnection(path);
  migrateBy(db, "workspace", migrations.workspace.slice(0, 28));
  return db;
}

const COLUMNS = `id, file_name, file_path, size_bytes, state, settings, position_bytes, window_done, rows_read, progress_bytes,
  created_count, suppressed_count, after_contact, undo_state, undo_cursor, undone_count, run_started_at, run_start_rows,
  error, created_by, created_at, started_at, finished_at, status_check`;

function addImports(db: Connection): void {
  const add = db.prepare(`INSERT INTO import (${COLUMNS}) VALUES (${"?, ".repeat(23)}?)`);
  const rest = (id: number, state: string) => [id, `${id}.csv`, `f${id}`, 90, state, SETTINGS];
  add.run(
    ...rest(1, "uploaded"),
    0,
    0,
    0,
    0,
    0,
    0,
    null,
    "none",
    0,
    0,
    null,
    0,
    null,
    "u",
    5,
    null,
    null,
    '{"state":"running"}',
  );
  add.run(
    ...rest(2, "cancelled"),
    0,
    0,
    0,
    0,
    0,
    0,
    null,
    "none",
    0,
    0,
    null,
    0,
    null,
    "u",
    5,
    null,
    7,
    null,
  );
  add.run(
    ...rest(3, "queued"),
    0,
    0,
    0,
    0,
    0,
    0,
    null,
    "none",
    0,
    0,
    null,
    0,
    null,
    "u",
    5,
    6,
    null,
    null,
  );
  add.run(
    ...rest(4, "running"),
    6,
    2,
    2,
    40,
    2,
    0,
    9,
    "none",
    0,
    0,
    7,
    1,
    null,
    "u",
    5,
    6,
    null,
    null,
  );
  add.run(...rest(5, "done"), 90, 0, 4, 90, 4, 1, 9, "none", 0, 0, 7, 0, null, "u", 5, 6, 8, null);
  add.run(
    ...rest(6, "failed"),
    6,
    1,
    1,
    20,
    1,
    0,
    9,
    "none",
    0,
    0,
    7,
    0,
    "fault",
    "u",
    5,
    6,
    8,
    null,
  );
  add.run(
    ...rest(7, "cancelled"),
    6,
    0,
    1,
    20,
    1,
    0,
    9,
    "queued",
    300,
    3,
    7,
    0,
    null,
    "u",
    5,
    6,
    8,
    null,
  );
  add.run(
    ...rest(8, "done"),
    90,
    0,
    4,
    90,
    4,
    0,
    9,
    "done",
    500,
    4,
    7,
    0,
    null,
    "u",
    5,
    6,
    8,
    null,
  );
}

test("every import is what it was, and each that was started has its task", () => {
  const db = olderFile();
  addImports(db);

  migrate(db, "workspace");

  const { items } = listImports(db, {}, NOW);
  const shown = items
    .map((row) => [
      ...[row.id, row.state, row.taskId, row.progressBytes, row.sizeBytes, row.error],
      ...[row.startedAt, row.finishedAt, row.undoState, row.undone, row.canUndo],
    ])
    .reverse();
  expect(shown).toEqual([
    [1, "uploaded", null, 0, 90, null, null, null, "none", 0, false],
    [2, "cancelled", null, 0, 90, null, null, 7, "none", 0, false],
    [3, "queued", 1, 0, 90, null, 6, null, "none", 0, false],
    [4, "running", 2, 40, 90, null, 6, null, "none", 0, false],
    [5, "done", 3, 90, 90, null, 6, 8, "none", 0, true],
    [6, "failed", 4, 20, 90, "fault", 6, 8, "none", 0, true],
    [7, "cancelled", 5, 20, 90, null, 6, 8, "queued", 3, false],
    [8, "done", 6, 90, 90, null, 6, 8, "done", 4, false],
  ]);
  const tasks = listTasks(db, taskKinds, "all").items.map(({ undoUntil, ...task }) => [
    ...[task.kind, task.unit, task.state, undoUntil !== null],
  ]);
  expect(tasks).toEqual([
    ["import", "bytes", "done", false],
    ["import", "bytes", "cancelled", false],
    ["import", "bytes", "failed", true],
    ["import", "bytes", "done", true],
    ["import", "bytes", "running", false],
    ["import", "bytes", "queued", false],
  ]);
  expect(db.prepare("SELECT id, cursor FROM task ORDER BY id").raw().all()).toEqual([
    [1, null],
    [2, '{"bytes":6,"done":2}'],
    [3, null],
    [4, '{"bytes":6,"done":1}'],
    [5, '{"bytes":6,"done":0}'],
    [6, null],
  ]);
  expect(waitingTasks(db, taskKinds)).toEqual([
    { kind: "task.undo", payload: { id: 5 } },
    { kind: "task.run", payload: { id: 2 } },
    { kind: "task.run", payload: { id: 1 } },
  ]);
  expect(taskOfJob(db, { formerId: 4, of: "import" })).toBe(2);
  expect(taskOfJob(db, { formerId: 4 })).toBeUndefined();
});

test("waiting jobs of imports find their tasks", () => {
  const db = openConnection(":memory:");
  migrateBy(db, "system", migrations.system.slice(0, 22));
  db.exec(`INSERT INTO job (kind, workspace_id, payload, due_at, created_at) VALUES
    ('import.run', 'w', '{"importId":4}', 1, 1), ('import.undo', 'w', '{"importId":7}', 1, 1),
    ('import.check', 'w', '{"importId":1}', 1, 1)`);

  migrate(db, "system");

  expect(db.prepare("SELECT kind, payload FROM job ORDER BY id").raw().all()).toEqual([
    ["task.run", '{"formerId":4,"of":"import"}'],
    ["task.undo", '{"formerId":7,"of":"import"}'],
    ["import.check", '{"importId":1}'],
  ]);
});

test("a running one goes on behind the rows that it has, a failed one can be resumed, an undo ends", async () => {
  app = newTestApp();
  const { dataDir, databases } = app;
  const workspaceId = app.newWorkspace().id;
  const db = olderFile(join(dataDir, "older.db"));
  addImports(db);
  db.exec(`
    INSERT INTO contact (id, email, address, domain, fields, source, created_at, updated_at) VALUES
      (299, 'z@x.example', 'z@x.example', 'x.example', '{}', 'import:7', 5, 5),
      (301, 'y@x.example', 'y@x.example', 'x.example', '{}', 'import:7', 5, 5);
    INSERT INTO suppression (address, reason, source, created_at)
      VALUES ('h@x.example', 'unclear', 'import:7', 5)`);
  migrate(db, "workspace");
  const open = () => db;
  const csv = ["a", "b", "c", "d"].map((name) => `${name}@x.example\n`).join("");
  for (const name of ["f4", "f6"]) {
    mkdirSync(join(dataDir, "local", "imports"), { recursive: true });
    writeFileSync(join(dataDir, "local", "imports", name), `email\n${csv}`);
  }
  const jobs = createJobQueue(databases.system, Date.now);
  const by = { db, jobs, workspaceId, actorId: "u", now: 20 };

  expect(resumeImport(by, 6)).toMatchObject({ state: "queued", error: null, finishedAt: null });
  await runTaskOf(app, workspaceId, 2, { open });
  await runTaskOf(app, workspaceId, 4, { open });
  await runUndo({ open, clock: () => 30, signal: new AbortController().signal }, taskKinds, 5);

  const shown = [4, 6, 7].map((id) => {
    const row = getImport(db, id, NOW);
    return [row.state, row.rowsRead, row.created, row.skipped, row.progressBytes, row.undoState];
  });
  expect(shown).toEqual([
    ["done", 4, 4, 0, 54, "none"],
    ["done", 4, 2, 2, 54, "none"],
    ["cancelled", 1, 1, 0, 20, "done"],
  ]);
  expect(db.prepare("SELECT address FROM contact ORDER BY address").pluck().all()).toEqual([
    "b@x.example",
    "c@x.example",
    "d@x.example",
    "z@x.example",
  ]);
  expect(db.prepare("SELECT count(*) FROM suppression").pluck().get()).toBe(0);
  expect(getImport(db, 7, NOW).undone).toBe(4);
  db.close();
});
