import { afterEach, beforeEach, expect, test } from "bun:test";
import { checkRoute } from "../../../../server/delivery/smtp/check-route.ts";
import { makeCertificate } from "../../../support/certificates.ts";
import { MailWorld } from "../../../support/mail-world.ts";
import { loopbackRoute } from "../../../support/smtp-messages.ts";

let world: MailWorld;

beforeEach(async () => {
  world = await MailWorld.start({
    "big.example": { MX: ["5 mx.big.example"] },
    "mx.big.example": { A: ["127.0.0.2"] },
  });
});
afterEach(() => world.close());

async function check(changes = {}) {
  const route = loopbackRoute(world.port, { kind: "direct", host: "", ...changes });
  const dnsServers = [world.dns.server];
  return await checkRoute(route, { dnsServers, probeDomain: "big.example" });
}

test("a working direct route is checked from each of its addresses, and sends no mail", async () => {
  const sink = await world.sink("127.0.0.2", { certificate: makeCertificate() });
  const sources = [7, 8].map((n) => ({
    address: `127.0.0.${n}`,
    heloName: "a.example",
    weight: 1,
  }));

  const { ok, steps } = await check({ sources });

  expect(ok).toBe(true);
  const stages: string[] = steps.map(({ stage }) => stage);
  const once = ["connect", "greeting", "starttls", "ehlo"];
  expect(stages).toEqual(["dns", ...once, ...once]);
  expect(steps.filter(({ message }) => message.startsWith("From 127.0.0.8: "))).toHaveLength(4);
  expect(sink.messages).toHaveLength(0);
});

test("a closed port 25 is named, with what to do", async () => {
  await world.sink("127.0.0.9");

  const { ok, steps } = await check();

  expect(ok).toBe(false);
  expect(steps.at(-1)).toMatchObject({
    stage: "connect",
    ok: false,
    message: expect.stringContaining("Many hosting providers block port 25"),
  });
});

test("name servers that do not answer are named", async () => {
  world.dns.zone["big.example"] = { rcode: 2 };

  const { steps } = await check();

  expect(steps).toEqual([
    {
      stage: "dns",
      ok: false,
      message: expect.stringContaining("SERVFAIL"),
      cause: expect.objectContaining({ code: "advice_name_servers" }),
    },
  ]);
});

test("a source address that is not this machine's is reported", async () => {
  await world.sink("127.0.0.2");

  const { steps } = await check({
    sources: [{ address: "198.51.100.4", heloName: "a.example", weight: 1 }],
  });

  expect(steps.at(-1)?.message).toContain("198.51.100.4 is not an address of this machine");
});
