import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { hostileCsv } from "../../../support/hostile-csv.ts";
import { ImportFixture } from "./import-fixture.ts";

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

test("an import interrupted anywhere continues: every row once, every count exact", async () => {
  const file = hostileCsv(9_000, "utf8", "s");
  const { body } = await fixture.upload(file.bytes);
  await fixture.start(body.id, body.guesses);
  let stops = 0;
  for (let round = 0; round < 200; round++) {
    const abort = new AbortController();
    // A little longer each time, so that a busy machine finishes as well.
    setTimeout(() => abort.abort(new Error("stop")), 10 + (round % 5) * 7 + round);
    await fixture.run(body.id, abort.signal).catch(() => {
      stops += 1;
    });
    if ((await fixture.get(body.id)).state === "done") {
      break;
    }
  }

  expect(stops).toBeGreaterThan(3);
  expect(await fixture.get(body.id)).toMatchObject({
    state: "done",
    rowsRead: file.rows,
    created: file.addresses.length,
    duplicates: file.duplicates,
    rejected: file.rejected,
  });
  expect((await fixture.call("GET", "/contacts/count")).body).toEqual({
    count: file.addresses.length,
    exact: true,
  });
}, 60_000);

test("two runs at once, as after a lease was lost, write every row once", async () => {
  const file = hostileCsv(4_000, "utf8", "t");
  const { body } = await fixture.upload(file.bytes);
  await fixture.start(body.id, body.guesses);
  const outcomes = await Promise.allSettled([fixture.run(body.id), fixture.run(body.id)]);

  expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(await fixture.get(body.id)).toMatchObject({
    state: "done",
    rowsRead: file.rows,
    created: file.addresses.length,
    duplicates: file.duplicates,
    rejected: file.rejected,
  });
});

test("a cancelled import keeps what it wrote, writes nothing more and removes its file", async () => {
  const { body } = await fixture.upload(hostileCsv(5_000, "utf8", "c").bytes);
  await fixture.start(body.id, body.guesses);
  const running = fixture.run(body.id);
  while ((await fixture.get(body.id)).rowsRead === 0) {
    await Bun.sleep(5);
  }
  const cancelled = await fixture.call<{ rowsRead: number }>("POST", `/imports/${body.id}/cancel`);
  await running;

  const after = await fixture.get(body.id);
  expect(after).toMatchObject({ state: "cancelled", rowsRead: cancelled.body.rowsRead });
  expect(after.rowsRead).toBeGreaterThan(0);
  expect(after.rowsRead).toBeLessThan(5_000);
  expect(readdirSync(join(fixture.app.dataDir, "local", "imports"))).toEqual([]);
  expect((await fixture.call("POST", `/imports/${body.id}/cancel`)).status).toBe(409);
});

test("an import whose file is gone fails at once with that reason", async () => {
  const { body } = await fixture.upload("email\na@example.com\n");
  await fixture.start(body.id, body.guesses);
  fixture.db.prepare("UPDATE import SET file_path = 'nowhere.csv'").run();

  await fixture.run(body.id);

  expect(await fixture.get(body.id)).toMatchObject({
    state: "failed",
    error: expect.stringContaining("was cut, changed or removed on this server"),
  });
});

test("an import whose job could not be queued, or one of whose fields could not be created, is unchanged", async () => {
  const { body } = await fixture.upload("email,company\na@example.com,Ada\n");
  const mapping = (label: string) => [
    { column: 0, target: "email" },
    { column: 1, target: "newField", label: "Company", key: "company" },
    ...(label === "" ? [] : [{ column: 1, target: "newField", label, key: "?" }]),
  ];
  const start = (label = "") =>
    fixture.call("POST", `/imports/${body.id}/start`, {
      mapping: mapping(label),
      agreed: true,
      onDuplicate: "skip",
    });
  const { system } = fixture.app.databases;
  system.exec(`CREATE TRIGGER full BEFORE INSERT ON job
               BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`);
  const onFullDisk = await start();
  system.exec("DROP TRIGGER full");
  const state = (await fixture.get(body.id)).state;
  const withBadField = await start("Second");
  const started = await start();

  expect([onFullDisk.status, state, withBadField.status]).toEqual([500, "uploaded", 422]);
  expect(started).toMatchObject({ status: 200, body: { state: "queued" } });
});
