import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  createList,
  deleteList,
  finishDeletions,
  listLists,
} from "../../../../server/features/lists/lists.service.ts";
import { newTestApp, type TestApp } from "../../../support/app.ts";

let fixture: TestApp;
let open: () => ReturnType<TestApp["databases"]["workspace"]>;
beforeEach(() => {
  fixture = newTestApp();
  const { id } = fixture.newWorkspace();
  open = () => fixture.databases.workspace(id);
});
afterEach(() => fixture.close());

test("a list whose deletion was interrupted is hidden, releases its name, and is removed later", async () => {
  const { id } = createList(open(), { name: "News" }, 1);
  open().exec(`
    INSERT INTO contact (email, address, domain, created_at, updated_at)
      WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 2500)
      SELECT x || '@x.example', x || '@x.example', 'x.example', 0, 0 FROM n;
    INSERT INTO list_contact (list_id, contact_id, status, changed_at, source, reason)
      SELECT ${id}, id, 'subscribed', 0, 'manual', '' FROM contact;`);
  let opened = 0;
  const stopped = deleteList(() => {
    opened += 1;
    if (opened === 3) {
      throw new Error("the process was killed");
    }
    return open();
  }, id);
  await expect(stopped).rejects.toThrow("killed");
  const members = () => open().prepare("SELECT count(*) FROM list_contact").pluck().get();
  expect(members()).toBe(500);

  expect(listLists(open(), {}).items).toEqual([]);
  const again = createList(open(), { name: "news" }, 2);
  await finishDeletions(open);

  expect(members()).toBe(0);
  expect(open().prepare("SELECT id FROM list").pluck().all()).toEqual([again.id]);
});
