import { afterEach, beforeEach, expect, test } from "bun:test";
import { removeExpiredSuppressions } from "../../../../server/features/suppressions/suppressions.service.ts";
import { type AccountsApp, newAccountsApp, type SignedUp } from "../../../support/accounts.ts";
import { answerOf } from "../../../support/calls.ts";

let fixture: AccountsApp;
let admin: SignedUp;
let bob: SignedUp;
let told: string[];

beforeEach(async () => {
  told = [];
  fixture = newAccountsApp({
    outside: {
      tracking: {
        recordFact: () => Promise.resolve(),
        resubscribed: (workspaceId, address) => told.push(`- ${workspaceId} ${address}`),
      },
    },
  });
  admin = await fixture.signUp("admin@example.com", { isAdmin: true });
  bob = await fixture.signUp("bob@example.com");
});
afterEach(() => fixture.close());

async function call(who: SignedUp, method: string, path: string, body?: unknown) {
  const response = await fixture.call(who.cookie, method, path, body);
  const text = await response.clone().text();
  return { ...(await answerOf(response)), text };
}
const own = (path: string) => `/workspaces/${bob.workspaceId}${path}`;
const audited = () =>
  fixture.databases.system
    .prepare<[], { action: string; detail: string }>("SELECT action, detail FROM audit")
    .all();

test("removing an address also clears it in delivery, and the audit log has the reason", async () => {
  await call(bob, "POST", own("/suppressions"), { addresses: ["Ann@Example.com"] });

  const lifted = await call(bob, "DELETE", own("/suppressions"), {
    address: "ann@EXAMPLE.com",
    reason: "she called us",
  });

  expect(lifted.status).toBe(200);
  expect(told).toEqual([`- ${bob.workspaceId} ann@example.com`]);
  expect(audited()).toContainEqual({
    action: "suppression.remove",
    detail: '{"why":"she called us"}',
  });
});

test("a suppression can expire, a later end replaces it, and the daily job removes it", async () => {
  const db = fixture.databases.workspace(bob.workspaceId);
  const now = fixture.clock.now;
  const add = (expiresAt: number | null) =>
    call(bob, "POST", own("/suppressions"), { addresses: ["a@b.example"], expiresAt });

  expect((await add(now - 1)).status).toBe(422);
  expect((await add(now + 1_000)).body.added).toBe(1);
  expect((await add(now + 500)).body.added).toBe(0);
  expect((await add(now + 2_000)).body.added).toBe(1);
  expect(removeExpiredSuppressions(db, now + 1_999, 10)).toBe(0);
  expect(removeExpiredSuppressions(db, now + 2_000, 10)).toBe(1);
  expect((await call(bob, "GET", own("/suppressions/counts"))).body.manual).toBe(0);
});

test("a domain is blocked in any spelling, can be searched, and is unblocked with a reason", async () => {
  const path = own("/suppressions/domains");
  const add = (domain: string, subdomains = false) =>
    call(bob, "POST", path, { domain, subdomains, detail: "<b>x</b>" });

  expect((await add("*@MÜNCHEN.de", true)).body).toMatchObject({
    domain: "xn--mnchen-3ya.de",
    subdomains: true,
  });
  expect((await add("Example.com.")).body.domain).toBe("example.com");
  expect((await add("ann@example.com")).status).toBe(422);
  expect((await add("'; DROP TABLE blocked_domain; --")).status).toBe(422);
  expect((await call(bob, "GET", `${path}?q=xample`)).body.items).toHaveLength(1);
  const gone = { domain: "example.com", reason: "they are a customer now" };
  expect((await call(bob, "DELETE", path, gone)).status).toBe(200);
  expect((await call(bob, "DELETE", path, gone)).status).toBe(404);
});

test("only administrators can use the instance's list, and it applies to every workspace", async () => {
  const path = "/instance/suppressions";
  const added = await call(admin, "POST", path, {
    addresses: ["Trap@Example.com", "nobody", "=cmd@example.com"],
    reason: "spamtrap",
    detail: "=HYPERLINK(1)",
  });

  expect(added.body).toMatchObject({ added: 2, already: 0 });
  expect((await call(admin, "GET", `${path}?q=tr`)).body.items).toMatchObject([
    { address: "trap@example.com", reason: "spamtrap", expiresAt: null },
  ]);
  const file = await call(admin, "GET", `${path}/export`);
  expect(file.text).toContain("trap@example.com,spamtrap,manual,'=HYPERLINK(1),");
  expect(file.text).not.toMatch(/^=/m);
  for (const method of ["GET", "POST", "DELETE"]) {
    const body = method === "GET" ? undefined : { addresses: ["a@b.example"], reason: "xyz" };
    expect((await call(bob, method, path, body)).status).toBe(403);
  }
  await call(admin, "DELETE", path, { address: "trap@example.com", reason: "an error" });
  expect((await call(admin, "GET", `${path}?q=tr`)).body.items).toEqual([]);
});

test("only administrators block a domain for every workspace", async () => {
  const path = "/instance/suppressions/domains";

  await call(admin, "POST", path, { domain: "bad.example", subdomains: true });

  expect((await call(admin, "GET", path)).body.items).toMatchObject([{ domain: "bad.example" }]);
  expect((await call(bob, "POST", path, { domain: "x.example" })).status).toBe(403);
  expect(
    (await call(admin, "DELETE", path, { domain: "bad.example", reason: "an error" })).status,
  ).toBe(200);
});
