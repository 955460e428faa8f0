import { expect, test } from "bun:test";
import fc from "fast-check";
import { allowsHost, parseStsPolicy, stsId } from "../../../../server/delivery/smtp/sts-policy.ts";

test("the record of a domain has one id, or there is no policy", () => {
  expect(stsId(["v=STSv1; id=20160831085700Z;"])).toBe("20160831085700Z");
  expect(stsId(["v=spf1 -all", "v=STSv1;id=a1; other=x"])).toBe("a1");
  for (const records of [
    [],
    ["v=STSv1; id=1;", "v=STSv1; id=2;"],
    ["v=STSv1;"],
    ["v=STSv10; id=1"],
    ["v=STSv1; id=with-dash;"],
    ["STSv1; id=1;"],
  ]) {
    expect(stsId(records)).toBeUndefined();
  }
});

test("a policy is read with either line end, and unknown fields are ignored", () => {
  const lines = ["version: STSv1", "mode: enforce", "mx: MX1.a.example", "mx: *.b.example"];
  for (const end of ["\n", "\r\n"]) {
    expect(parseStsPolicy([...lines, "max_age: 604800", "new: thing", ""].join(end))).toEqual({
      mode: "enforce",
      mx: ["mx1.a.example", "*.b.example"],
      maxAgeSeconds: 604_800,
    });
  }
});

test("an incomplete policy is no policy", () => {
  for (const text of [
    "",
    "version: STSv1\nmode: enforce\nmax_age: 60",
    "version: STSv2\nmode: enforce\nmx: a.b\nmax_age: 60",
    "version: STSv1\nmode: strict\nmx: a.b\nmax_age: 60",
    "version: STSv1\nmode: enforce\nmx: a.b",
    "version: STSv1\nmode: enforce\nmx: a.b\nmax_age: -1",
    "<html>not found</html>",
  ]) {
    expect(parseStsPolicy(text)).toBeUndefined();
  }
});

test("no policy is valid longer than a year, and noise never throws", () => {
  const long = parseStsPolicy("version: STSv1\nmode: none\nmax_age: 9999999999");
  expect(long?.maxAgeSeconds).toBe(31_557_600);
  fc.assert(fc.property(fc.string(), (text) => parseStsPolicy(text) === undefined));
});

test("a wildcard stands for exactly one label", () => {
  const policy = {
    mode: "enforce" as const,
    mx: ["*.a.example", "mx.b.example"],
    maxAgeSeconds: 60,
  };

  expect(allowsHost(policy, "mx1.a.example")).toBe(true);
  expect(allowsHost(policy, "mx.b.example")).toBe(true);
  for (const host of [
    "a.example",
    "x.mx.a.example",
    "evil-a.example",
    "b.example",
    "mx2.b.example",
  ]) {
    expect(allowsHost(policy, host)).toBe(false);
  }
});
