import { expect, test } from "bun:test";
import {
  isLinkLocalAddress,
  isMetadataAddress,
  isPrivateAddress,
  isPublicAddress,
} from "../../../server/platform/private-address.ts";

test("addresses of this machine, its link and private networks are private", () => {
  const inside = [
    ...["127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.9.9", "192.168.1.1"],
    ...["169.254.169.254", "100.64.0.1", "::1", "::", "fd12::1", "fe80::1", "::ffff:10.0.0.1"],
  ];

  expect(inside.filter((address) => !isPrivateAddress(address))).toEqual([]);
});

test("an address is private in every spelling of it", () => {
  const spellings = [
    ...[
      "::ffff:7f00:1",
      "::FFFF:127.0.0.1",
      "0:0:0:0:0:ffff:7f00:0001",
      "::7f00:1",
      "0:0:0:0:0:0:0:1",
    ],
    ...[
      "64:ff9b::10.0.0.1",
      "64:ff9b::a00:1",
      "2002:7f00:1::",
      "fe80::1%eth0",
      "fec0::1",
      "FD00::1",
    ],
  ];

  expect(spellings.filter((address) => !isPrivateAddress(address))).toEqual([]);
});

test("mail is sent only to addresses usable on the public network", () => {
  const refused = [
    ...["127.0.0.1", "::1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.0.8"],
    ...["ff02::1", "100::1", "::ffff:224.0.0.1", "4000::1", "localhost", "", "10.evil.test"],
  ];

  expect(refused.filter(isPublicAddress)).toEqual([]);
  const allowed = ["8.8.8.8", "198.17.0.1", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808"];
  expect(allowed.filter((address) => !isPublicAddress(address))).toEqual([]);
});

test("public addresses, names and nonsense are not private", () => {
  const outside = [
    ...["8.8.8.8", "172.32.0.1", "100.128.0.1", "192.169.0.1", "2001:db8::1", "::ffff:8.8.8.8"],
    ...["localhost", "10.evil.test", ""],
  ];

  expect(outside.filter(isPrivateAddress)).toEqual([]);
});

test("link-local addresses and cloud metadata services are recognized in every spelling", () => {
  for (const address of ["169.254.169.254", "::ffff:169.254.0.1", "fe80::1%eth0", "febf::1"]) {
    expect([address, isLinkLocalAddress(address)]).toEqual([address, true]);
  }
  for (const address of [
    "100.100.100.200",
    "::ffff:100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fd00:ec2::254",
    "FD00:0EC2:0:0:0:0:0:0254",
  ]) {
    expect([address, isMetadataAddress(address)]).toEqual([address, true]);
  }
  for (const address of ["127.0.0.1", "10.0.0.1", "fd00::254", "fec0::1", "192.0.2.1", "name"]) {
    expect(isLinkLocalAddress(address) || isMetadataAddress(address)).toBe(false);
  }
});
