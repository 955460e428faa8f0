// Kills the compiled binary while many changes are made: every change that a workspace shows must have its audit entry.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { type ApiClient, apiClient, waitFor } from "../../server/commands/demo/api-client.ts";
import { verifyAudit } from "../../server/features/audit/audit.service.ts";
import { openDatabases } from "../../server/platform/db/databases.ts";
import { openConnection } from "../../server/platform/db/driver.ts";
import { toEnd } from "../support/app.ts";
import type { RunningBinary } from "../support/binary.ts";
import { type SeededBinary, startSeededBinary } from "../support/seeded-binary.ts";

const KILLS = 6;
const WRITERS = 12;

let seeded: SeededBinary;
let binary: RunningBinary;

beforeAll(async () => {
  seeded = await startSeededBinary();
  binary = seeded.binary;
}, 60_000);
afterAll(() => binary?.dispose());

type Entry = { action: string; target: string; detail: { outcome?: string } };

/** What the folder of a dead process contains. */
function readFolder() {
  const databases = openDatabases(binary.dataDir);
  const { system } = databases;
  const entries = system
    .prepare<[], { action: string; target: string; detail: string }>(
      "SELECT action, target, detail FROM audit ORDER BY id",
    )
    .all()
    .map((row): Entry => ({ ...row, detail: JSON.parse(row.detail) }));
  const lists = databases
    .workspace(seeded.workspace.id)
    .prepare<[], { id: number; name: string }>("SELECT id, name FROM list WHERE name LIKE 'Kill %'")
    .all();
  const read = { entries, lists, left: intents(), verdict: toEnd(verifyAudit(system)) };
  databases.close();
  return read;
}

function intents(): string[] {
  const system = openConnection(join(binary.dataDir, "system.db"), { readonly: true });
  const rows = system.prepare<[], { action: string }>("SELECT action FROM audit_intent").all();
  system.close();
  return rows.map(({ action }) => action);
}

/** Creates lists and renames each once, until the server is gone. */
async function makeLists(api: ApiClient, name: string): Promise<void> {
  const lists = `${seeded.workspace.path}/lists`;
  for (let n = 0; ; n++) {
    const { id } = await api.post<{ id: number }>(lists, { name: `${name} ${n}` });
    await api.patch(`${lists}/${id}`, { name: `${name} ${n} renamed` });
  }
}

/** Uploads a file that never ends, so that at least one action is interrupted. */
function uploadForever(cookie: string): Promise<unknown> {
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      controller.enqueue(new TextEncoder().encode("someone@example.com\n"));
      await Bun.sleep(20);
    },
  });
  return fetch(`${binary.url}/api/v1${seeded.workspace.path}/imports`, {
    method: "POST",
    headers: { cookie, origin: binary.url, "content-type": "text/csv" },
    body,
  });
}

async function signIn(): Promise<{ api: ApiClient; cookie: string }> {
  const account = { email: seeded.email, password: seeded.password };
  const response = await fetch(`${binary.url}/api/v1/auth/sign-in`, {
    method: "POST",
    headers: { origin: binary.url, "content-type": "application/json" },
    body: JSON.stringify(account),
  });
  const cookies = response.headers.getSetCookie().map((line) => line.split(";")[0]);
  const api = apiClient(binary.url);
  await api.post("/auth/sign-in", account);
  return { api, cookie: cookies.join("; ") };
}

test("killed during many changes: each change that took effect has its audit entry", async () => {
  for (let kill = 0; kill < KILLS; kill++) {
    const { api, cookie } = await signIn();
    const upload = uploadForever(cookie);
    const writers = Array.from({ length: WRITERS }, (_, i) => makeLists(api, `Kill ${kill} ${i}`));
    const all = Promise.allSettled([...writers, upload]);
    await waitFor(
      "the upload to begin",
      async () => intents(),
      (actions) => actions.includes("import.upload"),
      20_000,
    );
    await Bun.sleep(150 + 53 * kill);
    await binary.kill("SIGKILL");
    const ended = await all;
    expect(ended.every(({ status }) => status === "rejected")).toBe(true);
    binary = await binary.restart();
  }
  await binary.kill("SIGTERM");

  const { entries, lists, left, verdict } = readFolder();
  expect(left).toEqual([]);
  expect(verdict).toMatchObject({ ok: true, entries: entries.length });
  const cutOff = entries.filter(({ detail }) => detail.outcome === "server_stopped");
  expect(cutOff.filter(({ action }) => action === "import.upload")).toHaveLength(KILLS);

  const targetsOf = (action: string) =>
    new Set(entries.filter((entry) => entry.action === action).map(({ target }) => target));
  const renamed = lists.filter(({ name }) => name.endsWith("renamed"));
  const changed = targetsOf("list.change");
  expect(renamed.length).toBeGreaterThan(KILLS * WRITERS);
  expect(renamed.filter(({ id }) => !changed.has(String(id)))).toEqual([]);

  // A creation that was interrupted has an entry without the name of the object.
  const made = targetsOf("list.create");
  const unnamed = cutOff.filter(({ action }) => action === "list.create");
  const withoutOwn = lists.filter(({ id }) => !made.has(String(id)));
  expect(withoutOwn.length).toBeLessThanOrEqual(unnamed.length);
}, 180_000);
