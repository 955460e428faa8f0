import { afterEach, beforeEach, expect, test } from "bun:test";
import { storePrivateRelays } from "../../../../server/features/instance/instance.service.ts";
import { openDatabases } from "../../../../server/platform/db/databases.ts";
import type { Connection } from "../../../../server/platform/db/driver.ts";
import { type SmtpSink, startSmtpSink } from "../../../support/smtp-sink.ts";
import { startWholeServer, type WholeServer } from "../../../support/whole-server.ts";

let whole: WholeServer;
let peer: SmtpSink;

beforeEach(async () => {
  peer = await startSmtpSink();
  whole = await startWholeServer(1);
});
afterEach(async () => {
  await whole.close();
  await peer.close();
});

type Check = { ok: boolean; steps: { stage: string; ok: boolean; message: string }[] };
const tryRelay = (host: string) =>
  whole.ask<Check>("POST", "/routes/check", {
    host,
    port: peer.port,
    security: "none",
    verifyCertificate: false,
    username: "",
  });

function changeSetting(change: (system: Connection) => void): void {
  const databases = openDatabases(whole.dataDir);
  change(databases.system);
  databases.close();
}

test("a relay in a private network is dialled where the administrator allows it", async () => {
  changeSetting((system) => storePrivateRelays(system, true, Date.now()));

  expect((await tryRelay("127.0.0.1")).ok).toBe(true);
  for (const host of ["169.254.169.254", "fe80::1", "100.100.100.200"]) {
    const check = await tryRelay(host);
    expect(check.steps.at(-1)?.message).toContain("a network that may not be used");
  }
});

test("until somebody allows it, no name and no number leads into the network", async () => {
  changeSetting((system) => system.exec("DELETE FROM setting WHERE key = 'private_relays'"));

  for (const host of ["127.0.0.1", "localhost", "::1", "0.0.0.0"]) {
    const check = await tryRelay(host);
    expect([host, check.ok]).toEqual([host, false]);
    expect(check.steps.at(-1)?.stage).toBe("dns");
    expect(check.steps.at(-1)?.message).toContain("a network that may not be used");
  }
  expect((await whole.ask<{ id: number }>("POST", "/routes", { kind: "test_inbox" })).id).toBe(1);
});
