import { expect, test } from "bun:test";
import { profileOf, providerProfiles } from "../../../../server/delivery/run/provider-profiles.ts";

test("no host can belong to two providers", () => {
  const suffixes = [...providerProfiles.values()].flatMap(({ provider, mxSuffixes }) =>
    mxSuffixes.map((suffix) => ({ provider, suffix })),
  );

  const shared = suffixes.filter(({ provider, suffix }) =>
    suffixes.some((other) => other.provider !== provider && suffix.endsWith(other.suffix)),
  );
  expect(shared).toEqual([]);
});

test("every suffix ends at a label, in lower case, so that nobody's name ends like it by chance", () => {
  const all = [...providerProfiles.values()].flatMap(({ mxSuffixes }) => mxSuffixes);

  expect(all.filter((suffix) => !/^(\.[a-z0-9-]+){2,}$/.test(suffix))).toEqual([]);
});

test("the limits that the large providers publish are kept", () => {
  expect(profileOf("yahoo").perConnection).toBe(20);
  expect(profileOf("google")).toMatchObject({ connections: 5, tlsRequired: true });
  expect(profileOf("comcast").connections).toBe(25);
});

test("an unknown provider gets limits that are safe with anybody, and no demand for TLS", () => {
  expect(profileOf("other")).toMatchObject({ connections: 10, tlsRequired: false });
});
