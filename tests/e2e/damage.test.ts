// What is done to a data folder, and what it does to this workspace and to another one: the compiled binary, one row each.
import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  cpSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadTokenKeys, trackingToken } from "../../server/delivery/index.ts";
import { openConnection } from "../../server/platform/db/driver.ts";
import { openJournal } from "../../server/platform/journal/writer.ts";
import { readKeyRing } from "../../server/platform/secrets.ts";
import { type RunningBinary, runBinary } from "../support/binary.ts";
import { type SeededBinary, startSeededBinary } from "../support/seeded-binary.ts";

type Effect = { start: string; here: string; there: string; told: string };
type Damage = {
  what: string;
  /** A folder after a good end, or after kill -9. */
  after: "stop" | "kill";
  damage: (folder: string) => void | Promise<void>;
  /** Done once it runs. */
  while?: (folder: string) => void;
  expected: Effect;
};

const works = "works";
const aside = "503 workspace_unavailable";
const goesOn = { start: "starts", there: works };
const setAside = (reason: string) => ({ ...goesOn, here: aside, told: `workspaces: ${reason}` });
const refused = (told: string) => ({ start: "refused", here: "-", there: "-", told });
const notice = (kind: string) => ({ ...goesOn, here: works, told: `notice: ${kind}` });

let seeded: SeededBinary;
let running: RunningBinary;
let here = "";
let there = "";
const folders = { stop: "", kill: "" };
const rows: (Effect & { damage: string })[] = [];
const file = (folder: string) => join(folder, `t_${here}.db`);

async function newWorkspace(name: string): Promise<string> {
  const { organizationId } = await seeded.api.get<{ organizationId: string }>(
    seeded.workspace.path,
  );
  const { id } = await seeded.api.post<{ id: string }>("/workspaces", {
    organizationId,
    name,
    timeZone: "UTC",
    postalAddress: "1 Test Street",
  });
  return id;
}

beforeAll(async () => {
  seeded = await startSeededBinary();
  running = seeded.binary;
  here = seeded.workspace.id;
  there = await newWorkspace("Other");
  for (const id of [here, there]) {
    for (let i = 0; i < 60; i++) {
      await seeded.api.post(`/workspaces/${id}/contacts`, { email: `person${i}@reader.example` });
    }
    await seeded.api.get(`/workspaces/${id}/inbox`);
  }
  await anOpenIsKept();
  const base = mkdtempSync(join(tmpdir(), "swiftmail-damage-"));
  folders.stop = join(base, "stop");
  folders.kill = join(base, "kill");
  await running.kill("SIGKILL");
  cpSync(running.dataDir, folders.kill, { recursive: true });
  running = await running.restart();
  await running.kill("SIGTERM");
  for (const path of [
    ...new Bun.Glob("**/*.db").scanSync({ cwd: running.dataDir, absolute: true }),
  ]) {
    // All that was saved is in the files themselves, so that hurting them hurts it.
    const db = openConnection(path);
    db.pragma("wal_checkpoint(TRUNCATE)");
    db.close();
  }
  cpSync(running.dataDir, folders.stop, { recursive: true });
}, 120_000);

afterAll(async () => {
  await running.dispose();
  rmSync(join(folders.stop, ".."), { recursive: true, force: true });
  process.stdout.write(`\n${Bun.inspect.table(rows)}\n`);
});

/** A fact in the journal: of a message that nobody knows, which changes nothing. */
async function anOpenIsKept(): Promise<void> {
  const keys = loadTokenKeys(readKeyRing(running.dataDir));
  const subject = { workspaceNumber: 1, campaignId: 99, seq: 1 };
  const open = await fetch(`${running.url}/o/${trackingToken(keys, "open", subject)}`);
  expect(open.headers.get("content-type")).toBe("image/gif");
  await Bun.sleep(1_000);
}

function overwrite(path: string, from: number, bytes: number): void {
  const fd = openSync(path, "r+");
  writeSync(fd, Buffer.alloc(bytes, 0x5a), 0, bytes, from);
}

