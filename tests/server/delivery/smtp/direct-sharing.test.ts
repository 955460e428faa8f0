import { afterEach, beforeEach, expect, test } from "bun:test";
import { anyPace, journal, MailWorld, messageTo } from "../../../support/mail-world.ts";

let world: MailWorld;

beforeEach(async () => {
  world = await MailWorld.start();
});
afterEach(() => world.close());

test("domains with the same hosts share connections, and never exceed the site's limit", async () => {
  const sink = await world.sink("127.0.0.2");
  for (let n = 0; n < 40; n += 1) {
    world.dns.zone[`d${n}.example`] = { MX: ["10 mx.a.example"] };
  }
  world.dns.zone["mx.a.example"] = { A: ["127.0.0.2"] };
  const limits = { ...anyPace, connections: 3, perConnection: 100, tlsRequired: false };
  const egress = world.egress({}, { profileOf: () => limits });

  const outcomes = await Promise.all(
    Array.from({ length: 120 }, (_, n) =>
      egress.send(messageTo(`d${n % 40}.example`), { beforeDot: () => Bun.sleep(2) }),
    ),
  );

  expect(outcomes.every(({ kind }) => kind === "accepted")).toBe(true);
  expect(sink.mostConnections()).toBe(3);
  expect(sink.connections()).toBe(3);
});

test("the route's total holds over all sites, and every site gets its turn", async () => {
  const sink = await world.sink("127.0.0.2");
  for (let n = 0; n < 30; n += 1) {
    world.dns.zone[`d${n}.example`] = { MX: [`10 mx.d${n}.example`] };
    world.dns.zone[`mx.d${n}.example`] = { A: ["127.0.0.2"] };
  }
  const egress = world.egress({ maxConnections: 4 });

  const outcomes = await Promise.all(
    Array.from({ length: 150 }, (_, n) => egress.send(messageTo(`d${n % 30}.example`), journal)),
  );

  expect(outcomes.every(({ kind }) => kind === "accepted")).toBe(true);
  expect(sink.mostConnections()).toBeLessThanOrEqual(4);
  expect(egress.status().limit).toBe(4);
});

test("a busy site makes room for one that waits", async () => {
  await world.sink("127.0.0.2");
  Object.assign(world.dns.zone, {
    "big.example": { A: ["127.0.0.2"] },
    "small.example": { A: ["127.0.0.2"] },
  });
  const egress = world.egress({ maxConnections: 1 });
  const ends: string[] = [];
  const send = async (domain: string) => {
    await egress.send(messageTo(domain), journal);
    ends.push(domain);
  };

  await Promise.all([
    ...Array.from({ length: 100 }, () => send("big.example")),
    send("small.example"),
  ]);

  expect(ends.indexOf("small.example")).toBeLessThan(60);
});

test("a connection carries no more messages than provider, route and experience allow", async () => {
  const sink = await world.sink("127.0.0.2");
  world.dns.zone["a.example"] = { A: ["127.0.0.2"] };
  const limits = { ...anyPace, connections: 1, perConnection: 4, tlsRequired: false };
  const egress = world.egress({ maxPerConnection: 100 }, { profileOf: () => limits });

  for (let n = 0; n < 8; n += 1) {
    await egress.send(messageTo("a.example"), journal);
  }

  expect(sink.connections()).toBe(2);
});

test("a provider's limits apply to all its customers together, and each one's mail goes to its own servers", async () => {
  const limits = { ...anyPace, connections: 2, perConnection: 100, tlsRequired: false };
  const sinks = [await world.sink("127.0.0.2"), await world.sink("127.0.0.3")];
  for (const [n, own] of ["one", "two"].entries()) {
    world.dns.zone[`${own}.example`] = { MX: [`0 ${own}-example.mail.protection.outlook.com`] };
    world.dns.zone[`${own}-example.mail.protection.outlook.com`] = { A: [`127.0.0.${n + 2}`] };
  }
  const egress = world.egress({}, { profileOf: () => limits });

  const outcomes = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      egress.send(messageTo(n % 2 === 0 ? "one.example" : "two.example"), {
        beforeDot: () => Bun.sleep(1),
      }),
    ),
  );

  expect(outcomes.every(({ kind }) => kind === "accepted")).toBe(true);
  expect(sinks.map(({ messages }) => new Set(messages.map(({ to }) => to[0])))).toEqual([
    new Set(["ann@one.example"]),
    new Set(["ann@two.example"]),
  ]);
  expect(egress.status("microsoft").limit).toBe(2);
  expect(sinks.reduce((sum, sink) => sum + sink.mostConnections(), 0)).toBeLessThanOrEqual(4);
});
