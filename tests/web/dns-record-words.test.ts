// What a German reader sees of a check of a sending domain.
import { afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import type { DnsAnswer } from "../../server/features/ports.ts";
import { storedBecause } from "../../server/platform/errors.ts";
import { locale } from "../../web/src/i18n.ts";
import { type Coded, causeText, loadRefusalWords } from "../../web/src/refusal.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../support/app.ts";
import { workspaceRequests } from "../support/calls.ts";

type Shown = { purpose: string; status: string; message: string; cause: Coded | null };

let fixture: TestApp;
let workspace: TestWorkspace;
let zone: Record<string, string[] | { failed: string }>;

beforeAll(loadRefusalWords);
beforeEach(async () => {
  zone = {};
  const ask =
    (type: string) =>
    async (name: string): Promise<DnsAnswer> => {
      const values = zone[`${type} ${name}`];
      if (values === undefined) {
        return { kind: "none" };
      }
      return Array.isArray(values)
        ? { kind: "records", values }
        : { kind: "failed", reason: values.failed };
    };
  fixture = newTestApp(() => 1_000, {
    dns: {
      txt: ask("TXT"),
      cname: ask("CNAME"),
      mx: ask("MX"),
      addresses: ask("A"),
      reverse: ask("PTR"),
      answersHere: async () => true,
    },
  });
  workspace = fixture.newWorkspace();
  await call("POST", "/domains", { name: "example.com" });
  locale.value = "de";
});
afterEach(() => {
  locale.value = "en";
  fixture.close();
});

const call = workspaceRequests(() => ({ app: fixture, workspaceId: workspace.id }), "admin");
const check = async (): Promise<Shown[]> =>
  (await (await call("POST", "/domains/1/check")).json()).records;
const said = (records: Shown[], purpose: string) => {
  const record = records.find((one) => one.purpose === purpose);
  return record === undefined ? undefined : causeText(record.message, record.cause);
};

test("records that are missing are described in German, and the API keeps its English words", async () => {
  const records = await check();

  expect(said(records, "dkim")).toBe(
    "Unter diesem Namen ist noch kein DKIM-Schlüssel veröffentlicht.",
  );
  expect(said(records, "dmarc")).toStartWith("Es gibt keine DMARC-Richtlinie.");
  expect(said(records, "spf")).toStartWith("Es gibt keinen SPF-Eintrag.");
  expect(records.map(({ message }) => message)).toContain(
    "No DKIM key is published under this name yet.",
  );
  for (const { message, cause } of records) {
    expect(cause).not.toBeNull();
    expect(causeText(message, cause)).not.toBe(message);
  }
});

test("records that differ are described with their values", async () => {
  zone["TXT example.com"] = ["v=spf1 include:gone.example ~all"];
  zone["TXT _dmarc.example.com"] = ["v=DMARC1; p=reject; adkim=s"];
  zone["TXT sm1._domainkey.example.com"] = ["v=DKIM1; p=abc"];
  const records = await check();

  expect(said(records, "spf")).toBe(
    "Der Eintrag bindet gone.example ein, das keinen SPF-Eintrag hat. Entfernen Sie diesen Teil (RFC 7208 §5.2).",
  );
  expect(said(records, "dmarc")).toContain("Die Richtlinie ist streng (adkim=s).");
  expect(said(records, "dkim")).toStartWith("Es ist ein anderer Schlüssel veröffentlicht.");
});

test("a DNS that does not answer is explained with the name server's failure", async () => {
  zone["TXT example.com"] = ["v=spf1 include:slow.example ~all"];
  const failed = storedBecause("dns_server_answered", { server: "192.0.2.1", said: "SERVFAIL" });
  zone["TXT slow.example"] = { failed };
  zone["TXT _dmarc.example.com"] = { failed: "ETIMEOUT" };
  const records = await check();

  expect(said(records, "spf")).toBe(
    "Ein Teil des SPF-Eintrags ließ sich nicht abfragen. slow.example: Der Nameserver 192.0.2.1 antwortete SERVFAIL.",
  );
  expect(said(records, "dmarc")).toBe("Das DNS hat nicht geantwortet: ETIMEOUT");
});

test("before a check the records say so, and a check that was stored without causes keeps its words", async () => {
  const read = async () => (await (await call("GET", "/domains/1")).json()).records as Shown[];
  expect(said(await read(), "dkim")).toBe("Noch nicht geprüft.");

  fixture.databases
    .workspace(workspace.id)
    .prepare("UPDATE sending_domain SET checks = ?")
    .run('{"dkim":{"status":"missing","found":[],"message":"old words"}}');
  expect(said(await read(), "dkim")).toBe("old words");
});
