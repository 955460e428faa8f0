// An older system.db is put back, or its log is cut: the compiled binary as seen by the operator, the administrator,
// people who were removed, and programs with keys.
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { cpSync, mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiClient, waitFor } from "../../server/commands/demo/api-client.ts";
import { importContacts, launchCampaign, untilCompleted } from "../../server/commands/demo/seed.ts";
import { openConnection } from "../../server/platform/db/driver.ts";
import { type RunningBinary, runBinary } from "../support/binary.ts";
import { restoreCopy } from "../support/older-copy.ts";
import {
  mailedInvitation,
  type SeededBinary,
  startSeededBinary,
} from "../support/seeded-binary.ts";

const TEST_MS = 120_000;
const PEOPLE = 30;
const EVE = "eve@agency.test";
const PASSWORD = "four unrelated words here";
const NEW_PASSWORD = "five quiet rivers bend north";
const KINDS = ["system_older", "workspace_unknown"];

type Key = { id: string; key: string };
type Answer = { status: number; body: Record<string, unknown>; cookie: string };

let seeded: SeededBinary;
let running: RunningBinary;
let base: string;
let keys: { revoked: Key; kept: Key };
let mails: number;
/** Signed in while the copies were made. */
let cookie: string;

const folder = (name: string) => join(base, name);
const file = () => join(running.dataDir, "system.db");
const inWorkspace = (rest: string) => `${seeded.workspace.path}${rest}`;

