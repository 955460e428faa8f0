import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  type AccountsApp,
  mailBy,
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

test("an administrator sees and changes how the instance mails, and nothing else moves", async () => {
  mailBy(fixture, admin.workspaceId, 2525);
  const before = (await (await fixture.call(admin.cookie, "GET", "/instance/settings")).json()) as {
    systemMail: { routeId: number };
  };
  const { routeId } = before.systemMail;

  const systemMail = {
    workspaceId: admin.workspaceId,
    routeId,
    fromName: "Us",
    fromEmail: "us@example.net",
  };
  const after = await change({ systemMail });

  expect(after.status).toBe(200);
  expect(await after.json()).toEqual({
    publicUrl,
    publicUrlFixed: true,
    trustedProxies: ["127.0.0.0/8", "::1"],
    trustedProxiesFixed: false,
    unnamedProxies: [],
    allowPrivateRelays: true,
    allowDirectSending: false,
    allowPrivateTargets: false,
    systemMail,
  });
});

test("administering the instance does not open other people's routes", async () => {
  const bob = await fixture.signUp("bob@example.com");
  mailBy(fixture, bob.workspaceId, 2525);
  const from = { fromName: "", fromEmail: "us@example.net" };

  const foreign = await change({
    systemMail: { workspaceId: bob.workspaceId, routeId: 1, ...from },
  });
  const missing = await change({
    systemMail: { workspaceId: admin.workspaceId, routeId: 99, ...from },
  });

  expect(await foreign.json()).toMatchObject({
    status: 422,
    fields: [{ field: "systemMail.workspaceId" }],
  });
  expect(await missing.json()).toMatchObject({
    status: 422,
    fields: [{ field: "systemMail.routeId" }],
  });
});

test("a public URL that the environment fixes is not changed, and a path is refused", async () => {
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

test("the proxies whose word is believed are named by an administrator, and checked", async () => {
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
