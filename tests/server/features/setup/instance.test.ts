import { afterEach, beforeEach, expect, test } from "bun:test";
import { createSender } from "../../../../server/features/domains/senders.service.ts";
import { changeRoute, createRoute } from "../../../../server/features/routes/routes.service.ts";
import {
  adoptSystemRoute,
  systemMailRoute,
} from "../../../../server/features/setup/system-mail.service.ts";
import { writeSetting } from "../../../../server/platform/settings.store.ts";
import {
  type AccountsApp,
  newAccountsApp,
  publicUrl,
  type SignedUp,
} from "../../../support/accounts.ts";

let fixture: AccountsApp;
let admin: SignedUp;

beforeEach(async () => {
  fixture = newAccountsApp();
  admin = await fixture.signUp("admin@example.com", { isAdmin: true });
});
afterEach(() => fixture.close());

const change = (body: object) => fixture.call(admin.cookie, "PATCH", "/instance/settings", body);

const relay = {
  kind: "relay",
  host: "smtp.example.net",
  port: 587,
  security: "starttls",
  verifyCertificate: true,
  username: "us",
  fromName: "Us",
  fromEmail: "us@example.net",
} as const;

test("an administrator can read and change the instance's mail, and nothing else changes", async () => {
  const after = await change({ systemMail: { ...relay, password: "s3cret-relay" } });
  const text = await after.text();

  expect(after.status).toBe(200);
  expect(JSON.parse(text)).toEqual({
    publicUrl,
    publicUrlFixed: true,
    trustedProxies: ["127.0.0.0/8", "::1"],
    trustedProxiesFixed: false,
    unnamedProxies: [],
    allowPrivateRelays: false,
    allowDirectSending: false,
    allowPrivateTargets: false,
    systemMail: { ...relay, hasPassword: true },
    systemMailLentBy: null,
  });
  const stored = fixture.databases.system.prepare("SELECT value FROM setting").pluck().all();
  expect(text + JSON.stringify(stored)).not.toContain("s3cret-relay");
});

test("the password of the instance's mail is kept, and never sent to another server or in clear", async () => {
  await change({ systemMail: { ...relay, password: "s3cret-relay" } });

  expect(await (await change({ systemMail: { ...relay, fromName: "We" } })).json()).toMatchObject({
    systemMail: { fromName: "We", hasPassword: true },
  });
  for (const move of [
    { host: "evil.example" },
    { security: "none" },
    { verifyCertificate: false },
  ]) {
    const moved = await change({ systemMail: { ...relay, ...move } });
    expect(await moved.json()).toMatchObject({ status: 422, fields: [{ field: "password" }] });
  }
  const again = { ...relay, host: "other.example", password: "" };
  expect(await (await change({ systemMail: again })).json()).toMatchObject({
    systemMail: { host: "other.example", hasPassword: false },
  });
});

test("the instance's mail follows the rule about private networks, and never reaches metadata services", async () => {
  const sendTo = async (host: string) => {
    await change({ systemMail: { ...relay, host, port: 1, password: "" } });
    const answer = await fixture.call(admin.cookie, "POST", "/instance/settings/test-mail");
    return ((await answer.json()) as { detail: string }).detail;
  };

  expect(await sendTo("127.0.0.1")).toContain("a network that may not be used");
  await change({ allowPrivateRelays: true });
  expect(await sendTo("127.0.0.1")).toContain("did not accept the message");
  for (const host of ["169.254.169.254", "fe80::1", "100.100.100.200", "::ffff:169.254.1.1"]) {
    expect(await sendTo(host)).toContain("a network that may not be used");
  }
});

test("changes to a workspace's routes do not affect the instance's mail", async () => {
  const { databases, keyRing } = fixture;
  const db = databases.workspace(admin.workspaceId);
  const own = { kind: "relay", name: "Own", host: "smtp.example.net", username: "us" } as const;
  const { id } = createRoute(db, keyRing, { ...own, password: "s3cret-relay" }, 0);
  const old = { workspaceId: admin.workspaceId, routeId: id, fromName: "Us", fromEmail: "u@e.net" };
  writeSetting(databases.system, "system_route", old, 0);

  adoptSystemRoute(databases, keyRing, 0);
  changeRoute(db, keyRing, id, { host: "evil.example", username: "", password: "" }, 0);
  adoptSystemRoute(databases, keyRing, 0);

  expect(systemMailRoute(databases.system, keyRing, 0)).toMatchObject({
    host: "smtp.example.net",
    username: "us",
    password: "s3cret-relay",
    fromEmail: "u@e.net",
  });
});

test("mail that an earlier version sent in a client's name says so until it has its own name", async () => {
  const { databases } = fixture;
  const client = { name: "Bakery", email: "news@bakery.example" };
  const { id: senderId } = createSender(databases.workspace(admin.workspaceId), client, 0);
  const memory = { tokenHash: "", unlocked: [], workspaceId: admin.workspaceId, senderId };
  writeSetting(databases.system, "setup", memory, 0);
  const from = { fromName: client.name, fromEmail: client.email };

  const lent = await (await change({ systemMail: { ...relay, ...from } })).json();
  const own = await (await change({ systemMail: relay })).json();

  expect(lent).toMatchObject({ systemMailLentBy: expect.any(String) });
  expect(own).toMatchObject({ systemMailLentBy: null, systemMail: { fromName: "Us" } });
});

test("a public URL fixed by the environment cannot be changed, and a path is refused", async () => {
  for (const url of [
    "https://other.example",
    "https://mail.example.net/mail",
    "mail.example.net",
  ]) {
    expect(await (await change({ publicUrl: url })).json()).toMatchObject({
      status: 422,
      fields: [{ field: "publicUrl" }],
    });
  }
});

test("an administrator names the trusted proxies, and they are validated", async () => {
  const settings = async () =>
    (await (await fixture.call(admin.cookie, "GET", "/instance/settings")).json()) as {
      trustedProxies: string[];
    };
  expect((await settings()).trustedProxies).toEqual(["127.0.0.0/8", "::1"]);

  const wrong = await change({ trustedProxies: ["10.0.0.7", "proxy.example"] });
  expect(wrong.status).toBe(422);
  expect(await wrong.text()).toContain("proxy.example");
  expect((await change({ trustedProxies: ["0.0.0.0/0"] })).status).toBe(422);

  expect((await change({ trustedProxies: ["10.0.0.7", " 172.28.0.0/16 "] })).status).toBe(200);
  expect((await settings()).trustedProxies).toEqual(["10.0.0.7", "172.28.0.0/16"]);
});
