import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkBounces } from "../../../../server/commands/doctor-checks.ts";
import { readConfig } from "../../../../server/config.ts";
import { type AccountsApp, newAccountsApp, type SignedUp } from "../../../support/accounts.ts";
import { makeCertificate } from "../../../support/certificates.ts";

let accounts: AccountsApp;
let admin: SignedUp;
let folder: string;

beforeEach(async () => {
  accounts = newAccountsApp();
  admin = await accounts.signUp("root@example.net", { isAdmin: true });
  folder = mkdtempSync(join(tmpdir(), "swiftmail-cert-"));
});
afterEach(() => {
  accounts.close();
  rmSync(folder, { recursive: true, force: true });
});

const patch = (body: object, as = admin) =>
  accounts.call(as.cookie, "PATCH", "/instance/inbound", body);

test("an administrator sets bounce domain and MX name, in any spelling, and nobody else can", async () => {
  const response = await patch({
    bounceDomain: " Bounce.Müller.example. ",
    mxHost: "mx.host.example",
  });

  expect(await response.json()).toMatchObject({
    bounceDomain: "bounce.xn--mller-kva.example",
    mxHost: "mx.host.example",
    takesFromOutside: false,
  });
  expect((await patch({ bounceDomain: "not a name" })).status).toBe(422);
  expect((await patch({ bounceDomain: "" })).status).toBe(200);
  const other = await accounts.signUp("ann@example.net");
  expect((await patch({ mxHost: "" }, other)).status).toBe(403);
});

test("a certificate is accepted only with its matching key", async () => {
  const [one, two] = [makeCertificate(), makeCertificate()];
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const certFile = put("cert.pem", one.cert);

  expect((await patch({ certFile })).status).toBe(422);
  expect((await patch({ certFile, keyFile: put("other.pem", two.key) })).status).toBe(422);
  expect((await patch({ certFile, keyFile: join(folder, "gone") })).status).toBe(422);
  expect((await patch({ certFile, keyFile: put("key.pem", one.key) })).status).toBe(200);
});

test("doctor reports whether bounces can be received, and what to do if not", async () => {
  const config = (host: string) => readConfig({ DATA_DIR: accounts.dataDir, SMTP_IN_HOST: host });
  const greet = async () => "220 mx.host.example ESMTP SwiftMail";
  const check = (host: string, hosts: string[], greeting = greet) =>
    checkBounces(config(host), async () => hosts, greeting);

  expect(await check("0.0.0.0", [])).toMatchObject({
    verdict: "warn",
    said: "no bounce domain is set",
  });
  await patch({ bounceDomain: "bounce.host.example", mxHost: "mx.host.example" });
  expect((await check("127.0.0.1", [])).said).toContain(
    "only accepts connections from this machine",
  );
  expect((await check("0.0.0.0", [])).said).toContain("bounce.host.example has no MX record");
  expect((await check("0.0.0.0", ["mx.else.example"])).said).toContain("mx.else.example");
  expect(await check("0.0.0.0", ["mx.host.example"])).toMatchObject({ verdict: "ok" });
  expect(
    (await check("0.0.0.0", ["mx.host.example"], () => Promise.reject(new Error("refused")))).said,
  ).toContain("refused");
  expect((await check("::", ["mx.host.example"], async () => "220 mx Postfix")).verdict).toBe(
    "warn",
  );
});
