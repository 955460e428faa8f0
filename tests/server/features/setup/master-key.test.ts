import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PASSWORD_PURPOSE } from "../../../../server/features/routes/route-secrets.service.ts";
import { openMasterKey } from "../../../../server/features/setup/master-key.service.ts";
import { encryptSecret, loadKeyRing, MasterKeyError } from "../../../../server/platform/secrets.ts";
import { type DeliveryData, newDeliveryData } from "../../../support/delivery-data.ts";

let data: DeliveryData;
let keyFile = "";
beforeEach(() => {
  data = newDeliveryData();
  keyFile = join(data.dataDir, "master.key");
});
afterEach(() => {
  data.close();
  rmSync(data.dataDir, { recursive: true, force: true });
});

const open = () =>
  openMasterKey(data.databases.system, { dataDir: data.dataDir, masterKeyFile: undefined }, 0);

function sealRoutePassword(): void {
  const sealed = encryptSecret(loadKeyRing(data.dataDir), PASSWORD_PURPOSE, "secret");
  const ws = data.newWorkspace();
  data
    .db(ws)
    .prepare(
      `INSERT INTO route (name, kind, host, port, security, username, password, created_at, updated_at)
       VALUES ('r', 'relay', 'relay.test', 25, 'none', 'u', ?, 0, 0)`,
    )
    .run(sealed);
}

test("a new instance creates its key once, and the same key opens it again", () => {
  const first = open();
  expect(open().keys.get("k1")).toEqual(first.keys.get("k1") as Buffer);
});

test("a missing key is not replaced", () => {
  open();
  rmSync(keyFile);

  expect(open).toThrow(MasterKeyError);
  expect(open).toThrow(keyFile);
  expect(existsSync(keyFile)).toBe(false);
});

test("a truncated, empty or foreign key is refused, and the file is not changed", () => {
  open();
  const whole = readFileSync(keyFile, "utf8");
  const other = newDeliveryData();
  loadKeyRing(other.dataDir);
  const foreign = readFileSync(join(other.dataDir, "master.key"), "utf8");
  other.close();
  const { current, keys } = JSON.parse(whole) as { current: string; keys: { k1: string } };
  const short = JSON.stringify({ current, keys: { k1: keys.k1.slice(0, 20) } });

  for (const text of [whole.slice(0, 30), "", "null", short, foreign, '{"current":"k1"}']) {
    writeFileSync(keyFile, text);
    expect(open).toThrow(MasterKeyError);
    expect(readFileSync(keyFile, "utf8")).toBe(text);
  }
  writeFileSync(keyFile, whole);
  open();
});

test("a second key beside the first is accepted and required from then on", () => {
  open();
  const file = JSON.parse(readFileSync(keyFile, "utf8"));
  const both = {
    current: "k2",
    keys: { ...file.keys, k2: Buffer.alloc(32, 7).toString("base64") },
  };
  writeFileSync(keyFile, JSON.stringify(both));
  expect(open().current).toBe("k2");

  writeFileSync(keyFile, JSON.stringify(file));
  expect(open).toThrow('lacks the key "k2"');
});

test("an instance without a fingerprint gets one if its key opens the encrypted data, and is refused otherwise", () => {
  sealRoutePassword();
  const right = readFileSync(keyFile, "utf8");
  rmSync(keyFile);
  expect(open).toThrow("is missing");
  loadKeyRing(data.dataDir);
  expect(open).toThrow("a different key");

  writeFileSync(keyFile, right);
  open();
  expect(
    data.databases.system.prepare("SELECT value FROM setting WHERE key = 'master-key'").get(),
  ).toEqual({
    value: expect.stringMatching(/^\{"k1":"[0-9a-f]{32}"\}$/),
  });
});
