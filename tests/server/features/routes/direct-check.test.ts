import { afterEach, beforeEach, expect, test } from "bun:test";
import { storeDirectSending } from "../../../../server/features/instance/instance.service.ts";
import { startDns, type TestDns } from "../../../support/dns-server.ts";
import { startWholeServer, type WholeServer } from "../../../support/whole-server.ts";

type Check = { ok: boolean; steps: { stage: string; message: string }[] };

let dns: TestDns;
let whole: WholeServer;

beforeEach(async () => {
  dns = await startDns({
    "gmail.com": { MX: ["5 mx.big.example"] },
    "mx.big.example": { A: ["127.0.0.1"] },
  });
  whole = await startWholeServer(0, [dns.server]);
});
afterEach(async () => {
  await whole.close();
  await dns.close();
});

test("checking a direct route asks the name servers, and does not connect into a private network", async () => {
  whole.database(({ system }) => storeDirectSending(system, true, Date.now()));
  const { id } = await whole.ask<{ id: number }>("POST", "/routes", {
    kind: "direct",
    name: "Direct",
  });

  const check = await whole.ask<Check>("POST", `/routes/${id}/check`);

  expect(check.ok).toBe(false);
  expect(check.steps.map(({ stage }) => stage)).toEqual(["ptr", "dns", "dns"]);
  expect(check.steps.at(-1)?.message).toContain("has no address that can be connected to");
  expect(dns.queries.map(({ name, type }) => `${type} ${name}`)).toContain("MX gmail.com");
});
