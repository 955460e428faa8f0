import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  holdingReason,
  suppressAddress,
} from "../../../../server/features/suppressions/suppressions.service.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { workspaceCalls } from "../../../support/calls.ts";

let fixture: TestApp;
let workspace: TestWorkspace;

beforeEach(() => {
  fixture = newTestApp();
  workspace = fixture.newWorkspace();
});
afterEach(() => fixture.close());

const db = () => fixture.databases.workspace(workspace.id);
const call = workspaceCalls(() => ({ app: fixture, workspaceId: workspace.id }), "editor");

test("suppresses by normal form, and reports duplicates and invalid addresses", async () => {
  const result = await call("POST", "/suppressions", {
    addresses: ["A@Example.com", "a@example.com", "info@münchen.de", "nobody"],
  });
  const again = await call("POST", "/suppressions", { addresses: ["a@EXAMPLE.com"] });

  expect(result.body).toEqual({
    added: 2,
    already: 0,
    rejected: [
      { address: "nobody", reason: "it does not contain an @", code: "address_without_at" },
    ],
  });
  expect(again.body).toMatchObject({ added: 0, already: 1 });
  expect(holdingReason(db(), "info@xn--mnchen-3ya.de", Date.now())).toBe("manual");
});

test("a stronger reason replaces a weaker one, never the reverse", () => {
  const set = (reason: "unsubscribed" | "complaint" | "hard_bounce") =>
    suppressAddress(db(), { address: "a@b.c", reason, source: "s", detail: "" }, 1);

  expect([set("unsubscribed"), set("complaint"), set("hard_bounce"), set("unsubscribed")]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(holdingReason(db(), "a@b.c", 2)).toBe("complaint");
});

test("an expired suppression has no effect and can be replaced", () => {
  db().exec("INSERT INTO suppression VALUES ('a@b.c', 'complaint', '', '', 0, 100)");

  expect(holdingReason(db(), "a@b.c", 99)).toBe("complaint");
  expect(holdingReason(db(), "a@b.c", 100)).toBeUndefined();
  expect(
    suppressAddress(db(), { address: "a@b.c", reason: "manual", source: "", detail: "" }, 200),
  ).toBe(true);
  expect(holdingReason(db(), "a@b.c", 201)).toBe("manual");
});

test("only an administrator can lift a complaint, also under a manual suppression", async () => {
  const asAdmin = workspaceCalls(() => ({ app: fixture, workspaceId: workspace.id }), "admin");
  const lift = { address: "a@x.example", reason: "They asked me to" };
  const complaint = {
    address: "a@x.example",
    reason: "complaint",
    source: "s",
    detail: "",
  } as const;
  suppressAddress(db(), complaint, Date.now());

  expect(await call("DELETE", "/suppressions", lift)).toMatchObject({
    status: 403,
    body: { code: "forbidden" },
  });
  await call("POST", "/suppressions", {
    addresses: ["a@x.example"],
    expiresAt: Date.now() + 60_000,
  });
  await call("DELETE", "/suppressions", lift);
  expect(holdingReason(db(), "a@x.example", Date.now() + 120_000)).toBe("complaint");

  expect((await asAdmin("DELETE", "/suppressions", lift)).status).toBe(200);
  expect(holdingReason(db(), "a@x.example", Date.now())).toBeUndefined();
});

test("removing a suppression is recorded with the contact and the reason, without the address", async () => {
  const { body: anna } = await call("POST", "/contacts", { email: "anna@x.example" });
  await call("POST", "/suppressions", { addresses: ["anna@x.example", "nobody@x.example"] });

  for (const address of ["anna@x.example", "nobody@x.example"]) {
    await call("DELETE", "/suppressions", { address, reason: "They asked me to" });
  }

  const rows = fixture.databases.system
    .prepare("SELECT target, detail FROM audit WHERE action = 'suppression.remove' ORDER BY id")
    .all();
  const detail = '{"why":"They asked me to"}';
  expect(rows).toEqual([
    { target: String(anna.id), detail },
    { target: "", detail },
  ]);
});

test("lists newest first, by reason, and by the start of an address; pages have no gaps", async () => {
  for (let i = 0; i < 7; i++) {
    const reason = i % 2 === 0 ? "manual" : "complaint";
    const row = { address: `x${i}@example.com`, reason, source: "", detail: "" } as const;
    suppressAddress(db(), row, 1_000 + (i >> 1));
  }
  const walk = async (query: string) => {
    const seen: string[] = [];
    let cursor = "";
    do {
      const page = await call(
        "GET",
        `/suppressions?limit=2${query}${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...page.body.items.map((row: { address: string }) => row.address[1]));
      cursor = page.body.nextCursor ?? "";
    } while (cursor !== "");
    return seen.join("");
  };

  expect(await walk("")).toBe("6543210");
  expect(await walk("&reason=complaint")).toBe("135");
  expect(await walk("&q=X")).toBe("0123456");
  expect(await walk("&q=x&reason=manual")).toBe("0246");
  expect((await call("GET", "/suppressions/counts")).body).toEqual({
    unsubscribed: 0,
    hard_bounce: 0,
    complaint: 3,
    manual: 4,
    unclear: 0,
  });
});

test("removal requires a reason, which the audit log keeps without the address", async () => {
  await call("POST", "/suppressions", { addresses: ["a@example.com"] });

  expect((await call("DELETE", "/suppressions", { address: "a@example.com" })).status).toBe(422);
  const removed = await call("DELETE", "/suppressions", {
    address: "A@example.com",
    reason: "wrote that they want mail again",
  });
  const again = await call("DELETE", "/suppressions", {
    address: "a@example.com",
    reason: "again",
  });

  expect([removed.status, again.status]).toEqual([200, 404]);
  const entry = fixture.databases.system
    .prepare("SELECT detail FROM audit WHERE action = 'suppression.remove'")
    .get() as { detail: string };
  expect(entry.detail).toBe('{"why":"wrote that they want mail again"}');
});

test("a viewer can read and change nothing; another workspace's suppressions are not found", async () => {
  const stranger = { role: "owner" as const, workspaceId: fixture.newWorkspace().id };
  const full = `/workspaces/${workspace.id}/suppressions`;

  expect((await call("GET", "/suppressions", undefined, { as: "viewer" })).status).toBe(200);
  for (const [method, body] of [
    ["POST", { addresses: ["a@example.com"] }],
    ["DELETE", { address: "a@example.com", reason: "because" }],
  ] as const) {
    expect((await call(method, "/suppressions", body, { as: "viewer" })).status).toBe(403);
    expect((await fixture.call(stranger, method, full, body)).status).toBe(404);
  }
});
