import { expect, test } from "bun:test";
import { getExport } from "../../../../server/features/exports/exports.service.ts";
import { getRequest, listRequests } from "../../../../server/features/privacy/privacy.service.ts";
import { taskOfJob } from "../../../../server/features/tasks/task-run.service.ts";
import { openConnection } from "../../../../server/platform/db/driver.ts";
import { migrate, migrateBy } from "../../../../server/platform/db/migrate.ts";
import { migrations } from "../../../../server/platform/db/migrations/index.ts";

test("bulk actions keep their ids and what undoes them; audience tasks are found by their old ones", () => {
  const db = openConnection(":memory:");
  migrateBy(db, "workspace", migrations.workspace.slice(0, 21));
  db.exec(`
    INSERT INTO bulk_action (id, action, filter, list_id, settings, state, created_by, created_at, undo_until) VALUES
      (3, 'add_tag', '{"q":"x"}', NULL, '{"tagId":5}', 'queued', 'u', 1, 9),
      (4, 'remove_tag', '', NULL, '{"tagId":6}', 'running', 'u', 1, 9),
      (5, 'set_field', '{}', NULL, '{"field":"city","value":["a"]}', 'done', 'u', 1, 9),
      (6, 'add_to_list', '', 2, '{}', 'done', 'u', 1, NULL);
    INSERT INTO bulk_undo VALUES (3, 1, '{"tagged":5}'), (4, 1, '{"untagged":6}'), (5, 1, '{"field":"city","value":null}');
    INSERT INTO audience_task (id, kind, payload, state, created_by, created_at) VALUES
      (3, 'tag_merge', '{"tagId":1,"into":2}', 'queued', 'u', 2);`);

  migrate(db, "workspace");

  const rows = db.prepare("SELECT id, kind, payload, state FROM task ORDER BY id").raw().all();
  expect(rows).toEqual([
    [3, "tag_apply", '{"filter":{"q":"x"},"add":[5],"remove":[]}', "queued"],
    [4, "tag_apply", '{"filter":null,"add":[],"remove":[6]}', "cancelled"],
    [5, "field_set", '{"filter":{},"field":"city","value":["a"]}', "done"],
    [6, "list_add", '{"filter":null,"listId":2}', "done"],
    [7, "tag_merge", '{"tagId":1,"into":2}', "queued"],
  ]);
  expect(db.prepare("SELECT task_id, before FROM task_undo ORDER BY task_id").raw().all()).toEqual([
    [3, '{"tagged":[5],"untagged":[]}'],
    [4, '{"tagged":[],"untagged":[6]}'],
    [5, '{"field":"city","value":null}'],
  ]);
  expect(taskOfJob(db, { formerId: 3 })).toBe(7);
  expect(taskOfJob(db, { id: 3 })).toBe(3);
  expect(taskOfJob(db, {})).toBeUndefined();
});

test("jobs that wait are renamed and say which of the two tables they meant", () => {
  const db = openConnection(":memory:");
  migrateBy(db, "system", migrations.system.slice(0, 16));
  db.exec(`
    INSERT INTO job (kind, workspace_id, payload, due_at, created_at) VALUES
      ('contacts.bulk', 'w', '{"id":3}', 1, 1), ('contacts.bulk_undo', 'w', '{"id":4}', 1, 1),
      ('audience.task', 'w', '{"id":3}', 1, 1), ('audience.index', 'w', '{"id":8}', 1, 1),
      ('export.run', 'w', '{"exportId":1}', 1, 1), ('privacy.person', 'w', '{"id":2}', 1, 1)`);

  migrate(db, "system");

  expect(db.prepare("SELECT kind, payload FROM job ORDER BY id").raw().all()).toEqual([
    ["task.run", '{"id":3}'],
    ["task.undo", '{"id":4}'],
    ["task.run", '{"formerId":3}'],
    ["task.index", '{"formerId":8}'],
    ["task.run", '{"formerId":1,"of":"export"}'],
    ["task.person", '{"formerId":2,"of":"privacy_request"}'],
  ]);
});

