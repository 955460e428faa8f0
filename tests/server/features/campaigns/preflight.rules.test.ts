import { expect, test } from "bun:test";
import {
  type PreflightFacts,
  preflightChecks,
} from "../../../../server/features/campaigns/preflight.rules.ts";

const ready = { state: "ready" as const, problems: [] };
const good: PreflightFacts = {
  sections: { audience: ready, review: ready },
  problems: [],
  bodySource: '<p>Hi</p><a href="{{ unsubscribe_url }}">Unsubscribe</a>',
  textSource: null,
  html: "<p>Hi</p>",
  text: "Hi",
  publicUrl: "https://mail.example.com",
  postalAddress: "1 Street",
  willGetIt: 10,
  startedBefore: undefined,
  mayLackRefusals: false,
  sender: {
    email: "a@example.com",
    domainVerified: true,
    domainId: 1,
    testOnly: false,
    domainLostAt: undefined,
  },
  route: { name: "SES", kind: "relay", signDkim: true, isLocal: false },
};
const codes = (change: Partial<PreflightFacts>) =>
  preflightChecks({ ...good, ...change }).map(
    (check) => `${check.severity} ${check.code} ${check.fix}`,
  );

test("a complete campaign has no problems", () => {
  expect(codes({})).toEqual([]);
});

test.each([
  [
    "a campaign that was sent after this copy of its workspace was made",
    { startedBefore: 1 },
    "error sent_before duplicate",
  ],
  ["a workspace that lost changes", { mayLackRefusals: true }, "error refusals_lost instance"],
  ["an empty audience", { willGetIt: 0 }, "error empty_audience audience"],
  ["a body without a way out", { bodySource: "<p>Hi</p>" }, "warning no_unsubscribe_link content"],
  ["an emptied text part", { textSource: " " }, "warning no_text text"],
  ["nothing but pictures", { text: "" }, "warning only_images content"],
  ["no postal address", { postalAddress: "" }, "warning no_postal_address workspace"],
  [
    "a domain that is not set up",
    {
      sender: { ...good.sender, domainId: null, domainVerified: false } as PreflightFacts["sender"],
    },
    "warning domain_missing domains",
  ],
  [
    "a domain whose key is not published",
    { sender: { ...good.sender, domainVerified: false } as PreflightFacts["sender"] },
    "error domain_unverified domains",
  ],
  [
    "a route that does not sign",
    { route: { name: "SES", kind: "relay", signDkim: false, isLocal: false } as const },
    "warning route_unsigned route",
  ],
  [
    "a public URL on this machine",
    { publicUrl: "http://localhost:8080" },
    "error public_url_local public-url",
  ],
  [
    "a public URL without TLS",
    { publicUrl: "http://mail.example.com" },
    "warning public_url_http public-url",
  ],
])("%s is reported", (_name, change, expected) => {
  expect(codes(change)).toEqual([expected]);
});

test("the test inbox needs neither a verified domain nor a public URL", () => {
  expect(
    codes({
      route: { name: "Test", kind: "test_inbox", signDkim: true, isLocal: false },
      publicUrl: "http://localhost:8080",
      sender: {
        email: "a@acme.test",
        domainVerified: false,
        domainId: null,
        testOnly: true,
        domainLostAt: undefined,
      },
    }),
  ).toEqual([]);
});

test("an unpublished key stops sending through an external relay, and only warns for a local one", () => {
  const sender = {
    email: "a@example.com",
    domainVerified: false,
    domainId: 1,
    testOnly: false,
    domainLostAt: undefined,
  };
  const local = { name: "Postfix", kind: "relay", signDkim: true, isLocal: true } as const;

  expect(codes({ sender })).toEqual(["error domain_unverified domains"]);
  expect(codes({ sender, route: local })).toEqual(["warning domain_unverified domains"]);
});

test("direct sending requires a key; a relay that signs by itself causes a warning", () => {
  const sender = {
    email: "a@example.com",
    domainVerified: false,
    domainId: 1 as number | null,
    testOnly: false,
    domainLostAt: undefined as number | undefined,
  };
  const direct = { name: "Own", kind: "direct", signDkim: true, isLocal: false } as const;
  const signing = { name: "SES", kind: "relay", signDkim: false, isLocal: false } as const;
  const lost = { ...sender, domainLostAt: Date.parse("2026-11-20T10:00:00Z") };

  expect(codes({ sender: { ...sender, domainId: null }, route: direct })).toEqual([
    "error domain_missing_direct domains",
  ]);
  expect(codes({ sender, route: direct })).toEqual(["error domain_unverified domains"]);
  expect(codes({ sender, route: signing })).toEqual(["warning domain_unverified domains"]);
  expect(codes({ sender: lost, route: signing })).toEqual(["error domain_key_lost domains"]);
  const [check] = preflightChecks({ ...good, sender: lost, route: signing });
  expect(check?.message).toContain("last seen on 2026-11-20");
});

test("errors come before warnings, and a template's mistakes keep their line number", () => {
  const checks = preflightChecks({
    ...good,
    postalAddress: "",
    problems: [{ severity: "error", where: "html", message: 'There is no tag "x".', line: 3 }],
  });

  expect(checks.map((check) => check.code)).toEqual(["template_error", "no_postal_address"]);
  expect(checks[0]?.message).toBe('There is no tag "x". (line 3)');
});
