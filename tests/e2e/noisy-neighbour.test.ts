// One client puts the worst possible load on the server while another client works. Measures what the second one
// notices, and prints it for each load.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { openConnection } from "../../server/platform/db/driver.ts";
import { seedPeople } from "../bench/segment/seed.ts";
import {
  Neighbour,
  type Noticed,
  posted,
  sendToAll,
  wayOut,
  whenFree,
} from "../support/neighbour.ts";
import { addTenant, type Tenant } from "../support/second-tenant.ts";
import { startTcpSink } from "../support/tcp-sink.ts";
import { startWholeServer, type WholeServer } from "../support/whole-server.ts";

setDefaultTimeout(300_000);

const CONTACTS = 60_000;
const RESETS = 2;
const AT_LEAST_MS = 4_000;
/** Before this was fixed: pages 5 s, resets 420 s, a campaign and an export 300 s. The machine is shared. */
const LIMITS = { page: 1_500, write: 2_000, reset: 20_000, campaign: 45_000, export: 30_000 };

/** A load: starts, runs by itself, and ends when the returned function is called. */
type BadThing = () => Promise<() => Promise<void> | void>;

let whole: WholeServer;
let noisy: Tenant;
let neighbour: Neighbour;
const rows: Record<string, string | number>[] = [];
const sockets = new Set<Socket>();
let silent: Server;

beforeAll(async () => {
  whole = await startWholeServer(1);
  noisy = await addTenant(whole, "Noisy");
  seedPeople(whole.dataDir, noisy.workspaceId, CONTACTS);
  neighbour = await Neighbour.moveIn(whole, RESETS * (Object.keys(badThings).length + 1));
  silent = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  process.stdout.write(`${Bun.inspect.table(rows)}\n`);
  for (const socket of sockets) {
    socket.destroy();
  }
  silent.close();
  await whole.close();
  neighbour.close();
});

const silentPort = () => (silent.address() as AddressInfo).port;

/** Requests again and again, `atOnce` at a time, until the returned function is called. */
function again(atOnce: number, ask: (n: number) => Promise<unknown>): () => Promise<void> {
  let isOver = false;
  const loops = Array.from({ length: atOnce }, async (_, i) => {
    for (let n = i; !isOver; n += atOnce) {
      await ask(n);
    }
  });
  return async () => {
    isOver = true;
    await Promise.all(loops);
  };
}

const read = async (path: string) => {
  const response = await noisy.raw("GET", path);
  await response.arrayBuffer();
  if (response.status !== 200) {
    throw new Error(`GET ${path} answered ${response.status}`);
  }
};