test("exports become tasks with ids that none had; their jobs and their old ids find them", () => {
  const db = openConnection(":memory:");
  migrateBy(db, "workspace", migrations.workspace.slice(0, 23));
  db.exec(`
    INSERT INTO task (id, kind, payload, state, created_by, created_at, former_id)
      VALUES (3, 'tag_merge', '{}', 'queued', 'u', 1, 2);
    INSERT INTO export (id, kind, settings, state, rows_done, rows_total, file_path, size_bytes, cursor, position_bytes,
                        created_by, created_at, finished_at, expires_at) VALUES
      (2, 'recipients', '{"filter":{},"campaignId":9,"byteOrderMark":true}', 'done', 7, 7, 'a.csv', 50, NULL, 50, 'u', 1, 2, 90),
      (5, 'contacts', '{"filter":{"q":"x"},"byteOrderMark":false}', 'running', 500, 900, 'b.csv', 0, 'c', 40, 'u', 3, NULL, NULL);`);

  migrate(db, "workspace");

  const rows = db
    .prepare(
      `SELECT id, payload ->> 'kind', state, cursor, done_count, total, name, size_bytes, expires_at
         FROM task JOIN task_file ON task_id = id ORDER BY id`,
    )
    .raw()
    .all();
  expect(rows).toEqual([
    [7, "recipients", "done", null, 7, 7, "a.csv", 50, 90],
    [10, "contacts", "queued", null, 0, 900, "b.csv", 0, null],
  ]);
  expect(taskOfJob(db, { formerId: 2, of: "export" })).toBe(7);
  expect(taskOfJob(db, { formerId: 2 })).toBe(3);
  expect(getExport(db, 2, 50)).toMatchObject({ id: 7, campaignId: 9, rowsDone: 7, error: null });
  expect(() => getExport(db, 3, 50)).toThrow("export");
  expect(getExport(db, 5, 50)).toMatchObject({ id: 10, filter: { q: "x" }, state: "queued" });
});

test("privacy requests become tasks, and an erasure that has not happened still bars its contact", () => {
  const db = openConnection(":memory:");
  migrateBy(db, "workspace", migrations.workspace.slice(0, 24));
  db.exec(`
    INSERT INTO task (id, kind, payload, state, created_by, created_at) VALUES (9, 'export', '{}', 'done', 'u', 1);
    INSERT INTO privacy_request (id, kind, contact_id, address, state, result, file_path, size_bytes, error, created_by,
                                 created_at, finished_at, expires_at) VALUES
      (1, 'export', 4, 'a@x.example', 'done', '{"profile":1,"event":3}', 'w_1.zip', 70, NULL, 'u', 1, 2, 90),
      (2, 'erase', 5, NULL, 'done', '{"contacts":1,"check":{"segments":[7],"campaigns":[]}}', NULL, 0, NULL, 'u', 3, 4, NULL),
      (3, 'erase', 6, 'b@x.example', 'failed', '{}', NULL, 0, 'fault', 'u', 5, 6, NULL),
      (4, 'erase', 8, 'c@x.example', 'running', '{}', NULL, 0, NULL, 'u', 7, NULL, NULL)`);

  migrate(db, "workspace");

  const { items } = listRequests(db, {}, 50);
  expect(items.map(({ id, kind, state }) => [id, kind, state])).toEqual([
    [13, "erase", "queued"],
    [12, "erase", "failed"],
    [11, "erase", "done"],
    [10, "export", "done"],
  ]);
  expect(items[3]).toMatchObject({
    result: { profile: 1, event: 3 },
    sizeBytes: 70,
    expiresAt: 90,
  });
  expect(items[2]).toMatchObject({ address: null, result: { contacts: 1 }, finishedAt: 4 });
  expect(getRequest(db, 3, 50)).toEqual(items[1] ?? expect.anything());
  expect(taskOfJob(db, { formerId: 4, of: "privacy_request" })).toBe(13);
  const barred = db
    .prepare("SELECT contact_id FROM person_request WHERE kind = 'erase' AND address IS NOT NULL")
    .pluck();
  expect(barred.all()).toEqual([6, 8]);
  expect(JSON.stringify(db.prepare(`EXPLAIN QUERY PLAN ${erasing}`).all())).toContain(
    "person_request_erasing",
  );
});

const erasing =
  "SELECT 1 FROM person_request WHERE contact_id = 6 AND kind = 'erase' AND address IS NOT NULL";
