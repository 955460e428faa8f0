// Files from before deleted content was overwritten still contain it; `scrub` rewrites them.
import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { runCli } from "../../../server/cli.ts";
import { openDatabases } from "../../../server/platform/db/databases.ts";
import { openConnection } from "../../../server/platform/db/driver.ts";
import { lockDataFolder } from "../../../server/platform/instance-lock.ts";
import { addWorkspace } from "../../support/workspace-row.ts";

const SECRET = "victoria.vanished@victim.example";

let folder: string;
let ids: string[];
let lines: string[];
let errors: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scrub-"));
  const databases = openDatabases(folder);
  ids = [addWorkspace(databases), addWorkspace(databases)];
  for (const id of ids) {
    const insert = databases
      .workspace(id)
      .prepare(
        "INSERT INTO contact (email, address, domain, created_at, updated_at) VALUES (@a, @a, 'x', 0, 0)",
      );
    for (let n = 0; n < 500; n += 1) {
      insert.run({ a: `person${n}@x.example` });
    }
  }
  databases.inbox(ids[0] ?? "");
  databases.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pathOf = (id = "") => join(folder, `t_${id}.db`);
const inboxPath = () => join(folder, "local", `inbox_${ids[0]}.db`);

/** As an older version left it: deleted content remains in free pages and between rows. */
function makeOld(path: string): void {
  const db = new Database(path);
  db.pragma("secure_delete = OFF");
  db.pragma("application_id = 0");
  db.exec("CREATE TABLE old (id INTEGER PRIMARY KEY, text TEXT)");
  const insert = db.prepare("INSERT INTO old (text) VALUES (?)");
  for (let n = 0; n < 400; n += 1) {
    insert.run(`${SECRET} ${n} ${"x".repeat(200)}`);
  }
  db.exec("DELETE FROM old WHERE id % 10 <> 0; UPDATE old SET text = 'kept'");
  db.pragma("wal_checkpoint(TRUNCATE)");
  db.close();
}

const holds = (path: string) => readFileSync(path).includes(SECRET);

let cluster: string | undefined;
async function swiftmail(...words: string[]): Promise<number> {
  lines = [];
  errors = [];
  const terminal = {
    env: {
      ...{ DATA_DIR: folder, PORT: "0", SMTP_IN_PORT: "0" },
      ...(cluster === undefined ? {} : { CLUSTER: cluster }),
    },
    colours: false,
    out: (text: string) => lines.push(text),
    err: (text: string) => errors.push(text),
    readLine: () => Promise.resolve(""),
  };
  const never = () => Promise.reject(new Error("not asked for"));
  return await runCli(words, terminal, { serve: never, demo: never });
}

async function deletedContent() {
  await swiftmail("doctor", "--json");
  return lines
    .map((line) => JSON.parse(line) as { check: string; verdict: string; said: string })
    .find(({ check }) => check === "deleted content");
}

test("a new data folder contains nothing deleted, and there is nothing to do", async () => {
  expect(await deletedContent()).toMatchObject({ verdict: "ok" });

  expect(await swiftmail("scrub")).toBe(0);
  expect(lines).toHaveLength(4);
  expect(lines.every((line) => line.endsWith("contains no deleted data"))).toBe(true);
});

test("doctor names old files, and scrub rewrites them once with all their data", async () => {
  const old = [join(folder, "system.db"), pathOf(ids[1]), inboxPath()];
  old.forEach(makeOld);
  expect(old.map(holds)).toEqual([true, true, true]);
  const found = await deletedContent();
  expect(found?.verdict).toBe("warn");
  expect(found?.said).toContain(pathOf(ids[1]));
  expect(found?.said).not.toContain(pathOf(ids[0]));

  expect(await swiftmail("scrub")).toBe(0);

  expect(lines.filter((line) => line.includes("was rewritten"))).toHaveLength(3);
  expect(old.map(holds)).toEqual([false, false, false]);
  expect(old.some((path) => existsSync(`${path}-wal`) && holds(`${path}-wal`))).toBe(false);
  expect(await deletedContent()).toMatchObject({ verdict: "ok" });
  const db = openConnection(pathOf(ids[1]), { readonly: true });
  expect(db.prepare("SELECT count(*), count(DISTINCT text) FROM old").raw().get()).toEqual([40, 1]);
  expect(db.prepare("SELECT count(*) FROM contact").pluck().get()).toBe(500);
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  db.close();
  expect(await swiftmail("scrub")).toBe(0);
  expect(lines.filter((line) => line.includes("was rewritten"))).toEqual([]);
});

test("a file that cannot be rewritten is named and kept, and the others are rewritten", async () => {
  makeOld(pathOf(ids[0]));
  makeOld(pathOf(ids[1]));
  writeFileSync(
    pathOf(ids[0]),
    "no database at all, but as long as a header of one would have to be.",
  );

  expect(await swiftmail("scrub")).toBe(1);

  expect(errors.join()).toContain(`t_${ids[0]}.db could not be rewritten`);
  expect(holds(pathOf(ids[1]))).toBe(false);
  expect(readFileSync(pathOf(ids[0]), "utf8")).toStartWith("no database at all");
});

test("scrub refuses a running server and a cluster", async () => {
  makeOld(pathOf(ids[0]));
  copyFileSync(pathOf(ids[0]), join(folder, "before"));
  const release = lockDataFolder(folder, 0);
  expect(await swiftmail("scrub")).toBe(3);
  release();
  expect(errors.join()).toContain("in use");
  cluster = "litefs";
  expect(await swiftmail("scrub")).toBe(1);
  cluster = undefined;

  expect(errors.join()).toContain("LiteFS");
  expect(readFileSync(pathOf(ids[0])).equals(readFileSync(join(folder, "before")))).toBe(true);
});
