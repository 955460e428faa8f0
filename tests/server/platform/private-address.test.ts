import { expect, test } from "bun:test";
import { isPrivateAddress } from "../../../server/platform/private-address.ts";

test("addresses of this machine, its link and private networks are private", () => {
  const inside = [
    ...["127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.9.9", "192.168.1.1"],
    ...["169.254.169.254", "100.64.0.1", "::1", "::", "fd12::1", "fe80::1", "::ffff:10.0.0.1"],
  ];

  expect(inside.filter((address) => !isPrivateAddress(address))).toEqual([]);
});

test("public addresses, names and nonsense are not", () => {
  const outside = [
    ...["8.8.8.8", "172.32.0.1", "100.128.0.1", "192.169.0.1", "2001:db8::1", "::ffff:8.8.8.8"],
    ...["localhost", "10.evil.test", ""],
  ];

  expect(outside.filter(isPrivateAddress)).toEqual([]);
});
