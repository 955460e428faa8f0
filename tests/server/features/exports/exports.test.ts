import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import Papa from "papaparse";
import { csvLine } from "../../../../server/platform/csv.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { runTaskOf } from "../../../support/run-task.ts";

let fixture: TestApp;
let workspace: TestWorkspace;
let now = 1_800_000_000_000;

beforeEach(() => {
  now = 1_800_000_000_000;
  fixture = newTestApp(() => now);
  workspace = fixture.newWorkspace();
});
afterEach(() => fixture.close());

const open = () => fixture.databases.workspace(workspace.id);
const folder = () => join(fixture.dataDir, "local", "exports");
const request = (
  method: string,
  path: string,
  body?: unknown,
  role: "viewer" | "editor" | "admin" = "admin",
) =>
  fixture.call(
    { role, workspaceId: workspace.id },
    method,
    `/workspaces/${workspace.id}${path}`,
    body,
  );
const json = async (response: Promise<Response>) =>
  (await (await response).json()) as {
    id: number;
    state: string;
    rowsDone: number;
    detail: string;
  };
const run = (id: number, signal = new AbortController().signal) =>
  runTaskOf(fixture, workspace.id, id, { clock: () => now, signal, isLastTry: false });

function addContacts(count: number): void {
  open().exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    INSERT INTO contact (email, address, domain, created_at, updated_at)
    SELECT 'c' || i || '@example.com', 'c' || i || '@example.com', 'example.com', i, i FROM n;
    UPDATE audience_count SET n = ${count} WHERE name = 'contacts'`);
}

test("writes contacts with their custom fields, formulas disarmed, in UTF-8 that Excel reads", async () => {
  await request("POST", "/contact-fields", { label: "Size", type: "number" });
  await request("POST", "/contacts", {
    email: "a@example.com",
    firstName: "=1+1",
    lastName: 'Ö, "x"',
    fields: { size: -3 },
  });
  const { id } = await json(request("POST", "/exports", { kind: "contacts" }));
  await run(id);

  const file = await request("GET", `/exports/${id}/file`);
  expect(file.headers.get("content-disposition")).toBe(`attachment; filename="export-${id}.csv"`);
  expect(Buffer.from(await file.arrayBuffer()).toString("utf8")).toBe(
    "\ufeffemail,first_name,last_name,language,time_zone,country,city,status,suppressed_until,suppression_note,paused_until,tracking,tags,lists,consent,size:number,source,created_at\r\n" +
      'a@example.com,\'=1+1,"Ö, ""x""",,,,,mailable,,,,on,,,,-3,manual,2027-01-15T08:00:00.000Z\r\n',
  );
});

test("an interrupted export continues, and includes every contact once", async () => {
  addContacts(6_300);
  const { id } = await json(
    request("POST", "/exports", { kind: "contacts", byteOrderMark: false }),
  );
  let stops = 0;
  for (let round = 0; round < 50; round++) {
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error("stop")), 8);
    await run(id, abort.signal).catch(() => {
      stops += 1;
    });
    if ((await json(request("GET", `/exports/${id}`))).state === "done") {
      break;
    }
    // Bytes after the last stored length must not appear.
    const [name = ""] = readdirSync(folder());
    const { writeFileSync, readFileSync } = await import("node:fs");
    writeFileSync(join(folder(), name), `${readFileSync(join(folder(), name), "utf8")}half a li`);
  }
  const text = await (await request("GET", `/exports/${id}/file`)).text();
  const rows = Papa.parse<string[]>(text.trim()).data.slice(1);

  expect(stops).toBeGreaterThan(0);
  expect(rows).toHaveLength(6_300);
  expect(new Set(rows.map(([email]) => email)).size).toBe(6_300);
  expect(text.endsWith("\r\n")).toBe(true);
});

test("an export interrupted before it was closed has its last rows once", async () => {
  addContacts(700);
  const { id } = await json(
    request("POST", "/exports", { kind: "contacts", byteOrderMark: false }),
  );
  // The disk is full exactly when the export is closed.
  open().exec(`CREATE TRIGGER full BEFORE UPDATE OF state ON task WHEN NEW.state = 'done'
               BEGIN SELECT RAISE(ABORT, 'no space left'); END`);
  await expect(run(id)).rejects.toThrow("no space left");
  open().exec("DROP TRIGGER full");
  await run(id);

  const text = await (await request("GET", `/exports/${id}/file`)).text();
  expect(Papa.parse<string[]>(text.trim()).data).toHaveLength(701);
  expect(await json(request("GET", `/exports/${id}`))).toMatchObject({ rowsDone: 700 });
});

test("an export whose file is cut while it is written fails, and a finished one that was cut is not served", async () => {
  addContacts(1_200);
  const { id } = await json(request("POST", "/exports", { kind: "contacts" }));
  const only = () => join(folder(), readdirSync(folder())[0] ?? "");
  const abort = new AbortController();
  const running = run(id, abort.signal);
  await Bun.sleep(0);
  abort.abort(new Error("stop"));
  await running.catch(() => undefined);
  expect(statSync(only()).size).toBeGreaterThan(1_000);
  truncateSync(only(), 100);

  await expect(run(id)).rejects.toThrow("is shorter than");
  expect(statSync(only()).size).toBe(100);

  const again = await json(request("POST", "/exports", { kind: "contacts" }));
  await run(again.id);
  const written = readdirSync(folder())
    .map((name) => join(folder(), name))
    .find((path) => statSync(path).size > 100);
  truncateSync(written ?? "", 20_000);
  const answer = await request("GET", `/exports/${again.id}/file`);
  expect(answer.status).toBe(409);
  expect(await answer.text()).toContain("no longer has the size");
});

test("an export whose job could not be queued does not exist", async () => {
  fixture.databases.system.exec(`CREATE TRIGGER full BEFORE INSERT ON job
                                 BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`);
  const refused = await request("POST", "/exports", { kind: "contacts" });
  const listed = await request("GET", "/exports");

  expect(refused.status).toBe(500);
  expect(await listed.json()).toMatchObject({ items: [] });
});

test("respects its filter", async () => {
  addContacts(20);
  await request("POST", "/suppressions", { addresses: ["c3@example.com", "c4@example.com"] });
  const { id } = await json(
    request("POST", "/exports", { kind: "contacts", filter: { status: "suppressed" } }),
  );
  await run(id);

  expect(await json(request("GET", `/exports/${id}`))).toMatchObject({
    state: "done",
    rowsDone: 2,
  });
});

test("respects a tag and a segment, in several runs, with the chosen columns", async () => {
  addContacts(4_500);
  await request("POST", "/contacts/bulk", { action: "add_tag", tag: "VIP", ids: [3, 7, 4_321] });
  const tags = (await (await request("GET", "/tags")).json()) as { items: { id: number }[] };
  const tag = tags.items[0]?.id ?? 0;
  const rule = { op: "and", rules: [{ tag, has: true }] };
  const segment = await json(request("POST", "/segments", { name: "VIPs", rule }));
  const exported = async (body: object) => {
    const { id } = await json(request("POST", "/exports", { kind: "contacts", ...body }));
    await run(id);
    return await (await request("GET", `/exports/${id}/file`)).text();
  };

  const bySegment = await exported({ segmentId: segment.id, columns: ["tags"] });
  expect(bySegment.replace("\ufeff", "").trim().split("\r\n")).toEqual([
    "email,status,tags",
    "c3@example.com,mailable,VIP",
    "c7@example.com,mailable,VIP",
    "c4321@example.com,mailable,VIP",
  ]);
  const byTag = await exported({ filter: { tag }, columns: ["tags"] });
  expect(byTag.split("\r\n").sort()).toEqual(bySegment.split("\r\n").sort());

  const both = { kind: "contacts", segmentId: segment.id, filter: { tag } };
  expect((await request("POST", "/exports", both)).status).toBe(422);
  const gone = { kind: "contacts", segmentId: 99 };
  expect((await request("POST", "/exports", gone)).status).toBe(404);
});

test("the file can be downloaded for a week, by people who may export, in its own workspace only", async () => {
  addContacts(3);
  const { id } = await json(request("POST", "/exports", { kind: "contacts" }));
  const path = `/workspaces/${workspace.id}/exports/${id}/file`;
  const stranger = { role: "owner" as const, workspaceId: fixture.newWorkspace().id };

  expect((await request("GET", `/exports/${id}/file`)).status).toBe(409);
  await run(id);
  expect((await request("GET", `/exports/${id}/file`)).status).toBe(200);
  expect((await request("GET", `/exports/${id}/file`, undefined, "editor")).status).toBe(403);
  expect((await request("POST", "/exports", { kind: "contacts" }, "viewer")).status).toBe(403);
  expect((await fixture.call(stranger, "GET", path)).status).toBe(404);
  expect((await fixture.call(null, "GET", path)).status).toBe(401);
  now += 7 * 24 * 3_600_000;
  expect((await request("GET", `/exports/${id}/file`)).status).toBe(404);
  expect(readdirSync(folder())).toEqual([]);
});

test("a cancelled export leaves no file", async () => {
  addContacts(5_000);
  const { id } = await json(request("POST", "/exports", { kind: "contacts" }));
  const running = run(id);
  await Bun.sleep(5);
  await request("POST", `/exports/${id}/cancel`);
  await running;

  expect(readdirSync(folder())).toEqual([]);
  expect(statSync(folder()).isDirectory()).toBe(true);
  expect((await json(request("GET", `/exports/${id}`))).state).toBe("cancelled");
});

test("a field removed during an export leaves its column in place, and shifts no other", async () => {
  addContacts(1_200);
  const field = await json(request("POST", "/contact-fields", { label: "Size", type: "number" }));
  open().exec(`UPDATE contact SET fields = '{"size":4}', city = 'Ulm'`);
  const { id } = await json(
    request("POST", "/exports", { kind: "contacts", columns: ["city", "size", "source"] }),
  );
  const abort = new AbortController();
  const running = run(id, abort.signal);
  await Bun.sleep(0);
  abort.abort(new Error("stop"));
  await running.catch(() => undefined);
  await request("DELETE", `/contact-fields/${field.id}`);
  await run(id);

  const text = await (await request("GET", `/exports/${id}/file`)).text();
  const [head, ...lines] = Papa.parse<string[]>(text.replace("\ufeff", "").trim()).data;
  expect(head).toEqual(["email", "city", "status", "size:number", "source"]);
  expect(lines).toHaveLength(1_200);
  expect(lines[0]).toEqual(["c1200@example.com", "Ulm", "mailable", "4", ""]);
  expect(lines.at(-1)).toEqual(["c1@example.com", "Ulm", "mailable", "", ""]);
});

test("an export is among the tasks of those who may export, and stopped there it leaves no file", async () => {
  addContacts(5_000);
  const { id } = await json(request("POST", "/exports", { kind: "contacts" }));
  const again = await json(request("POST", "/exports", { kind: "contacts" }));
  const seenBy = async (role: "editor" | "admin") => {
    const answer = await request("GET", "/tasks", undefined, role);
    return ((await answer.json()) as { items: { id: number }[] }).items.map((task) => task.id);
  };

  expect(await seenBy("admin")).toEqual([again.id, id]);
  expect(await seenBy("editor")).toEqual([]);
  expect((await request("POST", `/tasks/${id}/cancel`, undefined, "editor")).status).toBe(404);
  const running = run(id);
  await Bun.sleep(5);
  expect((await request("POST", `/tasks/${id}/cancel`)).status).toBe(200);
  await running;

  expect(readdirSync(folder())).toEqual([]);
  expect(await json(request("GET", `/tasks/${id}`))).toMatchObject({
    kind: "export",
    unit: "rows",
    state: "cancelled",
    total: 5_000,
  });
});

test("no cell starts like a formula, and reading returns the text, at most behind an apostrophe", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.string({ unit: "grapheme" }),
          fc.string().map((s) => `=${s}`),
          fc.constantFrom("+1", "-5.5", "@x", "\t=1", "-2+3"),
        ),
        {
          minLength: 2,
          maxLength: 6,
        },
      ),
      (cells) => {
        const [row = []] = Papa.parse<string[]>(csvLine(cells), {
          delimiter: ",",
          newline: "\r\n",
        }).data;
        expect(row.map((cell, i) => (cell === `'${cells[i]}` ? cells[i] : cell))).toEqual(cells);
        for (const cell of row) {
          expect(
            /^[=@\t\r]/.test(cell) ||
              (/^[+-]/.test(cell) && Number.isNaN(Number(cell.replace(",", ".")))),
          ).toBe(false);
        }
      },
    ),
  );
});
