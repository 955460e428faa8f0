// `bun run bench segment`: counts ten segments of three conditions over fields, lists and engagement among a million
// contacts, over HTTP against the whole product, and measures how long other users wait in the meantime.
import { startWholeServer, type WholeServer } from "../support/whole-server.ts";
import { segmentRules } from "./segment/rules.ts";
import { seedPeople } from "./segment/seed.ts";

const CONTACTS = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = Number(process.argv[3] ?? 4);
/** Answers of the segment pages are cached for this long, and the bench must not measure the cache. */
const KEEP_MS = 30_500;

type Segment = { id: number; name: string };
type Timed = { name: string; ms: number };

const server = await startWholeServer(0);
try {
  await run(server);
} finally {
  await server.close();
}

async function run({ ask, dataDir, workspaceId }: WholeServer): Promise<void> {
  const seeding = performance.now();
  const seeded = seedPeople(dataDir, workspaceId, CONTACTS);
  const seedMs = performance.now() - seeding;
  const segments: Segment[] = [];
  for (const [name, rule] of Object.entries(segmentRules)) {
    segments.push(await ask<Segment>("POST", "/segments", { name, rule }));
  }
  const indexMs = await untilIndexed(ask);

  const counts: Timed[] = [];
  const pages: Timed[] = [];
  const sizes = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const { id, name } of segments) {
      // The page comes first: the count caches its result for paging, which would flatter the page.
      pages.push(await timed(name, () => ask("GET", `/segments/${id}/contacts?limit=50`)));
      counts.push(
        await timed(name, async () => {
          const { count } = await ask<{ count: number }>("POST", `/segments/${id}/count`);
          sizes.set(name, count);
        }),
      );
    }
    // Longer than a cached answer stays valid.
    await Bun.sleep(round === ROUNDS - 1 ? 0 : KEEP_MS);
  }
  const calls = await contactCalls(ask);
  const others = await whileCounting(ask, segments);
  report({ counts, pages, sizes, calls, others, seedMs, indexMs, bytes: seeded.bytesPerContact() });
}

type Ask = WholeServer["ask"];

async function timed(name: string, work: () => Promise<unknown>): Promise<Timed> {
  const startedAt = performance.now();
  await work();
  return { name, ms: performance.now() - startedAt };
}

/** Waits until the tasks that build the fields' indexes are done, and returns how long that took. */
async function untilIndexed(ask: Ask): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const { items } = await ask<{ items: unknown[] }>("GET", "/tasks");
    if (items.length === 0) {
      return performance.now() - startedAt;
    }
    await Bun.sleep(100);
  }
}

/** The list, a search and a contact page at this size, as the browser requests them. */
async function contactCalls(ask: Ask): Promise<Timed[]> {
  const found: Timed[] = [];
  for (let i = 0; i < 40; i++) {
    const id = 1 + (Math.floor((CONTACTS * (i * 7919)) / 400_000) % CONTACTS);
    const paths = {
      list: "/contacts?limit=50",
      "search by name": `/contacts?q=first${(i * 37) % 1000}`,
      "search by address": `/contacts?q=p${id}`,
      "filter by list": "/contacts?list=1&limit=50",
      "filter by tag": "/contacts?tag=1&limit=50",
      contact: `/contacts/${id}`,
      timeline: `/contacts/${id}/timeline`,
    };
    for (const [name, path] of Object.entries(paths)) {
      found.push(await timed(name, () => ask("GET", path)));
    }
  }
  return found;
}

/** How long another user waits for a contact page while segments are counted all the time. */
async function whileCounting(ask: Ask, segments: readonly Segment[]): Promise<Timed[]> {
  const found: Timed[] = [];
  let isOver = false;
  const counting = (async () => {
    for (let i = 0; !isOver; i++) {
      await ask("POST", `/segments/${segments[i % segments.length]?.id}/count`);
    }
  })();
  for (let i = 0; i < 300; i++) {
    found.push(
      await timed("contact", () => ask("GET", `/contacts/${1 + ((i * 104_729) % CONTACTS)}`)),
    );
    await Bun.sleep(10);
  }
  isOver = true;
  await counting;
  return found;
}

function percentile(times: readonly Timed[], share: number): number {
  const sorted = times.map(({ ms }) => ms).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function byName(times: readonly Timed[]): Map<string, Timed[]> {
  return Map.groupBy(times, ({ name }) => name);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function report(measured: {
  counts: Timed[];
  pages: Timed[];
  sizes: Map<string, number>;
  calls: Timed[];
  others: Timed[];
  seedMs: number;
  indexMs: number;
  bytes: Record<string, number>;
}): void {
  const { counts, pages, sizes, calls, others } = measured;
  console.table(
    [...byName(counts)].map(([name, times]) => ({
      segment: name,
      people: sizes.get(name),
      "count p50 ms": round(percentile(times, 0.5)),
      "count p95 ms": round(percentile(times, 0.95)),
      "page p95 ms": round(percentile(byName(pages).get(name) ?? [], 0.95)),
    })),
  );
  console.table(
    [...byName(calls)].map(([name, times]) => ({
      call: name,
      "p50 ms": round(percentile(times, 0.5)),
      "p95 ms": round(percentile(times, 0.95)),
    })),
  );
  console.table(
    Object.entries(measured.bytes).map(([index, bytes]) => ({ index, "bytes per contact": bytes })),
  );
  const bars = [
    { name: "count p95 ms", value: round(percentile(counts, 0.95)), atMost: 300 },
    { name: "first page p95 ms", value: round(percentile(pages, 0.95)), atMost: 100 },
    { name: "contact calls p95 ms", value: round(percentile(calls, 0.95)), atMost: 100 },
    { name: "others p99 ms while counting", value: round(percentile(others, 0.99)), atMost: 50 },
  ].map((bar) => ({ ...bar, holds: bar.value <= bar.atMost }));
  console.table(bars);
  const { seedMs, indexMs, bytes } = measured;
  const figures = {
    contacts: CONTACTS,
    seedMs: Math.round(seedMs),
    indexMs: Math.round(indexMs),
    countP50: round(percentile(counts, 0.5)),
    bytes,
  };
  console.log(JSON.stringify({ bench: "segment", bars, figures }));
}