async function ask(as: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${running.url}/api/v1${path}`, {
    method,
    headers: {
      origin: running.url,
      ...(as.startsWith("smk_") ? { authorization: `Bearer ${as}` } : { cookie: as }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const set = response.headers.getSetCookie().map((line) => line.split(";")[0]);
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    cookie: set.join("; "),
  };
}

const signIn = (email: string, password: string) =>
  ask("", "POST", "/auth/sign-in", { email, password });
const contactsBy = (key: Key) => ask(key.key, "GET", inWorkspace("/contacts/?limit=1"));

async function count(as: string, path: string): Promise<number> {
  const { body } = await ask(as, "GET", path);
  return (body["items"] as unknown[]).length;
}

async function addKey(name: string): Promise<Key> {
  const { body } = await ask(cookie, "POST", inWorkspace("/api-keys"), {
    name,
    scopes: ["contacts:read"],
  });
  return body as Key;
}

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), "older-system-"));
  seeded = await startSeededBinary();
  running = seeded.binary;
  ({ cookie } = await signIn(seeded.email, seeded.password));
  keys = { revoked: await addKey("revoked"), kept: await addKey("kept") };
  await addEve();
  await sendACampaign();
  await running.kill("SIGTERM");
  cpSync(running.dataDir, folder("backup"), { recursive: true });
  running = await running.restart();
  const { body } = await ask(cookie, "GET", inWorkspace("/members"));
  const eve = (body["items"] as { userId: string; email: string }[]).find((m) => m.email === EVE);
  for (const path of [`/members/${eve?.userId}`, `/api-keys/${keys.revoked.id}`]) {
    expect((await ask(cookie, "DELETE", inWorkspace(path))).status).toBe(200);
  }
  await addWorkspace();
  await running.kill("SIGKILL");
  cpSync(running.dataDir, folder("killed"), { recursive: true });
  running = await running.restart();
  await running.kill("SIGTERM");
  cpSync(running.dataDir, folder("stopped"), { recursive: true });
  bringJobsBack(join(folder("backup"), "system.db"), folder("older.db"));
}, TEST_MS);

afterAll(async () => {
  await running.dispose();
  rmSync(base, { recursive: true, force: true });
});

beforeEach(() => running.kill("SIGKILL"));

async function addEve(): Promise<void> {
  await ask(cookie, "POST", inWorkspace("/members"), { email: EVE, role: "editor" });
  const api = apiClient(running.url);
  await api.post("/auth/sign-in", { email: seeded.email, password: seeded.password });
  const token = new URL(await mailedInvitation(api, EVE)).searchParams.get("token");
  await api.post("/invitations/register", { token, name: "Eve", password: PASSWORD });
  expect((await signIn(EVE, PASSWORD)).status).toBe(200);
}

async function sendACampaign(): Promise<void> {
  const { api, workspace } = seeded;
  const csv = Array.from({ length: PEOPLE }, (_, i) => `person${i}@reader.example`).join("\n");
  const { listId } = await importContacts(api, workspace, `email\n${csv}`, "Readers");
  const text = { name: "News", subject: "News", preheader: "", starter: "plain" };
  const id = await launchCampaign(api, workspace, { ...text, listId, routeId: workspace.routeId });
  expect(await untilCompleted(api, workspace, id, 30_000)).toBe(PEOPLE);
  mails = await count(cookie, inWorkspace("/inbox?limit=200"));
  expect(mails).toBeGreaterThanOrEqual(PEOPLE);
}

async function addWorkspace(): Promise<void> {
  const { body } = await ask(cookie, "GET", inWorkspace(""));
  const { organizationId } = body as { organizationId: string };
  const facts = { name: "Later", timeZone: "UTC", postalAddress: "1 Test Street" };
  const made = await ask(cookie, "POST", "/workspaces", { organizationId, ...facts });
  expect(made.status).toBe(200);
}

/** A copy from a time when the workspace's jobs were still waiting; they have been done since. */
function bringJobsBack(from: string, to: string): void {
  cpSync(from, to);
  const db = openConnection(to);
  const back = db
    .prepare(
      "UPDATE job SET state = 'ready', due_at = 0, attempts = 0, finished_at = NULL WHERE workspace_id IS NOT NULL",
    )
    .run();
  expect(back.changes).toBeGreaterThan(0);
  db.close();
}

async function start(from: string, damage: () => void = () => undefined): Promise<void> {
  rmSync(running.dataDir, { recursive: true, force: true });
  cpSync(folder(from), running.dataDir, { recursive: true });
  damage();
  running = await running.restart();
}

async function notices(as: string): Promise<{ id: number; kind: string }[]> {
  const { body } = await ask(as, "GET", "/instance/damage");
  return body["notices"] as { id: number; kind: string }[];
}

/** A link for a new password, as the operator prints it on the server. */
async function passwordLink(): Promise<string> {
  const { out, code } = await runBinary(["user", "reset-password", seeded.email], running.env);
  expect(code).toBe(0);
  return out.trim();
}

async function signInBy(link: string): Promise<string> {
  const token = new URL(link).searchParams.get("token");
  await ask("", "POST", "/auth/reset", { token, password: NEW_PASSWORD });
  const signedIn = await signIn(seeded.email, NEW_PASSWORD);
  expect(signedIn.status).toBe(200);
  return signedIn.cookie;
}

/** Everything that an older system.db would admit is refused, and everybody is told why. */
async function expectHold(): Promise<void> {
  expect((await ask(cookie, "GET", "/auth/me")).status).toBe(401);
  for (const key of [keys.revoked, keys.kept]) {
    expect(await contactsBy(key)).toMatchObject({
      status: 401,
      body: { code: "unauthenticated", detail: expect.stringContaining("older copy") },
    });
  }
  for (const [email, password] of [
    [EVE, PASSWORD],
    [seeded.email, seeded.password],
  ] as const) {
    expect(await signIn(email, password)).toMatchObject({
      status: 403,
      body: { code: "on_hold", detail: expect.stringContaining("Only the administrator") },
    });
  }
  expect(running.output()).toContain("run `swiftmail user reset-password <your address>`");
  const readiness = await fetch(`${running.url}/readyz`);
  expect(readiness.status).toBe(200);
  expect(await readiness.text()).toContain("on hold: system.db is an older copy");
  const metrics = await (await fetch(`${running.url}/metrics`)).text();
  expect(metrics).toContain("swiftmail_on_hold 1");
  expect(metrics).toContain('swiftmail_damage_total{kind="system_older"} 1');
  const doctor = await runBinary(["doctor"], running.env);
  expect(doctor.out).toContain(`${file()} is an older copy`);
}

async function endHold(as: string): Promise<void> {
  for (const { id } of await notices(as)) {
    expect((await ask(as, "POST", `/instance/damage/notices/${id}/read`)).status).toBe(200);
  }
}

function openJobs(): string[] {
  const db = openConnection(file(), { readonly: true });
  const kinds = db
    .prepare<[], string>(
      "SELECT kind FROM job WHERE state IN ('ready', 'running') AND workspace_id IS NOT NULL AND due_at < 1",
    )
    .pluck()
    .all();
  db.close();
  return kinds;
}

test(
  "an older copy after a clean stop: nobody gets in and nothing runs until the administrator has looked, once",
  async () => {
    await start("stopped", () => {
      restoreCopy(file(), folder("older.db"));
    });
    await expectHold();
    const waiting = openJobs();
    expect(waiting).not.toEqual([]);

    const admin = await signInBy(await passwordLink());
    expect((await notices(admin)).map(({ kind }) => kind)).toEqual(KINDS);
    await Bun.sleep(2_500);
    expect(openJobs()).toEqual(waiting);
    await endHold(admin);

    await waitFor(
      "the jobs from the past",
      async () => openJobs(),
      (open) => open.length === 0,
      30_000,
    );
    expect(await count(admin, inWorkspace("/inbox?limit=200"))).toBe(mails);
    expect(await count(admin, inWorkspace("/contacts/?limit=200"))).toBe(PEOPLE);
    expect((await signIn(EVE, PASSWORD)).status).toBe(200);
    expect((await contactsBy(keys.kept)).status).toBe(401);
    await ask(admin, "POST", inWorkspace(`/api-keys/${keys.kept.id}/resume`));
    expect((await contactsBy(keys.kept)).status).toBe(200);
    expect((await contactsBy(keys.revoked)).status).toBe(401);

    await running.kill("SIGKILL");
    running = await running.restart();
    expect(await notices(admin)).toEqual([]);
    expect((await contactsBy(keys.kept)).status).toBe(200);
  },
  TEST_MS,
);

test(
  "after kill -9 an older copy without its log is refused; when the operator accepts that, it is an older copy",
  async () => {
    await start("killed");
    await running.kill("SIGKILL");
    restoreCopy(file(), folder("older.db"));
    const refused = await runBinary(["serve"], running.env);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("system.db-wal is missing");

    rmSync(join(running.dataDir, "local", "open"), { recursive: true });
    const doctor = await runBinary(["doctor"], running.env);
    expect(doctor.out).toContain(`${file()} lacks changes that were saved`);
    running = await running.restart();
    await expectHold();
  },
  TEST_MS,
);

test(
  "an older copy beside the newer log is refused, and nothing is changed",
  async () => {
    await start("stopped");
    await ask(cookie, "POST", inWorkspace("/tags"), { name: "Once" });
    await Bun.sleep(1_500);
    await running.kill("SIGKILL");
    cpSync(folder("older.db"), file());

    const refused = await runBinary(["serve"], running.env);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`${file()} cannot be used: the file does not belong to`);
    const reset = await runBinary(["user", "reset-password", seeded.email], running.env);
    expect(reset.code).toBe(1);

    cpSync(join(folder("stopped"), "system.db"), file());
    running = await running.restart();
    expect(await notices(cookie)).toEqual([]);
    expect(await count(cookie, inWorkspace("/tags"))).toBe(1);
  },
  TEST_MS,
);

test(
  "a key that was revoked just before a kill stays revoked when the log is cut, because no key works",
  async () => {
    await start("stopped");
    const key = await addKey("late");
    await ask(cookie, "DELETE", inWorkspace(`/api-keys/${key.id}`));
    await running.kill("SIGKILL");
    truncateSync(`${file()}-wal`, 32);
    rmSync(`${file()}-shm`);

    const link = await passwordLink();
    running = await running.restart();
    expect((await contactsBy(keys.kept)).status).toBe(401);
    expect((await ask(cookie, "GET", "/auth/me")).status).toBe(401);
    const admin = await signInBy(link);
    expect((await notices(admin)).map(({ kind }) => kind)).toEqual(["system_older"]);
  },
  TEST_MS,
);

test.each(["backup", "killed", "stopped"])(
  "a whole folder of one time starts without a word (%s)",
  async (name) => {
    await start(name);

    expect(await notices(cookie)).toEqual([]);
    expect((await contactsBy(keys.kept)).status).toBe(200);
    expect(running.output()).not.toContain("older copy");
    const doctor = await runBinary(["doctor"], running.env);
    expect(doctor.out).toContain("no unread notices");
  },
  TEST_MS,
);
