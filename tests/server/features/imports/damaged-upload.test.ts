// An upload that was cut or changed on the disk is not imported as if it were complete: its last rows may be refusals.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ImportFixture } from "./import-fixture.ts";

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

const CSV =
  "email,status\na@x.example,subscribed\nb@x.example,unsubscribed\nc@x.example,unsubscribed\n";
const DAMAGED = "The uploaded file was cut, changed or removed";

const folder = () => join(fixture.app.dataDir, "local", "imports");
const stored = () =>
  join(folder(), readdirSync(folder()).find((name) => name.endsWith(".csv")) ?? "");

describe.each<[string, (path: string) => void]>([
  ["cut at a row", (path) => truncateSync(path, CSV.indexOf("b@"))],
  ["removed", (path) => rmSync(path)],
  ["emptied", (path) => truncateSync(path, 0)],
  [
    "changed in one letter",
    (path) => writeFileSync(path, readFileSync(path, "utf8").replace("c@x", "d@x")),
  ],
])("a file that was %s", (_, damage) => {
  test("is not started", async () => {
    const { body } = await fixture.upload(CSV);
    damage(stored());

    const started = await fixture.start(body.id, body.guesses);

    expect(started.status).toBe(409);
    expect((started.body as unknown as { detail: string }).detail).toContain(DAMAGED);
  });

  test("after its start imports nothing, nor when it is resumed", async () => {
    const { body } = await fixture.upload(CSV);
    await fixture.start(body.id, body.guesses);
    damage(stored());

    for (const again of [false, true]) {
      if (again) {
        await fixture.call("POST", `/imports/${body.id}/resume`);
      }
      await fixture.run(body.id);
      const after = await fixture.get(body.id);
      expect(after).toMatchObject({ state: "failed", rowsRead: 0, created: 0 });
      expect(after.error).toContain(DAMAGED);
    }
  });
});

test("a file that is cut while it is imported ends as failed, and what was written can be undone", async () => {
  const rows = Array.from({ length: 20_000 }, (_, n) => `p${n}@x.example,subscribed`);
  const csv = ["email,status", ...rows, "no@x.example,unsubscribed", ""].join("\n");
  const { body } = await fixture.upload(csv);
  await fixture.start(body.id, body.guesses);
  const path = stored();
  const cutAt = csv.indexOf("p19000@");
  const written = () => fixture.db.prepare("SELECT count(*) FROM contact").pluck().get() as number;
  let isCut = false;
  await fixture.run(body.id, new AbortController().signal, false, () => {
    if (!isCut && written() > 0) {
      isCut = true;
      truncateSync(path, cutAt);
    }
    return fixture.db;
  });

  const after = await fixture.get(body.id);
  expect(after.state).toBe("failed");
  expect(after.error).toContain(DAMAGED);
  expect(after.created).toBeGreaterThan(0);
});
