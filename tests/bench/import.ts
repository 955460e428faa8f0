// `bun run bench import [--rows N]`: DESIGN §10. Imports a CSV of 500,000 rows and 6 columns the product's own way
// (upload over HTTP, the scheduler, the jobs thread, deduplication and validation), compares it with a bare loop of the
// driver that inserts the same rows into the same table, and measures how long API users wait in the meantime.
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { startJobs } from "../../server/jobs/index.ts";
import { Scheduler } from "../../server/platform/scheduler/scheduler.ts";
import { newTestApp, type TestApp } from "../support/app.ts";

const at = process.argv.indexOf("--rows");
const rows = at === -1 ? 500_000 : Number(process.argv[at + 1]);
const REQUESTS_PER_SECOND = 50;
const FIRST = [
  "Anna",
  "Ben",
  "Clara",
  "David",
  "Eva",
  "Finn",
  "Greta",
  "Hugo",
  "Ida",
  "Jan",
  "Zoë",
];
const LAST = ["Müller", "Smith", "Jones", "Lee", "Garcia", "Novak", "Öztürk", "O'Brien"];
const CITIES = ["Köln", "Berlin", "Oslo", "Porto", "Lyon"];

type Product = {
  perSecond: number;
  seconds: number;
  p50: number;
  p99: number;
  requests: number;
  errors: number;
  rssMb: number;
  uploadMbPerSecond: number;
};

/** Addresses in random order, as in real files; one row in a thousand repeats an earlier one, and one is malformed. */
async function writeCsv(path: string): Promise<{ bytes: number; good: number }> {
  const out = createWriteStream(path);
  out.write("email,first name,last name,language,City,Size\n");
  let random = 42;
  const next = () => {
    random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
    return random;
  };
  let good = 0;
  for (let i = 0; i < rows; i++) {
    const [first, last] = [FIRST[next() % 11], LAST[(next() >> 4) % 8]];
    const kind = i % 1_000;
    const seed = kind === 998 ? i - 500 : i;
    const local = `${((seed * 7_919) % 9_999_991).toString(36)}.u${seed}`;
    const email = kind === 999 ? `${local}.example.com` : `${local}@mail${seed % 700}.example`;
    good += kind < 998 ? 1 : 0;
    const line = `${email},${first},${last},en,${CITIES[i % 5]},${i % 50}\n`;
    if (!out.write(line)) {
      await new Promise((resolve) => out.once("drain", resolve));
    }
  }
  out.end();
  await finished(out);
  return { bytes: out.bytesWritten, good };
}

