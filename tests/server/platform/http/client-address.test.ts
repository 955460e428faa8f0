import { expect, test } from "bun:test";
import {
  clientAddresses,
  DEFAULT_PROXIES,
  isProxyRange,
  networkOf,
} from "../../../../server/platform/http/client-address.ts";

function asked(proxies: readonly string[], peer: string, forwarded?: string) {
  const unnamed: string[] = [];
  const clientAddress = clientAddresses(
    () => proxies,
    (address) => unnamed.push(address),
  );
  const headers = forwarded === undefined ? undefined : { "x-forwarded-for": forwarded };
  const request = new Request("http://localhost/", headers === undefined ? {} : { headers });
  const address = clientAddress(request, { requestIP: () => ({ address: peer }) });
  return { address, unnamed };
}

test("trusts a named proxy's header, by address or range, for both address families", () => {
  const named = ["172.28.0.0/16", "fd00::/8", "192.0.2.7"];

  expect(asked(named, "172.28.0.3", "203.0.113.9").address).toBe("203.0.113.9");
  expect(asked(named, "::ffff:172.28.0.3", "203.0.113.9").address).toBe("203.0.113.9");
  expect(asked(named, "fd00::1", "2001:db8::7").address).toBe("2001:db8::7");
  expect(asked(named, "192.0.2.7", "6.6.6.6, 203.0.113.9").address).toBe("203.0.113.9");
});

test("goes back through a chain of named proxies to the first address that is none", () => {
  const forwarded = "6.6.6.6, 203.0.113.9, 172.28.0.9";

  expect(asked(["172.28.0.0/16"], "172.28.0.3", forwarded).address).toBe("203.0.113.9");
  expect(asked(["172.28.0.0/16"], "172.28.0.3", "172.28.0.8, 172.28.0.9").address).toBe(
    "172.28.0.8",
  );
});

test("ignores the header of an unnamed peer, private or not, and reports the peer", () => {
  expect(asked(DEFAULT_PROXIES, "10.1.2.3", "203.0.113.9")).toEqual({
    address: "10.1.2.3",
    unnamed: ["10.1.2.3"],
  });
  expect(asked(DEFAULT_PROXIES, "198.51.100.7", "203.0.113.9").address).toBe("198.51.100.7");
  expect(asked([], "127.0.0.1", "203.0.113.9").address).toBe("127.0.0.1");
});

test("ignores a malformed header", () => {
  expect(asked(DEFAULT_PROXIES, "127.0.0.1", "not an address").address).toBe("127.0.0.1");
  expect(asked(DEFAULT_PROXIES, "127.0.0.1", "").address).toBe("127.0.0.1");
  expect(asked(DEFAULT_PROXIES, "127.0.0.1").address).toBe("127.0.0.1");
});

test("a proxy is named by an address or a range, never by a host name or a range of everything", () => {
  const good = ["10.0.0.7", "10.0.0.0/8", "::1", "fd00::/8"];
  const bad = ["", "proxy", "10.0.0.0/0", "::/0", "10.0.0.0/33", "10.0.0.0/8/8", "10.0.0.0/-1"];

  expect(good.filter(isProxyRange)).toEqual(good);
  expect(bad.filter(isProxyRange)).toEqual([]);
});

test("all addresses of an IPv6 /64 count as one, however they are written", () => {
  const same = ["2001:db8::1", "2001:db8::a:b:c:d", "2001:0db8:0:0:ffff:1:2:3", "2001:db8:0:0::"];
  const others = ["2001:db8:0:1::1", "2001:db8:1::1", "::1", "fe80::1%eth0", "64:ff9b::192.0.2.1"];

  expect(new Set(same.map((address) => networkOf(address)))).toEqual(
    new Set(["2001:db8:0:0::/64"]),
  );
  expect(others.map((address) => networkOf(address))).toEqual([
    "2001:db8:0:1::/64",
    "2001:db8:1:0::/64",
    "0:0:0:0::/64",
    "fe80:0:0:0::/64",
    "64:ff9b:0:0::/64",
  ]);
  expect(networkOf("198.51.100.7")).toBe("198.51.100.7");
});
