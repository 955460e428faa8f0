import { expect, test } from "bun:test";
import { systemDns } from "../../../../server/features/domains/domains.service.ts";
import { startDns } from "../../../support/dns-server.ts";

test("a key longer than one string is one record, and a missing record is found once it exists", async () => {
  const dns = await startDns({});
  const lookup = systemDns([dns.server]);
  const key = `v=DKIM1; k=rsa; p=${"A".repeat(390)}`;

  expect(await lookup.txt("sm1._domainkey.example.com")).toEqual({ kind: "none" });
  dns.zone["sm1._domainkey.example.com"] = { TXT: [key] };
  dns.zone["example.com"] = { MX: ["20 b.example.net", "10 a.example.net"], A: ["192.0.2.1"] };

  expect(await lookup.txt("sm1._domainkey.example.com")).toEqual({
    kind: "records",
    values: [key],
  });
  expect(await lookup.mx("example.com")).toEqual({
    kind: "records",
    values: ["a.example.net", "b.example.net"],
  });
  expect(await lookup.addresses("example.com")).toEqual({ kind: "records", values: ["192.0.2.1"] });
  dns.zone["example.com"] = { rcode: 2 };
  expect((await lookup.txt("example.com")).kind).toBe("failed");
  await dns.close();
});
