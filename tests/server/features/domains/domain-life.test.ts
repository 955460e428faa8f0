import { afterEach, beforeEach, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { campaignHosts, loadDkimKey } from "../../../../server/features/domains/domains.service.ts";
import type { DnsLookup } from "../../../../server/features/ports.ts";
import { loadKeyRing } from "../../../../server/platform/secrets.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { workspaceRequests } from "../../../support/calls.ts";

type Answer = Awaited<ReturnType<DnsLookup["txt"]>>;
type DomainRecord = {
  purpose: string;
  status: string;
  host: string;
  value: string;
  message: string;
};

let fixture: TestApp;
let workspace: TestWorkspace;
let zone: Map<string, string[]>;
let isReached: boolean;
let now: number;

beforeEach(async () => {
  zone = new Map();
  isReached = true;
  now = 1_000;
  const ask =
    (type: string) =>
    async (name: string): Promise<Answer> => {
      const values = zone.get(`${type} ${name}`);
      return values === undefined ? { kind: "none" } : { kind: "records", values };
    };
  fixture = newTestApp(() => now, {
    dns: {
      txt: ask("TXT"),
      cname: ask("CNAME"),
      mx: ask("MX"),
      addresses: ask("A"),
      reverse: ask("PTR"),
      answersHere: async () => isReached,
    },
  });
  workspace = fixture.newWorkspace();
  await call("POST", "/domains", { name: "example.com" });
});
afterEach(() => fixture.close());

const call = workspaceRequests(() => ({ app: fixture, workspaceId: workspace.id }), "admin");
const db = () => fixture.databases.workspace(workspace.id);
const check = async () => await (await call("POST", "/domains/1/check")).json();
const record = (domain: { records: DomainRecord[] }, purpose: string) => {
  const found = domain.records.find((one) => one.purpose === purpose);
  if (found === undefined) {
    throw new Error(`there is no record ${purpose}`);
  }
  return found;
};
const publish = ({ host, value }: DomainRecord) => zone.set(`TXT ${host}`, [value]);
const signingSelector = () =>
  loadDkimKey(db(), loadKeyRing(fixture.dataDir), "example.com")?.selector;

test("a key is rotated only once the next one is in the DNS, and the old one stays until it is removed", async () => {
  publish(record(await check(), "dkim"));
  const started = await (await call("POST", "/domains/1/rotation", {})).json();
  const next = record(started, "dkim_next");
  expect(next.host).toBe("sm2._domainkey.example.com");
  expect((await call("POST", "/domains/1/rotation", {})).status).toBe(409);

  const early = await call("POST", "/domains/1/rotation/finish");
  expect(early.status).toBe(409);
  expect((await early.json()).detail).toContain("sm2._domainkey.example.com is not in the DNS");
  expect(signingSelector()).toBe("sm1");

  publish(next);
  const finished = await (await call("POST", "/domains/1/rotation/finish")).json();
  expect(signingSelector()).toBe("sm2");
  expect(finished).toMatchObject({
    selector: "sm2",
    verifiedAt: 1_000,
    keys: [{ selector: "sm1", state: "retired", keyBits: 2_048 }],
  });
  expect(db().prepare("SELECT private FROM dkim_key").pluck().all()).toEqual([""]);

  const keyId = finished.keys[0].id;
  db().exec(`
    INSERT INTO sender (name, email, domain_id, created_at) VALUES ('A', 'a@example.com', 1, 0);
    INSERT INTO campaign (name, status, sender_id, created_by, created_at, updated_at)
      VALUES ('May', 'sending', 1, 'u', 0, 0);`);
  expect((await call("DELETE", `/domains/1/keys/${keyId}`)).status).toBe(409);
  db().exec("UPDATE campaign SET status = 'completed'");
  expect((await (await call("DELETE", `/domains/1/keys/${keyId}`)).json()).keys).toEqual([]);
  expect((await (await call("POST", "/domains/1/rotation", {})).json()).keys[0].selector).toBe(
    "sm1",
  );
});

test("a foreign key is accepted from 1024 bits on, and a key that is not RSA is refused", async () => {
  const pem = (bits: number) =>
    generateKeyPairSync("rsa", { modulusLength: bits })
      .privateKey.export({ type: "pkcs1", format: "pem" })
      .toString();
  const ed25519 = generateKeyPairSync("ed25519")
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
  for (const privateKeyPem of [pem(512), ed25519, "no key"]) {
    const refused = await call("POST", "/domains/1/rotation", { privateKeyPem });
    expect(refused.status).toBe(422);
    expect((await refused.json()).fields[0].field).toBe("privateKeyPem");
  }
  const selector = "../sm1";
  expect((await call("POST", "/domains/1/rotation", { selector })).status).toBe(422);
  const taken = await call("POST", "/domains/1/rotation", {
    privateKeyPem: pem(1_024),
    selector: "old",
  });

  expect((await taken.json()).keys).toMatchObject([{ selector: "old", keyBits: 1_024 }]);
});

test("a key that has disappeared is reported with the date, and each check is recorded", async () => {
  publish(record(await check(), "dkim"));
  now = 2_000;
  expect(await check()).toMatchObject({ verifiedAt: 2_000, lostAt: null });
  zone.clear();
  now = 3_000;
  const lost = await check();

  expect(lost).toMatchObject({ verifiedAt: null, lostAt: 2_000 });
  expect(lost.history.map((one: { states: Record<string, string> }) => one.states["dkim"])).toEqual(
    ["missing", "ok", "missing"],
  );
});

test("SPF follows the routes: includes of relays, our source addresses, and records of other domains", async () => {
  await call("POST", "/routes", {
    kind: "relay",
    name: "SES",
    preset: "ses",
    host: "email-smtp.eu-west-1.amazonaws.com",
  });
  zone.set("TXT example.com", ["v=spf1 include:spf.example.net ~all"]);
  zone.set("TXT spf.example.net", ["v=spf1 include:_spf.google.com ~all"]);
  zone.set("TXT _spf.google.com", ["v=spf1 ip4:192.0.2.0/24 ~all"]);

  const before = record(await check(), "spf");
  expect(before).toMatchObject({ status: "different", value: "v=spf1 include:amazonses.com ~all" });
  expect(before.message).toContain("include:spf.example.net include:amazonses.com ~all");

  zone.set("TXT spf.example.net", ["v=spf1 include:amazonses.com ~all"]);
  expect(record(await check(), "spf").message).toContain("amazonses.com, which has no SPF record");
  zone.set("TXT amazonses.com", ["v=spf1 ip4:198.51.100.0/24 -all"]);
  expect(record(await check(), "spf").status).toBe("ok");
});

test("SPF records that include each other do not loop, and are an error", async () => {
  zone.set("TXT example.com", ["v=spf1 include:a.example ~all"]);
  zone.set("TXT a.example", [`v=spf1 ${"include:b.example ".repeat(12)}~all`]);
  zone.set("TXT b.example", ["v=spf1 include:a.example ~all"]);

  expect(record(await check(), "spf").message).toContain("lookups");
});

test("a campaign's links and bounces use the domain's own names once these point here and answer", async () => {
  const hosts = () => campaignHosts(db(), "example.com", "https://mail.example.net");
  const own = { publicUrl: "https://links.example.com", bounceDomain: "bounce.example.com" };
  const none = { publicUrl: "https://mail.example.net", bounceDomain: "" };
  expect(hosts()).toEqual(none);

  zone.set("CNAME links.example.com", ["mail.example.net."]);
  zone.set("MX bounce.example.com", ["mail.example.net"]);
  isReached = false;
  expect(record(await check(), "tracking").message).toContain("certificate");
  expect(hosts()).toEqual({ ...none, bounceDomain: "bounce.example.com" });
  isReached = true;
  await check();
  expect(hosts()).toEqual(own);

  zone.set("CNAME links.example.com", ["elsewhere.example.net"]);
  zone.set("MX bounce.example.com", ["mail.example.net", "elsewhere.example.net"]);
  await check();
  expect(hosts()).toEqual(none);
});

test("a customer's host name serves only links in mail", async () => {
  const at = (url: string) => fixture.app.handle(new Request(url));
  const page = "http://links.example.com/api/v1/route-presets";
  expect((await at(page)).status).toBe(200);

  zone.set("CNAME links.example.com", ["mail.example.net"]);
  await check();

  for (const path of [
    "/",
    "/sign-in",
    "/api/v1/route-presets",
    "/metrics",
    "/o",
    "//o/x",
    "/api/v1/../o",
  ]) {
    const answer = await at(`http://links.example.com${path}`);
    expect([path, answer.status]).toEqual([path, 404]);
    expect(await answer.text()).toContain("links in mail");
  }
  const token = await at("http://links.example.com/u/no-token");
  expect(await token.text()).not.toContain("This name is used for links in mail");
  expect((await at("http://mail.example.net/api/v1/route-presets")).status).toBe(200);

  zone.clear();
  await check();
  expect((await at(page)).status).toBe(200);
});
