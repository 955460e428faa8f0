import { expect, test } from "bun:test";
import fc from "fast-check";
import { isInNetwork, judgeSpf, readSpf } from "../../../../server/features/domains/spf.rules.ts";
import { because } from "../../../../server/platform/errors.ts";

const tree = (part: object) => ({
  networks: [],
  includes: [],
  lookups: 0,
  problems: [],
  failed: undefined,
  ...part,
});

test("a record is read with its number of lookups", () => {
  const record =
    "v=spf1 ip4:203.0.113.0/24 a mx:mail.example.net/28 include:a.example ?exists:%{i} ~all";

  expect(readSpf(record, "example.com")).toEqual({
    includes: ["a.example"],
    redirect: undefined,
    networks: ["203.0.113.0/24"],
    hosts: [
      { kind: "a", name: "example.com" },
      { kind: "mx", name: "mail.example.net" },
    ],
    lookups: 4,
    hasAll: true,
  });
});

test.each([
  ["203.0.113.7", "203.0.113.0/24", true],
  ["203.0.114.7", "203.0.113.0/24", false],
  ["203.0.113.7", "203.0.113.7", true],
  ["203.0.113.8", "203.0.113.7", false],
  ["2001:db8::1", "2001:DB8:0::/32", true],
  ["2001:db9::1", "2001:db8::/32", false],
  ["203.0.113.7", "2001:db8::/32", false],
  ["203.0.113.7", "nonsense", false],
])("%s in %s: %p", (address, network, is) => {
  expect(isInNetwork(address, network)).toBe(is);
});

test("a missing mechanism is named, with the record to set; too many lookups are an error", () => {
  const wanted = {
    includes: ["amazonses.com"],
    addresses: ["203.0.113.7"],
    terms: ["include:amazonses.com", "ip4:203.0.113.7"],
  };
  const record = "v=spf1 include:_spf.google.com -all";

  const missing = judgeSpf([record], tree({ includes: ["_spf.google.com"] }), wanted);
  expect(missing.status).toBe("different");
  expect(missing.message).toContain(
    "Change it to: v=spf1 include:_spf.google.com include:amazonses.com ip4:203.0.113.7 -all",
  );
  const all = { includes: ["amazonses.com"], networks: ["203.0.113.0/24"] };
  expect(judgeSpf([record], tree({ ...all, lookups: 10 }), wanted).status).toBe("ok");
  expect(judgeSpf([record], tree({ ...all, lookups: 11 }), wanted).message).toContain(
    "11 DNS lookups",
  );
  expect(
    judgeSpf(
      [record],
      tree({ failed: because("spf_part_failed", { name: "a", fault: "ETIMEOUT" }) }),
      wanted,
    ).status,
  ).toBe("unknown");
});

test("no record, however malformed, makes reading fail", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (record, address) => {
      readSpf(`v=spf1 ${record}`, "example.com");
      isInNetwork(address, record);
    }),
  );
});
