// An erasure while an import runs or waits: its later rows neither bring the person back nor store anything about them.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { importPath } from "../../../../server/features/imports/import-files.ts";
import { requestPrivacy } from "../../../../server/features/privacy/privacy.service.ts";
import { createJobQueue } from "../../../../server/platform/scheduler/job-queue.ts";
import { runTaskOf } from "../../../support/run-task.ts";
import { ImportFixture } from "./import-fixture.ts";

const ADDRESS = "zora.zadeh@victim.example";
/** Before theirs, so that the first transactions are finished when they are erased. */
const FILLER = Array.from({ length: 400 }, (_, n) => `a${n}@@x.example,A,B`);
const GOOD = "a@x.example,A,B";
const THEIRS = [
  `${ADDRESS},Zora,Zadeh`,
  `"no address, but ${ADDRESS}",Zora,Zadeh`,
  "bad@@x.example,Zora,Zadeh",
];

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

/** Requests the erasure and runs its job at once. */
async function erase(): Promise<void> {
  const { databases } = fixture.app;
  const workspaceId = fixture.workspace.id;
  const jobs = createJobQueue(databases.system, Date.now);
  const { id } = requestPrivacy(
    { db: fixture.db, jobs, workspaceId, actorId: "test", now: Date.now() },
    { kind: "erase", address: ADDRESS },
  );
  await runTaskOf(fixture.app, workspaceId, id);
}

/** Runs the import and calls `midway` once, when it has written some of its rows. */
async function runWith(id: number, midway: () => Promise<void>, isLastTry = false): Promise<void> {
  let erasing: Promise<void> | undefined;
  const open = () => {
    const written = fixture.db
      .prepare<[number], number>("SELECT rows_read FROM import WHERE id = ?")
      .pluck()
      .get(id);
    erasing ??= (written ?? 0) > 0 ? midway() : undefined;
    return fixture.db;
  };
  const { signal } = new AbortController();
  await fixture.run(id, signal, isLastTry, open);
  expect(erasing).toBeDefined();
  await erasing;
}

/** Words of the person that appear in any table that an import writes. */
function traces(): string[] {
  const everything = JSON.stringify([
    fixture.db.prepare("SELECT * FROM contact").all(),
    fixture.db.prepare("SELECT * FROM suppression").all(),
    fixture.db.prepare("SELECT * FROM import_reject").all(),
    fixture.db.prepare("SELECT * FROM import").all(),
  ]).toLowerCase();
  return ["zora", "zadeh", "victim.example"].filter((word) => everything.includes(word));
}

async function uploaded(rows: string[]) {
  const csv = `email,first name,last name\n${rows.join("\n")}\n`;
  const { body } = await fixture.upload(csv);
  await fixture.start(body.id, body.guesses);
  const path = fixture.db
    .prepare<[number], string>("SELECT file_path FROM import WHERE id = ?")
    .pluck()
    .get(body.id);
  return { id: body.id, file: importPath(fixture.app.dataDir, path ?? "") };
}

test("later rows of a running import skip people erased meanwhile, and store no rejected row", async () => {
  const { id, file } = await uploaded([...FILLER, GOOD, ...THEIRS]);
  await runWith(id, erase);

  expect(await fixture.get(id)).toMatchObject({
    ...{ state: "done", created: 1, rejected: FILLER.length + 2, erased: 1 },
  });
  expect(traces()).toEqual([]);
  expect(existsSync(file)).toBe(false);
  const [, first = ""] = (await fixture.rejects(id)).split("\n");
  expect(first).toContain("a0@@x.example");
});

test("an import that waits while a person is erased does not bring them back either", async () => {
  const { id } = await uploaded(THEIRS);
  await erase();
  await fixture.run(id);

  expect(await fixture.get(id)).toMatchObject({ state: "done", created: 0, erased: 1 });
  expect(traces()).toEqual([]);
});

test("a file uploaded after the erasure keeps its rejected rows for correction, as always", async () => {
  await erase();
  await Bun.sleep(2);
  const { id } = await uploaded([THEIRS[0] ?? "", "bad@@x.example,Mia,May"]);
  await fixture.run(id);

  expect(await fixture.get(id)).toMatchObject({ created: 0, erased: 1, rejected: 1 });
  expect(await fixture.rejects(id)).toContain("Mia");
});

test("an import that fails after an erasure does not keep its file", async () => {
  const { id, file } = await uploaded([...FILLER, GOOD, ...THEIRS]);
  fixture.db.exec(`
    CREATE TRIGGER fault BEFORE INSERT ON contact WHEN EXISTS (SELECT 1 FROM erased_address)
    BEGIN SELECT RAISE(ABORT, 'fault'); END`);
  await runWith(id, erase, true);

  const after = await fixture.get(id);
  expect(after.state).toBe("cancelled");
  expect(after.error).toContain("Upload the file again");
  expect(existsSync(file)).toBe(false);
});
