// Work in workspaces whose jobs are missing from an older system.db gets new jobs, and nothing gets two.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { queueLostJobs } from "../../../server/jobs/lost-jobs.ts";
import { createJobQueue, type JobQueue } from "../../../server/platform/scheduler/job-queue.ts";
import { newTestApp, type TestApp } from "../../support/app.ts";

const NOW = 1_000_000;

let fixture: TestApp;
let jobs: JobQueue;
let ws: string;
beforeEach(() => {
  fixture = newTestApp(() => NOW);
  jobs = createJobQueue(fixture.databases.system, () => NOW);
  ws = fixture.newWorkspace().id;
});
afterEach(() => fixture.close());

const find = () => queueLostJobs({ databases: fixture.databases, jobs, clock: () => NOW });
const queued = () =>
  fixture.databases.system
    .prepare<[], string>(
      "SELECT kind || ' ' || payload FROM job WHERE state = 'ready' ORDER BY kind, payload",
    )
    .pluck()
    .all();

/** One of each kind of work that waits for a job, and one of each kind that does not. */
function addWork(id: string): void {
  fixture.databases.workspace(id).exec(`
    INSERT INTO task (id, kind, payload, state, created_by, created_at, undo_state) VALUES
      (1, 'contact_delete', '{}', 'running', 'u', 0, 'none'),
      (2, 'contact_delete', '{}', 'done', 'u', 0, 'queued'),
      (3, 'contact_delete', '{}', 'done', 'u', 0, 'none'),
      (4, 'person_export', '{}', 'queued', 'u', 0, 'none'),
      (5, 'field_index', '{}', 'queued', 'u', 0, 'none'),
      (6, 'import', '{"importId":1}', 'queued', 'u', 0, 'none'),
      (7, 'import', '{"importId":2}', 'done', 'u', 0, 'queued'),
      (8, 'import', '{"importId":4}', 'done', 'u', 0, 'none');
    INSERT INTO import (id, file_name, file_path, size_bytes, created_by, created_at, task_id, status_check) VALUES
      (1, 'a', 'a', 1, 'u', 0, 6, NULL),
      (2, 'b', 'b', 1, 'u', 0, 7, NULL),
      (3, 'c', 'c', 1, 'u', 0, NULL, '{"state":"running"}'),
      (4, 'd', 'd', 1, 'u', 0, 8, NULL),
      (5, 'e', 'e', 1, 'u', 0, NULL, NULL);
    PRAGMA foreign_keys = OFF;
    INSERT INTO form (id, name, settings, created_at, updated_at) VALUES (1, 'F', '{}', 0, 0);
    INSERT INTO form_signup (id, form_id, state, email, address, data, list_ids, proven, consent_version, ip, user_agent, created_at, expires_at) VALUES
      (1, 1, 'new', 'a@b.c', 'a@b.c', '{}', '[]', 0, 1, '', '', 0, ${NOW + 1}),
      (2, 1, 'new', 'a@b.c', 'a@b.c', '{}', '[]', 0, 1, '', '', 0, ${NOW - 1}),
      (3, 1, 'waiting', 'a@b.c', 'a@b.c', '{}', '[]', 0, 1, '', '', 0, ${NOW + 1});
    INSERT INTO address_change (id, contact_id, email, address, ip, user_agent, created_at, expires_at, mailed_at) VALUES
      (1, 1, 'a@b.c', 'a@b.c', '', '', 0, ${NOW + 1}, NULL),
      (2, 1, 'a@b.c', 'a@b.c', '', '', 0, ${NOW + 1}, 5);
    PRAGMA foreign_keys = ON;`);
}

const all = [
  'form.signup {"signupId":1}',
  'import.check {"importId":3}',
  'preferences.address {"changeId":1}',
  'task.index {"id":5}',
  'task.person {"id":4}',
  'task.run {"id":1}',
  'task.run {"id":6}',
  'task.undo {"id":2}',
  'task.undo {"id":7}',
];

test("what waits for a job gets one, and only one however often it is looked for", async () => {
  addWork(ws);

  await find();
  expect(queued()).toEqual(all);

  await find();
  expect(queued()).toEqual(all);
});

test("a workspace that cannot be used is left out, and the others are served", async () => {
  const other = fixture.newWorkspace().id;
  addWork(other);
  fixture.databases.closeWorkspace(ws);
  for (const end of ["", "-wal", "-shm"]) {
    rmSync(join(fixture.dataDir, `t_${ws}.db${end}`), { force: true });
  }

  await find();

  expect(queued()).toEqual(all);
});
