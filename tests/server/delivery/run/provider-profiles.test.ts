import { expect, test } from "bun:test";
import { profileOf, providerProfiles } from "../../../../server/delivery/run/provider-profiles.ts";

test("no host belongs to two providers", () => {
  const suffixes = [...providerProfiles.values()].flatMap(({ provider, mxSuffixes }) =>
    mxSuffixes.map((suffix) => ({ provider, suffix })),
  );

  const shared = suffixes.filter(({ provider, suffix }) =>
    suffixes.some((other) => other.provider !== provider && suffix.endsWith(other.suffix)),
  );
  expect(shared).toEqual([]);
});

test("every suffix starts at a label boundary, in lower case, so that no other name matches by chance", () => {
  const all = [...providerProfiles.values()].flatMap(({ mxSuffixes }) => mxSuffixes);

  expect(all.filter((suffix) => !/^(\.[a-z0-9-]+){2,}$/.test(suffix))).toEqual([]);
});

test("the published limits of the large providers are kept", () => {
  expect(profileOf("yahoo").perConnection).toBe(20);
  expect(profileOf("google")).toMatchObject({ connections: 5, tlsRequired: true });
  expect(profileOf("comcast").connections).toBe(25);
});

test("an unknown provider gets limits that are safe anywhere, and no TLS requirement", () => {
  expect(profileOf("other")).toMatchObject({ connections: 10, tlsRequired: false });
});
