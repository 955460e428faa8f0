import { afterEach, expect, test } from "bun:test";
import { DnsClient, type DnsClientOptions } from "../../../../server/platform/dns/client.ts";
import { respond, startDns, type TestDns, type Zone } from "../../../support/dns-server.ts";

const MINUTE = 60_000;
const servers: TestDns[] = [];
let now = 1_000_000;

async function dns(zone: Zone, options?: Parameters<typeof startDns>[1]): Promise<TestDns> {
  const started = await startDns(zone, options);
  servers.push(started);
  return started;
}

function client({ server }: TestDns, options: DnsClientOptions = {}): DnsClient {
  return new DnsClient({ servers: [server], timeoutsMs: [400], clock: () => now, ...options });
}

afterEach(async () => {
  now = 1_000_000;
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

test("the records of a name are found by type", async () => {
  const server = await dns({
    "a.example": { A: ["192.0.2.1", "192.0.2.2"], AAAA: ["2001:db8::1"], MX: ["10 mx.a.example"] },
    "t.example": { TXT: ["v=STSv1; id=1;", "x".repeat(600)] },
  });
  const asking = client(server);

  expect(await asking.lookup("a.example", "A")).toEqual({
    kind: "found",
    records: ["192.0.2.1", "192.0.2.2"],
  });
  expect(await asking.lookup("a.example", "AAAA")).toEqual({
    kind: "found",
    records: ["2001:db8::1"],
  });
  expect(await asking.lookup("a.example", "MX")).toEqual({
    kind: "found",
    records: [{ preference: 10, exchange: "mx.a.example" }],
  });
  expect(await asking.lookup("t.example", "TXT")).toEqual({
    kind: "found",
    records: ["v=STSv1; id=1;", "x".repeat(600)],
  });
});

test("an answer is cached for its TTL, at least a minute, at most six hours", async () => {
  const server = await dns({
    "short.example": { A: ["192.0.2.1"], ttl: 0 },
    "plain.example": { A: ["192.0.2.1"], ttl: 600 },
    "long.example": { A: ["192.0.2.1"], ttl: 1_000_000 },
  });
  const asking = client(server);
  const lifeOf = async (name: string, minutes: number) => {
    now = 1_000_000;
    await asking.lookup(name, "A");
    now += minutes * MINUTE - 1;
    expect(asking.lookup(name, "A")).not.toBeInstanceOf(Promise);
    now += 1;
    expect(asking.lookup(name, "A")).toBeInstanceOf(Promise);
    await asking.lookup(name, "A");
  };

  await lifeOf("short.example", 1);
  await lifeOf("plain.example", 10);
  await lifeOf("long.example", 360);
});

test("no such name, no such record and a server failure are distinguished", async () => {
  const server = await dns({ "a.example": { A: ["192.0.2.1"] }, "broken.example": { rcode: 2 } });
  const asking = client(server);

  expect(await asking.lookup("gone.example", "MX")).toEqual({ kind: "no_domain" });
  expect(await asking.lookup("a.example", "MX")).toEqual({ kind: "no_data" });
  const failed = await asking.lookup("broken.example", "MX");
  expect(failed.kind).toBe("failed");
  expect(failed).toMatchObject({ reason: { text: expect.stringContaining("SERVFAIL") } });
});

test("a negative answer is cached as its zone says, at most a quarter of an hour", async () => {
  const server = await dns({}, { negativeTtl: 86_400 });
  const asking = client(server);

  await asking.lookup("gone.example", "A");
  now += 15 * MINUTE - 1;
  expect(asking.lookup("gone.example", "A")).toEqual({ kind: "no_domain" });
  now += 1;
  expect(asking.lookup("gone.example", "A")).toBeInstanceOf(Promise);
  await asking.lookup("gone.example", "A");
});

test("concurrent requests for a name send one query", async () => {
  const server = await dns({ "a.example": { A: ["192.0.2.1"] } });
  const asking = client(server);

  await Promise.all(Array.from({ length: 50 }, () => asking.lookup("a.example", "A")));

  expect(server.queries).toHaveLength(1);
});

test("many names at once are all answered, with one query each, from different ports", async () => {
  const names = Array.from({ length: 400 }, (_, n) => `n${n}.example`);
  const server = await dns(
    Object.fromEntries(names.map((name, n) => [name, { A: [`192.0.2.${n % 256}`] }])),
  );
  const asking = client(server, { timeoutsMs: [5_000] });

  const answers = await Promise.all(names.map((name) => asking.lookup(name, "A")));

  expect(answers.map((answer) => (answer.kind === "found" ? answer.records[0] : answer))).toEqual(
    names.map((_, n) => `192.0.2.${n % 256}`),
  );
  expect(server.queries).toHaveLength(400);
  expect(new Set(server.queries.map(({ port }) => port)).size).toBeGreaterThan(200);
});

test("an answer that does not fit into a packet is fetched over TCP", async () => {
  const server = await dns({ "big.example": { TXT: ["y".repeat(5_000)], truncated: true } });

  const answer = await client(server).lookup("big.example", "TXT");

  expect(answer).toEqual({ kind: "found", records: ["y".repeat(5_000)] });
  expect(server.queries.map(({ via }) => via)).toEqual(["udp", "tcp"]);
});

test("a server that does not know EDNS0 is queried without it", async () => {
  const server = await dns({ "a.example": { A: ["192.0.2.1"] } }, { knowsEdns: false });

  expect(await client(server).lookup("a.example", "A")).toMatchObject({ kind: "found" });
  expect(server.queries.map(({ edns }) => edns)).toEqual([true, false]);
});

test("when a server is silent or fails the next one is asked", async () => {
  const silent = await dns({ "a.example": { silent: true } });
  const broken = await dns({ "a.example": { rcode: 5 } });
  const good = await dns({ "a.example": { A: ["192.0.2.7"] } });
  const all = [silent, broken, good].map(({ server }) => server);

  const answer = await client(good, { servers: all }).lookup("a.example", "A");

  expect(answer).toEqual({ kind: "found", records: ["192.0.2.7"] });
});

test("a missing server causes an error message, not a crash", async () => {
  const asking = new DnsClient({ servers: ["127.0.0.1:9"], timeoutsMs: [200] });

  const answer = await asking.lookup("a.example", "A");

  expect(answer).toMatchObject({
    kind: "failed",
    reason: { text: expect.stringContaining("127.0.0.1") },
  });
});

test("while no server answers, answers of the last hour are used", async () => {
  const server = await dns({ "a.example": { A: ["192.0.2.1"], ttl: 60 } });
  const asking = client(server);
  await asking.lookup("a.example", "A");
  server.zone["a.example"] = { rcode: 2 };

  now += 2 * MINUTE;
  expect(await asking.lookup("a.example", "A")).toMatchObject({ kind: "found" });
  now += 55 * MINUTE;
  expect(await asking.lookup("a.example", "A")).toMatchObject({ kind: "found" });
  now += 10 * MINUTE;
  expect(await asking.lookup("a.example", "A")).toMatchObject({ kind: "failed" });
});

test("a failure is cached, so that not every message repeats the query, and retried soon enough", async () => {
  const server = await dns({ "a.example": { rcode: 2 } });
  const asking = client(server);

  await asking.lookup("a.example", "A");
  expect(asking.lookup("a.example", "A")).toMatchObject({ kind: "failed" });
  server.zone["a.example"] = { A: ["192.0.2.1"] };
  now += 30_000;
  expect(await asking.lookup("a.example", "A")).toMatchObject({ kind: "found" });
});

test("an alias is followed, and its TTL counts too", async () => {
  const server = await dns({
    "mx.example": { CNAME: "real.example", ttl: 120 },
    "real.example": { A: ["192.0.2.9"], ttl: 3_600 },
  });
  const asking = client(server);

  expect(await asking.lookup("mx.example", "A")).toEqual({ kind: "found", records: ["192.0.2.9"] });
  now += 120_000;
  expect(asking.lookup("mx.example", "A")).toBeInstanceOf(Promise);
  await asking.lookup("mx.example", "A");
});

test("a forged answer with the wrong id or for another name is ignored", async () => {
  const server = await dns({ "a.example": { A: ["192.0.2.1"] } });
  const forged = { type: "A" as const, name: "a.example", ttl: 300, data: "198.51.100.66" };
  server.inject = (query) => [
    respond(query, { answers: [forged], id: ((query.id ?? 0) + 1) % 65_536 }),
    respond({ ...query, questions: [{ type: "A", name: "b.example" }] }, { answers: [forged] }),
    respond({ ...query, questions: [{ type: "AAAA", name: "a.example" }] }, { answers: [forged] }),
    respond({ ...query, questions: [] }, { answers: [forged] }),
    Buffer.from("nonsense"),
  ];

  const answer = await client(server).lookup("a.example", "A");

  expect(answer).toEqual({ kind: "found", records: ["192.0.2.1"] });
});

test("records of other names in an answer are ignored", async () => {
  const server = await dns({ "a.example": { A: ["192.0.2.1"] } });
  const other = { type: "A" as const, name: "bank.example", ttl: 300, data: "198.51.100.66" };
  const own = { type: "A" as const, name: "a.example", ttl: 300, data: "192.0.2.5" };
  server.inject = (query) => [respond(query, { answers: [other, own] })];

  const answer = await client(server).lookup("a.example", "A");

  expect(answer).toEqual({ kind: "found", records: ["192.0.2.5"] });
});

test("a flood of forged answers makes the query use TCP", async () => {
  const server = await dns({ "a.example": { A: ["192.0.2.1"] } });
  const forged = { type: "A" as const, name: "a.example", ttl: 300, data: "198.51.100.66" };
  server.inject = (query) =>
    Array.from({ length: 40 }, (_, n) =>
      respond(query, { answers: [forged], id: ((query.id ?? 0) + 1 + n) % 65_536 }),
    );

  const answer = await client(server).lookup("a.example", "A");

  expect(answer).toEqual({ kind: "found", records: ["192.0.2.1"] });
  expect(server.queries.map(({ via }) => via)).toContain("tcp");
});
