// Damage to a data folder and its effect on this workspace and another one: the compiled binary, one row per case.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadTokenKeys, trackingToken } from "../../server/delivery/index.ts";
import { openConnection } from "../../server/platform/db/driver.ts";
import { readKeyRing } from "../../server/platform/secrets.ts";
import { type RunningBinary, runBinary } from "../support/binary.ts";
import { type SeededBinary, startSeededBinary } from "../support/seeded-binary.ts";
import { type Damage, damages, type Effect, file, OLDER_COPY, works } from "./damage-cases.ts";

let seeded: SeededBinary;
let running: RunningBinary;
let here = "";
let there = "";
const folders = { stop: "", kill: "" };
const rows: (Effect & { damage: string })[] = [];

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
  const base = mkdtempSync(join(tmpdir(), "swiftmail-damage-"));
  const live = openConnection(file(running.dataDir, here), { readonly: true });
  live.prepare("VACUUM INTO ?").run(join(base, OLDER_COPY));
  live.close();
  for (const id of [here, there]) {
    await seeded.api.post(`/workspaces/${id}/suppressions`, { addresses: ["no@reader.example"] });
    for (let i = 0; i < 60; i++) {
      await seeded.api.post(`/workspaces/${id}/contacts`, { email: `person${i}@reader.example` });
    }
    await seeded.api.get(`/workspaces/${id}/inbox`);
  }
  await anOpenIsKept();
  folders.stop = join(base, "stop");
  folders.kill = join(base, "kill");
  await running.kill("SIGKILL");
  cpSync(running.dataDir, folders.kill, { recursive: true });
  running = await running.restart();
  await running.kill("SIGTERM");
  for (const path of [
    ...new Bun.Glob("**/*.db").scanSync({ cwd: running.dataDir, absolute: true }),
  ]) {
    // Everything saved is in the files themselves, so that damaging them has an effect.
    const db = openConnection(path);
    db.pragma("wal_checkpoint(TRUNCATE)");
    db.close();
  }
  cpSync(running.dataDir, folders.stop, { recursive: true });
  cpSync(join(base, OLDER_COPY), join(folders.stop, OLDER_COPY));
}, 120_000);

afterAll(async () => {
  await running.dispose();
  rmSync(join(folders.stop, ".."), { recursive: true, force: true });
  process.stdout.write(`\n${Bun.inspect.table(rows)}\n`);
});

/** A fact in the journal about an unknown message, which changes nothing. */
async function anOpenIsKept(): Promise<void> {
  const keys = loadTokenKeys(readKeyRing(running.dataDir));
  const subject = { workspaceNumber: 1, campaignId: 99, seq: 1 };
  const open = await fetch(`${running.url}/o/${trackingToken(keys, "open", subject)}`);
  expect(open.headers.get("content-type")).toBe("image/gif");
  await Bun.sleep(1_000);
}

test.each(damages)(
  "$what",
  async ({ what, after, damage, expected, ...rest }) => {
    const folder = running.dataDir;
    rmSync(folder, { recursive: true, force: true });
    cpSync(folders[after], folder, { recursive: true });
    await damage(folder, here);

    const found =
      expected.start === "refused"
        ? await refusal(expected.told)
        : await effect(folder, expected.told, rest.while);
    rows.push({ damage: what, ...found });

    expect(found).toEqual(expected);
  },
  60_000,
);

/** How a start that must be refused ends. */
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

/** Starts on the damaged folder and inspects both workspaces, as users and monitoring do. */
async function effect(folder: string, told: string, meanwhile: Damage["while"]): Promise<Effect> {
  running = await running.restart();
  try {
    if (meanwhile === undefined && told.startsWith("workspaces: ")) {
      await expectToldUnasked(told);
    }
    if (meanwhile !== undefined) {
      await use(here);
      meanwhile(folder, here);
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
      expect(row).toMatchObject({ workspaceId: here, path: file(folder, here) });
      expect(await readiness.text()).toContain(`1 set aside: ${row.reason}`);
      const doctor = await runBinary(["doctor"], running.env);
      expect(doctor.out).toContain(file(folder, here));
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

/** Through the metrics and doctor, as well as the console. */
async function expectToldEverywhere(notices: { kind: string; path: string }[]): Promise<void> {
  const metrics = await (await fetch(`${running.url}/metrics`)).text();
  const doctor = await runBinary(["doctor"], running.env);
  for (const { kind, path } of notices) {
    expect(metrics).toContain(`swiftmail_damage_total{kind="${kind}"}`);
    expect(doctor.out).toContain(path);
  }
}

/**
 * Checks before anybody opens the workspace. Damage that is invisible from outside is found by the first thread that
 * opens it.
 */
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
    // Any statement may have met the damage first; from then on the workspace is refused.
    return code === "internal" ? await use(id) : `${status} ${code}`;
  }
}

test("a workspace is available again after its file is restored and a check is requested", async () => {
  const folder = running.dataDir;
  rmSync(folder, { recursive: true, force: true });
  cpSync(folders.stop, folder, { recursive: true });
  rmSync(file(folder, here));
  running = await running.restart();

  const still = await seeded.api.post<{ back: boolean }>(
    `/instance/damage/workspaces/${here}/check`,
  );
  cpSync(file(folders.stop, here), file(folder, here));
  const back = await seeded.api.post<{ back: boolean }>(
    `/instance/damage/workspaces/${here}/check`,
  );

  expect(still.back).toBe(false);
  expect(back.back).toBe(true);
  expect(await use(here)).toBe(works);
}, 60_000);