const badThings: Record<string, BadThing> = {
  async "confirmations by a relay that never greets"() {
    const { routeId, senderId } = await wayOut(noisy, silentPort());
    const list = await posted<{ id: number }>(noisy, "/lists", { name: "Public", isPublic: true });
    const form = await posted<{ url: string }>(noisy, "/forms", {
      name: "Join",
      settings: { listIds: [list.id], routeId, senderId },
    });
    const path = new URL(form.url).pathname;
    for (let i = 0; i < 10; i++) {
      const answer = await fetch(`${whole.server.url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ email: `new${i}@example.org` }),
      });
      expect(answer.status).toBe(200);
    }
    await until(() => sockets.size > 0, "a connection to the silent relay");
    return () => undefined;
  },

  async "campaigns by three relays that never greet, 200 connections each"() {
    const tenants = await Promise.all(["One", "Two", "Three"].map((name) => hung(name)));
    await until(() => sockets.size >= tenants.length, "connections to the silent relays");
    return async () => {
      for (const { tenant, id } of tenants) {
        await posted(tenant, `/campaigns/${id}/cancel`, { reason: "the test is over" });
      }
    };
  },

  async "a campaign by a relay that answers 421 to everything"() {
    const rude = startTcpSink({ onConnection: () => "421 4.3.2 not now" });
    const way = await wayOut(noisy, rude.port, { maxConnections: 50 });
    const id = await sendToAll(noisy, way, "To a rude relay");
    return async () => {
      await posted(noisy, `/campaigns/${id}/cancel`, { reason: "the test is over" });
      rude.close();
    };
  },

  async "templates that never end"() {
    const source = `{% for i in (1..100) %}{% assign y = (1..10000) | find_exp: "x", "x == 0" %}{% endfor %}`;
    return again(3, () => noisy.raw("POST", "/templates/compile", { kind: "html", source }));
  },

  async "a campaign with a template that takes milliseconds for each person"() {
    const sink = startTcpSink();
    const way = await wayOut(noisy, sink.port);
    const name = "{{ contact.first_name }}";
    const heavy = `<p>Hello {% for i in (1..900) %}{% if i > 0 %}${name}{% endif %}{% endfor %}</p>`;
    const id = await sendToAll(noisy, way, "Heavy", heavy);
    await until(() => sink.arrived.length > 0, "the first heavy message");
    return async () => {
      await posted(noisy, `/campaigns/${id}/cancel`, { reason: "the test is over" });
      sink.close();
    };
  },

  async "four imports of 30,000 rows, and exports of everything"() {
    for (let file = 0; file < 4; file++) {
      await startImport(file);
      await posted(noisy, "/exports", { kind: "contacts" });
    }
    return () => undefined;
  },

  async "counts, lists and segments of everybody, eight at a time"() {
    const rule = { op: "and", rules: [{ list: 1, status: "subscribed", has: true }] };
    const asks = [
      () => read("/contacts/count?tag=1&list=1&status=mailable"),
      () => read("/contacts?tag=1&list=1&status=suppressed&limit=200"),
      () => posted(noisy, "/segments/preview", { rule }),
    ];
    return again(8, async (n) => asks[n % asks.length]?.());
  },

  async "the index of a large field: its file is locked for five seconds, its writes wait"() {
    const lock = openConnection(join(whole.dataDir, `t_${noisy.workspaceId}.db`));
    lock.exec("BEGIN IMMEDIATE");
    const writes = again(4, (n) => noisy.raw("POST", "/tags", { name: `Waiting ${n}` }));
    const unlocked = Bun.sleep(5_000).then(() => lock.exec("ROLLBACK"));
    return async () => {
      await unlocked;
      lock.close();
      await writes();
    };
  },
};

async function hung(name: string): Promise<{ tenant: Tenant; id: number }> {
  const tenant = await addTenant(whole, name);
  for (let i = 0; i < 300; i++) {
    await posted(tenant, "/contacts", { email: `person${i}@example.org` });
  }
  const way = await wayOut(tenant, silentPort(), { maxConnections: 200 });
  return { tenant, id: await sendToAll(tenant, way, "To a silent relay") };
}

async function startImport(file: number): Promise<void> {
  const lines = Array.from(
    { length: 30_000 },
    (_, i) => `import${file}x${i}@example.org,Name ${i}`,
  );
  const upload = await whenFree(() =>
    fetch(
      `${whole.server.url}/api/v1/workspaces/${noisy.workspaceId}/imports?fileName=people.csv`,
      {
        method: "POST",
        headers: { authorization: `Bearer ${noisy.key}`, "content-type": "text/csv" },
        body: ["email,first name", ...lines].join("\n"),
      },
    ),
  );
  expect(upload.status).toBe(200);
  const { id, guesses } = (await upload.json()) as {
    id: number;
    guesses: { column: number; target: string }[];
  };
  const mapping = guesses.map(({ column, target }) => ({ column, target }));
  await posted(noisy, `/imports/${id}/start`, {
    mapping,
    agreed: true,
    onDuplicate: "update",
    listIds: [1],
  });
}

async function until(isDone: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + 60_000; !isDone(); ) {
    if (performance.now() > end) {
      throw new Error(`waited a minute for ${what}`);
    }
    await Bun.sleep(20);
  }
}

const p99 = (values: number[]) =>
  Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0);

function print(name: string, noticed: Noticed): void {
  const { pages, writes, resets, campaign, export: exported } = noticed;
  rows.push({
    "one client does": name,
    "page p99 ms": p99(pages),
    "write p99 ms": p99(writes),
    "reset p99 ms": p99(resets),
    [`campaign of 20 ms`]: Math.round(campaign),
    "export of 20 ms": Math.round(exported),
    pages: pages.length,
  });
}

function expectCalm({ pages, writes, resets, campaign, export: exported }: Noticed): void {
  expect(p99(pages)).toBeLessThan(LIMITS.page);
  expect(p99(writes)).toBeLessThan(LIMITS.write);
  expect(p99(resets)).toBeLessThan(LIMITS.reset);
  expect(campaign).toBeLessThan(LIMITS.campaign);
  expect(exported).toBeLessThan(LIMITS.export);
}

test("without any load: the baseline figures", async () => {
  const noticed = await neighbour.notice(RESETS, AT_LEAST_MS);

  print("nothing", noticed);
  expectCalm(noticed);
});

for (const [name, begin] of Object.entries(badThings)) {
  test(`while one client has ${name}, another notices little`, async () => {
    const end = await begin();

    const noticed = await neighbour.notice(RESETS, AT_LEAST_MS);

    await end();
    print(name, noticed);
    expectCalm(noticed);
  });
}