async function bareLoop(folder: string, csv: string, window: number): Promise<number> {
  const script = join(import.meta.dir, "import/bare-loop.ts");
  const run = Bun.spawn([process.execPath, script, folder, csv, String(window)], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const { perSecond } = JSON.parse(await new Response(run.stdout).text()) as { perSecond: number };
  return perSecond;
}

async function product(csv: string, bytes: number, good: number): Promise<Product> {
  const fixture = newTestApp();
  const workspace = fixture.newWorkspace();
  const jobs = await startJobs(fixture.dataDir);
  const scheduler = new Scheduler({
    system: fixture.databases.system,
    clock: Date.now,
    owner: "bench",
    heavy: jobs,
  });
  scheduler.start();
  const server = fixture.app.listen({ port: 0, maxRequestBodySize: bytes + 1_000_000 });
  const base = `http://localhost:${server.server?.port}/api/v1/workspaces/${workspace.id}`;
  const actor = `admin ${workspace.id}`;
  try {
    return await measure({ base, actor, csv, bytes, good, fixture });
  } finally {
    await scheduler.stop(0);
    await jobs.stop();
    await server.stop(true);
    fixture.close();
  }
}

type Setting = {
  base: string;
  actor: string;
  csv: string;
  bytes: number;
  good: number;
  fixture: TestApp;
};

async function measure({ base, actor, csv, bytes, good }: Setting): Promise<Product> {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { "x-test-actor": actor, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    }
    return (await response.json()) as T;
  };
  await call("POST", "/contacts", { email: "first@example.org" });
  await call("POST", "/contact-fields", { label: "City", type: "text" });
  await call("POST", "/contact-fields", { label: "Size", type: "number" });
  const uploadAt = performance.now();
  const upload = await fetch(`${base}/imports?fileName=bench.csv`, {
    method: "POST",
    headers: { "x-test-actor": actor, "content-type": "text/csv" },
    body: Bun.file(csv),
  });
  const uploadSeconds = (performance.now() - uploadAt) / 1_000;
  const preview = (await upload.json()) as {
    id: number;
    guesses: { column: number; target: string; key?: string }[];
  };
  const load = new Worker(new URL("./import/load.worker.ts", import.meta.url).href);
  load.postMessage({ base, actor, perSecond: REQUESTS_PER_SECOND, ids: 1, importId: preview.id });
  await Bun.sleep(500);
  const mapping = preview.guesses.map(({ column, target, key }) => ({ column, target, key }));
  // An import of this size does not start before its check has finished.
  const check = () =>
    call<{ state: string }>("POST", `/imports/${preview.id}/check`, {
      mapping: mapping.map(({ column, target }) => ({ column, target })),
    });
  while ((await check()).state === "running") {
    await Bun.sleep(500);
  }
  const startedAt = performance.now();
  await call("POST", `/imports/${preview.id}/start`, {
    mapping,
    agreed: true,
    onDuplicate: "update",
  });
  let state: {
    state: string;
    created: number;
    rowsRead: number;
    duplicates: number;
    rejected: number;
  };
  let rssMb = 0;
  do {
    await Bun.sleep(100);
    state = await call("GET", `/imports/${preview.id}`);
    rssMb = Math.max(rssMb, process.memoryUsage.rss() / 1e6);
  } while (state.state === "queued" || state.state === "running");
  const seconds = (performance.now() - startedAt) / 1_000;
  const told = new Promise<{ latencies: number[]; errors: number }>((resolve) => {
    load.onmessage = ({ data }) => resolve(data as { latencies: number[]; errors: number });
  });
  load.postMessage("stop");
  const { latencies, errors } = await told;
  load.terminate();
  if (state.state !== "done" || state.rowsRead !== rows || state.created !== good) {
    throw new Error(`the import is wrong: ${JSON.stringify(state)}, ${good} were good`);
  }
  latencies.sort((a, b) => a - b);
  const quantile = (q: number) => latencies[Math.floor(latencies.length * q)] ?? Number.NaN;
  return {
    perSecond: rows / seconds,
    seconds,
    p50: quantile(0.5),
    p99: quantile(0.99),
    requests: latencies.length,
    errors,
    rssMb,
    uploadMbPerSecond: bytes / 1e6 / uploadSeconds,
  };
}

const folder = mkdtempSync(join(tmpdir(), "swiftmail-bench-import-"));
mkdirSync(folder, { recursive: true });
try {
  const csv = join(folder, "people.csv");
  const { bytes, good } = await writeCsv(csv);
  const bare = await bareLoop(folder, csv, 1);
  const bareSorted = await bareLoop(folder, csv, 20_000);
  const ours = await product(csv, bytes, good);
  const share = ours.perSecond / bare;
  console.log(`${rows} rows, ${(bytes / 1e6).toFixed(1)} MB, 6 columns; ${good} contacts`);
  console.table({
    "bare loop of the driver": { "rows/s": Math.round(bare) },
    "bare loop, sorted as the product does": { "rows/s": Math.round(bareSorted) },
    "import of the product": { "rows/s": Math.round(ours.perSecond) },
    "share of the bare loop": { "rows/s": `${Math.round(share * 100)} %` },
    "upload MB/s": { "rows/s": Math.round(ours.uploadMbPerSecond) },
    [`API p50 ms at ${REQUESTS_PER_SECOND}/s meanwhile`]: { "rows/s": ours.p50.toFixed(1) },
    "API p99 ms": { "rows/s": ours.p99.toFixed(1) },
    "RSS MB, load generator included": { "rows/s": Math.round(ours.rssMb) },
  });
  const bars = [
    { name: "share of the bare loop", value: share, atLeast: 0.4, holds: share >= 0.4 },
    { name: "API p99 ms", value: ours.p99, atMost: 50, holds: ours.p99 < 50 },
    { name: "API errors", value: ours.errors, atMost: 0, holds: ours.errors === 0 },
  ];
  console.log(
    JSON.stringify({ bench: "import", bars, figures: { rows, bytes, bare, bareSorted, ...ours } }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
