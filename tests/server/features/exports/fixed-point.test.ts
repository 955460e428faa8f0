import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { csvCell, plainCell } from "../../../../server/platform/csv.ts";
import { runTaskOf } from "../../../support/run-task.ts";
import { ImportFixture } from "../imports/import-fixture.ts";

type Json = Record<string, unknown>;

/** Exports a workspace's data, without when and how it was created. */
async function exported(fixture: ImportFixture): Promise<string> {
  const columns = ["first_name", "last_name", "language", "status", "tags", "note", "size"];
  const who = { role: "admin" as const, workspaceId: fixture.workspace.id };
  const path = `${fixture.base}/exports`;
  const started = await fixture.app.call(who, "POST", path, { kind: "contacts", columns });
  const { id } = (await started.json()) as { id: number };
  const { dataDir } = fixture.app;
  await runTaskOf(fixture.app, fixture.workspace.id, id);
  const row = fixture.db
    .prepare<[number], { name: string }>("SELECT name FROM task_file WHERE task_id = ?")
    .get(id);
  const [head, ...lines] = readFileSync(join(dataDir, "local", "exports", row?.name ?? ""), "utf8")
    .trim()
    .split("\r\n");
  return [head, ...lines.sort()].join("\r\n");
}

async function imported(csv: string): Promise<ImportFixture> {
  const fixture = new ImportFixture();
  await fixture.call("POST", "/contact-fields", { label: "Note", type: "text" });
  await fixture.call("POST", "/contact-fields", { label: "Size", type: "number" });
  const { body } = await fixture.upload(csv);
  const started = await fixture.startWithoutQuestions(body.id, body.guesses);
  expect(started.status).toBe(200);
  await fixture.run(body.id);
  return fixture;
}

const nasty = fc.oneof(
  fc.constantFrom(
    "=1+1",
    "'=1",
    "''@x",
    "-5",
    "+49 30",
    "@a",
    "a,b",
    'say "x"',
    "<b>",
    "'; DROP",
    "Ö",
  ),
  fc.string({ maxLength: 12 }),
);

test("CSV import, export and import again is a fixed point for any cell content", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({ first: nasty, note: nasty, tag: nasty, size: fc.option(fc.integer()) }),
        {
          minLength: 2,
          maxLength: 6,
        },
      ),
      async (people) => {
        const quote = (value: string) => `"${value.replaceAll('"', '""')}"`;
        const rows = people.map(({ first, note, tag, size }, n) =>
          [`p${n}@example.com`, first, note, tag, String(size ?? "")].map(quote).join(","),
        );
        const one = await imported(`email,first name,note,tags,size\n${rows.join("\n")}\n`);
        const first = await exported(one);
        const two = await imported(first);
        const second = await exported(two);
        one.app.close();
        two.app.close();
        expect(second).toBe(first);
      },
    ),
    { numRuns: 8 },
  );
}, 60_000);

test("the guard of a cell is removed again, and no guarded cell is a formula", () => {
  fc.assert(
    fc.property(nasty, (value) => {
      const cell = csvCell(value);
      const [quoted, inner] = [cell.startsWith('"'), cell.slice(1, -1).replaceAll('""', '"')];
      const shown = quoted ? inner : cell;
      expect(plainCell(shown)).toBe(value);
      expect(/^[=@\t\r\n]/.test(shown)).toBe(false);
    }),
  );
});

test("suppressions and recipients can be exported, columns can be chosen, and unknown ones are refused", async () => {
  const fixture = new ImportFixture();
  const who = { role: "admin" as const, workspaceId: fixture.workspace.id };
  const post = async (body: Json) => {
    const response = await fixture.app.call(who, "POST", `${fixture.base}/exports`, body);
    return { status: response.status, body: (await response.json()) as { id: number } };
  };
  const text = async (id: number) => {
    await runTaskOf(fixture.app, fixture.workspace.id, id);
    const file = await fixture.app.call(who, "GET", `${fixture.base}/exports/${id}/file`);
    return await file.text();
  };
  await fixture.call("POST", "/suppressions", { addresses: ["a@example.com"], detail: "=1+1" });
  fixture.db.exec(`
    INSERT INTO campaign (id, name, created_by, created_at, updated_at) VALUES (1, 'One', 'u', 0, 0);
    INSERT INTO message (campaign_id, seq, contact_id, address, state, reason, attempts, changed_at)
    VALUES (1, 1, 1, 'x@example.com', 4, 'no_user', 2, 0)`);

  expect(await text((await post({ kind: "suppressions", reason: "manual" })).body.id)).toContain(
    "a@example.com,manual,manual,'=1+1,",
  );
  expect(await text((await post({ kind: "recipients", campaignId: 1 })).body.id)).toContain(
    "x@example.com,bounced,no_user,2,1970-01-01T00:00:00.000Z",
  );
  expect(await text((await post({ kind: "contacts", columns: ["language"] })).body.id)).toBe(
    "email,language,status\r\n",
  );
  expect((await post({ kind: "contacts", columns: ["password"] })).status).toBe(422);
  expect((await post({ kind: "recipients", campaignId: 9 })).status).toBe(422);
  fixture.app.close();
});

test("a link downloads its file without signing in, no other file, not when changed, and not forever", async () => {
  const fixture = new ImportFixture();
  const who = { role: "admin" as const, workspaceId: fixture.workspace.id };
  const started = await fixture.app.call(who, "POST", `${fixture.base}/exports`, {
    kind: "contacts",
  });
  const { id } = (await started.json()) as { id: number };
  const asked = `${fixture.base}/exports/${id}/link`;
  expect((await fixture.app.call(who, "POST", asked)).status).toBe(409);
  await runTaskOf(fixture.app, fixture.workspace.id, id);
  const { path } = (await (await fixture.app.call(who, "POST", asked)).json()) as { path: string };
  const get = (url: string) => fixture.app.call(null, "GET", url.replace("/api/v1", ""));
  const [keyId, body, signature] = path.split("/").at(-1)?.split(".") ?? [];
  const forged = Buffer.from(JSON.stringify(["../../etc", "export", 1, 9e15])).toString(
    "base64url",
  );

  const file = await get(path);
  expect(file.status).toBe(200);
  expect(file.headers.get("content-disposition")).toBe(`attachment; filename="export-${id}.csv"`);
  for (const bad of [
    `${keyId}.${forged}.${signature}`,
    `${keyId}.${body}.AAAA`,
    `${keyId}.${body}.`,
    `zz.${body}.${signature}`,
    "x",
    "..%2f..%2fetc%2fpasswd",
  ]) {
    expect((await get(`/api/v1/downloads/${bad}`)).status).toBe(404);
  }
  fixture.db.exec("UPDATE task_file SET expires_at = 1");
  expect((await get(path)).status).toBe(404);
  fixture.app.close();
});
