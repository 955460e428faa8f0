import { expect, test } from "bun:test";
import { clientAddress, networkOf } from "../../../../server/platform/http/client-address.ts";

const from = (peer: string, forwarded?: string) =>
  clientAddress(
    new Request("http://localhost/", {
      headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
    }),
    { requestIP: () => ({ address: peer }) },
  );

test("believes the last entry that a proxy in a private network wrote", () => {
  expect(from("127.0.0.1", "6.6.6.6, 203.0.113.9")).toBe("203.0.113.9");
  expect(from("::ffff:10.1.2.3", "203.0.113.9")).toBe("203.0.113.9");
  expect(from("fd00::1", "2001:db8::7")).toBe("2001:db8::7");
});

test("ignores what a stranger, or a broken proxy, claims", () => {
  expect(from("198.51.100.7", "203.0.113.9")).toBe("198.51.100.7");
  expect(from("127.0.0.1", "not an address")).toBe("127.0.0.1");
  expect(from("127.0.0.1")).toBe("127.0.0.1");
});

test("all addresses of an IPv6 network of 64 bits count as one, however they are written", () => {
  const same = ["2001:db8::1", "2001:db8::a:b:c:d", "2001:0db8:0:0:ffff:1:2:3", "2001:db8:0:0::"];
  const others = ["2001:db8:0:1::1", "2001:db8:1::1", "::1", "fe80::1%eth0", "64:ff9b::192.0.2.1"];

  expect(new Set(same.map(networkOf))).toEqual(new Set(["2001:db8:0:0::/64"]));
  expect(others.map(networkOf)).toEqual([
    "2001:db8:0:1::/64",
    "2001:db8:1:0::/64",
    "0:0:0:0::/64",
    "fe80:0:0:0::/64",
    "64:ff9b:0:0::/64",
  ]);
  expect(networkOf("198.51.100.7")).toBe("198.51.100.7");
});