const damages: Damage[] = [
  {
    what: "nothing",
    after: "kill",
    damage: () => undefined,
    expected: { ...goesOn, here: works, told: "" },
  },
  {
    what: "workspace file removed",
    after: "stop",
    damage: (f) => rmSync(file(f)),
    expected: setAside("missing"),
  },
  {
    what: "workspace file emptied",
    after: "stop",
    damage: (f) => truncateSync(file(f), 0),
    expected: setAside("not_a_database"),
  },
  {
    what: "text in its place",
    after: "stop",
    damage: (f) => writeFileSync(file(f), "no database ".repeat(999)),
    expected: setAside("not_a_database"),
  },
  {
    what: "workspace file cut",
    after: "stop",
    damage: (f) => truncateSync(file(f), 16_384),
    expected: setAside("damaged"),
  },
  {
    what: "bad pages in it",
    after: "stop",
    damage: (f) => overwrite(file(f), 4_096, 300_000),
    expected: setAside("damaged"),
  },
  {
    what: "newer schema",
    after: "stop",
    damage: (f) => {
      const db = openConnection(file(f));
      db.pragma("user_version = 999");
      db.close();
    },
    expected: setAside("newer"),
  },
  {
    what: "migration that fails",
    after: "stop",
    damage: (f) => {
      const db = openConnection(file(f));
      db.pragma("user_version = 2");
      db.close();
    },
    expected: setAside("migration_failed"),
  },
  {
    what: "its write-ahead log removed",
    after: "kill",
    damage: (f) => rmSync(`${file(f)}-wal`),
    expected: setAside("log_missing"),
  },
  {
    what: "its tables were all in a log that is gone",
    after: "kill",
    damage: (f) => {
      for (const end of ["", "-wal", "-shm"]) {
        rmSync(file(f) + end, { force: true });
      }
      openConnection(file(f)).close();
    },
    expected: setAside("no_tables"),
  },
  {
    what: "its log removed while it runs",
    after: "stop",
    damage: () => undefined,
    while: (f) => rmSync(`${file(f)}-wal`),
    expected: setAside("log_missing"),
  },
  {
    what: "limits.json of another shape",
    after: "stop",
    damage: (f) => writeFileSync(join(f, "local/limits/limits.json"), '{"quotas":5}'),
    expected: notice("limits_lost"),
  },
  {
    what: "limits.json removed",
    after: "stop",
    damage: (f) => rmSync(join(f, "local/limits/limits.json")),
    expected: notice("limits_lost"),
  },
  {
    what: "instance.json overwritten",
    after: "stop",
    damage: (f) => writeFileSync(join(f, "local/instance.json"), "{"),
    expected: notice("holder_unreadable"),
  },
  {
    what: "removed while it runs",
    after: "stop",
    damage: () => undefined,
    while: (f) => rmSync(file(f)),
    expected: setAside("missing"),
  },
  {
    what: "log of system.db removed",
    after: "kill",
    damage: (f) => rmSync(join(f, "system.db-wal")),
    expected: refused("system.db-wal is gone"),
  },
  {
    what: "master key removed",
    after: "stop",
    damage: (f) => rmSync(join(f, "master.key")),
    expected: refused("master.key is missing"),
  },
  {
    what: "master key cut",
    after: "stop",
    damage: (f) => truncateSync(join(f, "master.key"), 40),
    expected: refused("master.key cannot be read"),
  },
  {
    what: "another master key",
    after: "stop",
    damage: (f) =>
      writeFileSync(
        join(f, "master.key"),
        JSON.stringify({ current: "k1", keys: { k1: Buffer.alloc(32, 9).toString("base64") } }),
      ),
    expected: refused("holds another key"),
  },
  {
    what: "journal removed",
    after: "kill",
    damage: (f) => rmSync(join(f, "local/journal"), { recursive: true }),
    expected: notice("journal_missing"),
  },
  {
    what: "bad bytes in the journal",
    after: "stop",
    damage: async (f) => {
      const dir = join(f, "local/journal/web");
      const journal = openJournal({ dir });
      const release = { k: "release", w: here, c: 1, ch: 1, ep: 1, at: 0 };
      for (let i = 0; i < 20; i++) {
        await journal.append(JSON.stringify(release));
      }
      await journal.close();
      overwrite(join(dir, readdirSync(dir).sort().at(-1) ?? ""), 200, 50);
    },
    expected: notice("journal_bytes"),
  },
  {
    what: "inbox file overwritten",
    after: "stop",
    damage: (f) => writeFileSync(join(f, "local", `inbox_${here}.db`), "no database ".repeat(999)),
    expected: notice("inbox_damaged"),
  },
  {
    what: "inbox file removed",
    after: "stop",
    damage: (f) => rmSync(join(f, "local", `inbox_${here}.db`)),
    expected: notice("inbox_missing"),
  },
  {
    what: "inbox file removed while it runs",
    after: "stop",
    damage: () => undefined,
    while: (f) => rmSync(join(f, "local", `inbox_${here}.db`)),
    expected: notice("inbox_missing"),
  },
  {
    what: "local/ removed",
    after: "stop",
    damage: (f) => rmSync(join(f, "local"), { recursive: true }),
    expected: notice("journal_missing"),
  },
];

test.each(damages)(
  "$what",
  async ({ what, after, damage, expected, ...rest }) => {
    const folder = running.dataDir;
    rmSync(folder, { recursive: true, force: true });
    cpSync(folders[after], folder, { recursive: true });
    await damage(folder);

    const found =
      expected.start === "refused"
        ? await refusal(expected.told)
        : await effect(folder, expected.told, rest.while);
    rows.push({ damage: what, ...found });

    expect(found).toEqual(expected);
  },
  60_000,
);

