import { afterEach, beforeEach, expect, test } from "bun:test";
import { anyPace, journal, MailWorld, messageTo } from "../../../support/mail-world.ts";

let world: MailWorld;

beforeEach(async () => {
  world = await MailWorld.start();
});
afterEach(() => world.close());

test("an unreachable site is tried once, paused for minutes, then tried again", async () => {
  await world.sink("127.0.0.9");
  Object.assign(world.dns.zone, {
    "a.example": { MX: ["10 mx.a.example"] },
    "mx.a.example": { A: ["127.0.0.2"] },
  });
  const egress = world.egress();
  const { key } = await egress.siteOf("a.example");

  const outcomes = await Promise.all(
    Array.from({ length: 10 }, () => egress.send(messageTo("a.example"), journal)),
  );
  const tried = outcomes.filter((outcome) => outcome.kind === "broken" && !outcome.retryAt);
  expect(outcomes.every(({ kind }) => kind === "broken")).toBe(true);
  expect(tried).toHaveLength(1);
  expect(egress.status(key).retryAt).toBeWithin(world.now + 100_000, world.now + 130_000);
  expect(egress.status(key).lastError).toContain("127.0.0.2");
  expect(egress.status().retryAt).toBeUndefined();

  const sink = await world.sink("127.0.0.2");
  expect(await egress.send(messageTo("a.example"), journal)).toMatchObject({ kind: "broken" });
  world.now += 121_000;
  expect((await egress.send(messageTo("a.example"), journal)).kind).toBe("accepted");
  expect(egress.status(key).retryAt).toBeUndefined();
  expect(sink.messages).toHaveLength(1);
});

test("a domain with a thousand dead servers costs a few attempts, not a thousand", async () => {
  const tried: string[] = [];
  await world.sink("127.0.0.250");
  const names = Array.from({ length: 200 }, (_, n) => `mx${n}.evil.example`);
  world.dns.zone["evil.example"] = { MX: names.map((name, n) => `${n} ${name}`), truncated: true };
  for (const [n, name] of names.entries()) {
    world.dns.zone[name] = { A: [`127.0.1.${n}`] };
  }

  const outcome = await world.egress().send(messageTo("evil.example"), journal);
  tried.push(...world.dns.queries.flatMap(({ name, type }) => (type === "A" ? [name] : [])));

  expect(outcome).toMatchObject({ kind: "broken", stage: "connect" });
  expect(tried.length).toBeLessThanOrEqual(5);
});

test("a refusal of one source address says nothing about another", async () => {
  const limits = { ...anyPace, tlsRequired: false };
  await world.hostile("127.0.0.2", async (peer) => {
    if (peer.remoteAddress === "127.0.0.7") {
      peer.say("554 5.7.1 your address is blocked");
      peer.close();
      return;
    }
    await peer.welcome();
    await peer.acceptEnvelope();
    await peer.body();
    peer.say("250 ok");
  });
  world.dns.zone["a.example"] = { A: ["127.0.0.2"] };
  const egress = world.egress({}, { profileOf: () => limits });
  const site = await egress.siteOf("a.example");
  const from = async (address: string) =>
    await egress.send(messageTo("a.example"), {
      ...journal,
      target: { domain: "a.example", site, source: { address, heloName: "x.example", weight: 1 } },
    });

  expect(await from("127.0.0.7")).toMatchObject({ kind: "refused", stage: "greeting" });
  expect((await from("127.0.0.8")).kind).toBe("accepted");
  // It is not tried again so soon, and the earlier reply is not counted twice.
  expect(await from("127.0.0.7")).toMatchObject({ kind: "broken", retryAt: world.now + 300_000 });
});
