import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { type Inbound, startInbound } from "../../../server/inbound/index.ts";
import { storeInboundSettings } from "../../../server/inbound/settings.ts";
import { newTestApp, type TestApp } from "../../support/app.ts";
import { makeCertificate } from "../../support/certificates.ts";
import { openDialogue } from "../../support/smtp-dialogue.ts";

let fixture: TestApp;
let folder: string;
let inbound: Inbound;

beforeEach(() => {
  fixture = newTestApp();
  folder = mkdtempSync(join(tmpdir(), "swiftmail-tls-"));
});
afterEach(async () => {
  await inbound.stop();
  fixture.close();
  rmSync(folder, { recursive: true, force: true });
});

async function startWith(certFile: string, keyFile: string): Promise<void> {
  storeInboundSettings(
    fixture.databases.system,
    { mxHost: "mx.host.example", bounceDomain: "", certFile, keyFile },
    0,
  );
  inbound = await startInbound({
    dataDir: fixture.dataDir,
    masterKeyFile: undefined,
    port: 0,
    recordFact: async () => undefined,
  });
}

/** Says EHLO and STARTTLS, and shakes hands trusting only `ca`. */
async function upgrade(ca: string): Promise<TLSSocket> {
  const plain = connectTcp(inbound.port, "127.0.0.1");
  const next = () =>
    new Promise<string>((resolve) => plain.once("data", (b) => resolve(String(b))));
  await next();
  plain.write("EHLO client.test\r\n");
  expect(await next()).toContain("STARTTLS");
  plain.write("STARTTLS\r\n");
  expect(await next()).toStartWith("220");
  return await new Promise((resolve, reject) => {
    const secure = connectTls({ socket: plain, ca, servername: "localhost" }, () =>
      resolve(secure),
    );
    secure.once("error", reject);
  });
}

test("offers STARTTLS with the administrator's certificate, and greets with the MX name", async () => {
  const { key, cert } = makeCertificate();
  writeFileSync(join(folder, "cert.pem"), cert);
  writeFileSync(join(folder, "key.pem"), key);
  await startWith(join(folder, "cert.pem"), join(folder, "key.pem"));

  const secure = await upgrade(cert);
  const reply = new Promise<string>((resolve) => secure.once("data", (b) => resolve(String(b))));
  secure.write("EHLO client.test\r\n");

  expect(secure.authorized).toBe(true);
  expect(await reply).toContain("mx.host.example");
  expect(await reply).not.toContain("STARTTLS");
  secure.destroy();
});

test("an unreadable certificate disables STARTTLS, and mail is still received", async () => {
  await startWith(join(folder, "gone.pem"), join(folder, "gone.key"));

  const client = await openDialogue(inbound.port);
  const reply = await client.say("EHLO client.test");
  client.end();

  expect(reply).toStartWith("250");
  expect(reply).not.toContain("STARTTLS");
});

test("a key of another certificate, as during a renewal, disables STARTTLS but not the listener", async () => {
  const [old, renewed] = [makeCertificate(), makeCertificate()];
  writeFileSync(join(folder, "crt.pem"), renewed.cert);
  writeFileSync(join(folder, "key.pem"), old.key);

  await startWith(join(folder, "crt.pem"), join(folder, "key.pem"));

  const plain = connectTcp(inbound.port, "127.0.0.1");
  const next = () =>
    new Promise<string>((resolve) => plain.once("data", (b) => resolve(String(b))));
  expect(await next()).toStartWith("220");
  plain.write("EHLO client.test\r\n");
  expect(await next()).not.toContain("STARTTLS");
  plain.destroy();
});
