import { afterEach, beforeEach, expect, test } from "bun:test";
import { storePrivateRelays } from "../../../../server/features/instance/instance.service.ts";
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

const changeSetting = (change: (system: Connection) => void) =>
  whole.database(({ system }) => change(system));

test("a relay in a private network can be used where the administrator allows it", async () => {
  changeSetting((system) => storePrivateRelays(system, true, Date.now()));

  expect((await tryRelay("127.0.0.1")).ok).toBe(true);
  for (const host of ["169.254.169.254", "fe80::1", "100.100.100.200"]) {
    const check = await tryRelay(host);
    expect(check.steps.at(-1)?.message).toContain("a network that may not be used");
  }
});

test("until it is allowed, no host name and no address leads into the network", async () => {
  changeSetting((system) => system.exec("DELETE FROM setting WHERE key = 'private_relays'"));

  for (const host of ["127.0.0.1", "localhost", "::1", "0.0.0.0"]) {
    const check = await tryRelay(host);
    expect([host, check.ok]).toEqual([host, false]);
    expect(check.steps.at(-1)?.stage).toBe("dns");
    expect(check.steps.at(-1)?.message).toContain("a network that may not be used");
  }
  expect((await whole.ask<{ id: number }>("POST", "/routes", { kind: "test_inbox" })).id).toBe(1);
});

test("a forbidden host cannot be stored either, and the answer names the field", async () => {
  const refusalOf = async (method: string, path: string, body: object) => {
    const error = await whole.ask(method, path, body).catch((thrown: unknown) => thrown);
    return String(error);
  };
  const relay = { kind: "relay", name: "Relay", port: 587, host: "smtp.example.net" };
  const made = await whole.ask<{ id: number }>("POST", "/routes", { ...relay, host: "127.0.0.1" });
  changeSetting((system) => storePrivateRelays(system, false, Date.now()));

  const oauth = (tokenUrl: string) => ({
    username: "news@example.net",
    oauth: { tokenUrl, clientId: "id", clientSecret: "secret" },
  });
  for (const host of ["127.0.0.1", "10.0.0.5", "::1", "169.254.169.254", "localhost"]) {
    expect(await refusalOf("POST", "/routes", { ...relay, host })).toContain("host");
    const url = `https://${host.includes(":") ? `[${host}]` : host}/token`;
    expect(await refusalOf("POST", "/routes", { ...relay, ...oauth(url) })).toContain(
      "oauth.tokenUrl",
    );
  }
  const path = `/routes/${made.id}`;
  expect(await refusalOf("PATCH", path, { host: "192.168.1.1" })).toContain("host");
  // Stored while it was allowed: it can be renamed, and pointed elsewhere.
  await whole.ask("PATCH", path, { host: "127.0.0.1", name: "Old relay" });
  await whole.ask("PATCH", path, { host: "smtp.example.net" });
  expect(await refusalOf("PATCH", path, { host: "127.0.0.1" })).toContain("host");
});
