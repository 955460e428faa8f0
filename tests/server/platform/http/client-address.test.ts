import { expect, test } from "bun:test";
import { clientAddress } from "../../../../server/platform/http/client-address.ts";

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