/** How a start ends that must not come about. */
async function refusal(told: string): Promise<Effect> {
  const key = () =>
    readdirSync(running.dataDir).includes("master.key") &&
    readFileSync(join(running.dataDir, "master.key"), "utf8");
  const before = key();
  const { code, err } = await runBinary(["serve"], running.env);
  const isUntouched = key() === before;
  const start = code === 1 && isUntouched ? "refused" : `ended with ${code}`;
  return { start, here: "-", there: "-", told: err.includes(told) ? told : err };
}

/** Starts on the damaged folder and looks at both workspaces, as people do and as a machine does. */
async function effect(folder: string, told: string, meanwhile: Damage["while"]): Promise<Effect> {
  running = await running.restart();
  try {
    if (meanwhile === undefined && told.startsWith("workspaces: ")) {
      await expectToldUnasked(told);
    }
    if (meanwhile !== undefined) {
      await use(here);
      meanwhile(folder);
      await Bun.sleep(2_500);
    }
    const found = { start: "starts", here: await use(here), there: await use(there) };
    const report = await seeded.api.get<{
      setAside: { workspaceId: string; path: string; reason: string }[];
      notices: { kind: string; path: string }[];
    }>("/instance/damage");
    const readiness = await fetch(`${running.url}/readyz`);
    expect(readiness.status).toBe(200);
    const [row] = report.setAside;
    if (row !== undefined) {
      expect(report.setAside).toHaveLength(1);
      expect(row).toMatchObject({ workspaceId: here, path: file(folder) });
      expect(await readiness.text()).toContain(`1 set aside: ${row.reason}`);
      const doctor = await runBinary(["doctor"], running.env);
      expect(doctor.out).toContain(file(folder));
      expect(doctor.code).toBe(1);
    }
    const notices = [...new Set(report.notices.map(({ kind }) => kind))].join();
    if (notices !== "") {
      await expectToldEverywhere(report.notices);
    }
    return {
      ...found,
      told: row === undefined ? notices && `notice: ${notices}` : `workspaces: ${row.reason}`,
    };
  } finally {
    await running.kill(told === "" ? "SIGTERM" : "SIGKILL");
  }
}

/** By the metrics and the doctor, as by the console. */
async function expectToldEverywhere(notices: { kind: string; path: string }[]): Promise<void> {
  const metrics = await (await fetch(`${running.url}/metrics`)).text();
  const doctor = await runBinary(["doctor"], running.env);
  for (const { kind, path } of notices) {
    expect(metrics).toContain(`swiftmail_damage_total{kind="${kind}"}`);
    expect(doctor.out).toContain(path);
  }
}

/** Before anybody opens the workspace; what a look from outside cannot see is met by the first to open it. */
async function expectToldUnasked(told: string): Promise<void> {
  const { setAside } = await seeded.api.get<{ setAside: { reason: string }[] }>("/instance/damage");
  const readiness = await (await fetch(`${running.url}/readyz`)).text();
  for (const { reason } of setAside) {
    expect(told).toBe(`workspaces: ${reason}`);
    expect(readiness).toContain(`1 set aside: ${reason}`);
  }
  const isSeenFromOutside = !/damaged|migration_failed/.test(told);
  expect(setAside.length).toBe(isSeenFromOutside ? 1 : setAside.length);
}

/** Reads and writes in a workspace. */
async function use(id: string): Promise<string> {
  try {
    await seeded.api.get(`/workspaces/${id}/inbox`);
    const { items } = await seeded.api.get<{ items: unknown[] }>(
      `/workspaces/${id}/contacts/?limit=200`,
    );
    await seeded.api.post(`/workspaces/${id}/tags`, { name: `t${Date.now()}` });
    return items.length === 60 ? works : `${items.length} contacts`;
  } catch (error) {
    const said = String(error);
    const status = /: (\d{3}) /.exec(said)?.[1];
    const code = /"code":"(\w+)"/.exec(said)?.[1];
    // What met the damage first may have been any statement; from then on the workspace is refused.
    return code === "internal" ? await use(id) : `${status} ${code}`;
  }
}

test("a workspace is back after its file is, on request", async () => {
  const folder = running.dataDir;
  rmSync(folder, { recursive: true, force: true });
  cpSync(folders.stop, folder, { recursive: true });
  rmSync(file(folder));
  running = await running.restart();

  const still = await seeded.api.post<{ back: boolean }>(
    `/instance/damage/workspaces/${here}/check`,
  );
  cpSync(file(folders.stop), file(folder));
  const back = await seeded.api.post<{ back: boolean }>(
    `/instance/damage/workspaces/${here}/check`,
  );

  expect(still.back).toBe(false);
  expect(back.back).toBe(true);
  expect(await use(here)).toBe(works);
}, 60_000);
