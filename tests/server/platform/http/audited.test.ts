import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Elysia, t } from "elysia";
import { verifyAudit } from "../../../../server/features/audit/audit.service.ts";
import {
  type AuditStart,
  auditedWork,
  createAuditTrail,
  endInterrupted,
} from "../../../../server/platform/audit/trail.ts";
import { openConnection } from "../../../../server/platform/db/driver.ts";
import { AppError, notFound } from "../../../../server/platform/errors.ts";
import { failedActions } from "../../../../server/platform/http/audited.ts";
import { clientAddresses } from "../../../../server/platform/http/client-address.ts";
import { createGuard } from "../../../../server/platform/http/guard.ts";
import { problems } from "../../../../server/platform/http/problem.ts";
import { newTestApp, type TestApp, toEnd } from "../../../support/app.ts";

let fixture: TestApp;
let own = "";
let during: { left: number; entries: number } | undefined;
let failsWith: Error | undefined;
let onAuthenticate: () => void;

beforeEach(() => {
  fixture = newTestApp();
  own = fixture.newWorkspace().id;
  during = undefined;
  failsWith = undefined;
  onAuthenticate = () => undefined;
});
afterEach(() => fixture.close());

const system = () => fixture.databases.system;
const entries = () =>
  system()
    .prepare<
      [],
      { actor: string; workspace: string; action: string; target: string; detail: string }
    >(
      "SELECT actor_id AS actor, workspace_id AS workspace, action, target, detail FROM audit ORDER BY id",
    )
    .all()
    .map((row) => ({ ...row, detail: JSON.parse(row.detail) as object }));
const left = () =>
  system().prepare<[], { n: number }>("SELECT count(*) AS n FROM audit_intent").get()?.n ?? -1;

function app() {
  const guard = createGuard(
    {
      async authenticate() {
        onAuthenticate();
        return { kind: "user", id: "ann", isAdmin: true, byCookie: false };
      },
      workspace: (_actor, id) => ({ id, number: 1, name: "Own", timeZone: "UTC", can: () => true }),
      isSetUp: () => true,
      allowedOrigins: () => [],
    },
    fixture.databases,
    clientAddresses(() => []),
    () => 5_000,
  );
  const inside = async <T>(answer: T) => {
    during = { left: left(), entries: entries().length };
    await Bun.sleep(1);
    if (failsWith !== undefined) {
      throw failsWith;
    }
    return answer;
  };
  const params = t.Object({ workspaceId: t.String(), id: t.Integer() });
  return new Elysia()
    .use(failedActions)
    .use(problems)
    .use(guard)
    .patch("/w/:workspaceId/tags/:id", () => inside({ id: 99 }), {
      permission: "contacts:write",
      audit: "tag.rename",
      params,
    })
    .post("/w/:workspaceId/tags", () => inside({ id: 12 }), {
      permission: "contacts:write",
      idempotent: true,
      audit: "tag.create",
    })
    .post("/early/:workspaceId/tags", () => inside({ id: 12 }), {
      permission: "contacts:write",
      audit: "tag.create",
      idempotent: true,
    })
    .put(
      "/w/:workspaceId/tags/:id/merge/:into",
      async ({ note, params: { id, into } }) => {
        await inside(null);
        note(id === into ? "nothing" : { action: "tag.merge", detail: { into } });
        return { done: true };
      },
      {
        permission: "contacts:write",
        audit: "tag.delete",
        params: t.Object({ ...params.properties, into: t.Integer() }),
      },
    )
    .post("/instance/rules", () => inside({ key: "a" }), {
      instanceAdmin: true,
      audit: "limit_rule.create",
    })
    .post(
      "/w/:workspaceId/lists",
      ({ db }) => db.prepare("SELECT count(*) AS id FROM list").get(),
      {
        permission: "lists:write",
        audit: "list.create",
      },
    )
    .post("/w/:workspaceId/preview", () => inside({ count: 3 }), {
      permission: "contacts:read",
      audit: { none: "it only counts" },
    });
}

const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
  app().handle(new Request(`http://localhost${path}`, { method, headers }));

test("the intent is on disk while the handler runs, and the entry replaces it", async () => {
  const response = await ask("PATCH", `/w/${own}/tags/7`);

  expect(response.status).toBe(200);
  expect(during).toEqual({ left: 1, entries: 0 });
  expect(entries()).toEqual([
    { actor: "ann", workspace: own, action: "tag.rename", target: "7", detail: {} },
  ]);
  expect(left()).toBe(0);
  expect(toEnd(verifyAudit(system()))).toMatchObject({ ok: true, entries: 1 });
});

test("the target of a created object is the id in the response", async () => {
  await ask("POST", `/w/${own}/tags`);

  expect(entries()).toMatchObject([{ action: "tag.create", target: "12" }]);
});

test("a route of the instance leaves an entry without a workspace", async () => {
  await ask("POST", "/instance/rules");

  expect(entries()).toEqual([
    { actor: "ann", workspace: null as never, action: "limit_rule.create", target: "", detail: {} },
  ]);
});

test("the handler can set the action, add details, or report that nothing changed", async () => {
  await ask("PUT", `/w/${own}/tags/3/merge/4`);
  await ask("PUT", `/w/${own}/tags/3/merge/3`);

  expect(entries()).toMatchObject([{ action: "tag.merge", target: "3", detail: { into: 4 } }]);
  expect(left()).toBe(0);
});

test("a route that needs no entry writes nothing to system.db", async () => {
  await ask("POST", `/w/${own}/preview`);

  expect(during).toEqual({ left: 0, entries: 0 });
  expect(entries()).toEqual([]);
});

test("a refusal leaves no entry, whether by the handler or the validator", async () => {
  failsWith = notFound("tag");

  expect((await ask("PATCH", `/w/${own}/tags/7`)).status).toBe(404);
  expect((await ask("PATCH", `/w/${own}/tags/none`)).status).toBe(422);
  expect(entries()).toEqual([]);
  expect(left()).toBe(0);
});

test("after an unexpected error the entry says that the outcome is unknown", async () => {
  failsWith = new AppError("internal", { text: "broken" });

  expect((await ask("PATCH", `/w/${own}/tags/7`)).status).toBe(500);
  expect(entries()).toMatchObject([
    { action: "tag.rename", target: "7", detail: { outcome: "server_error", status: 500 } },
  ]);
  expect(left()).toBe(0);
});

describe.each(["w", "early"])("a repeated answer (%s)", (prefix) => {
  test("makes no second entry", async () => {
    const key = { "idempotency-key": "k1" };
    const first = await ask("POST", `/${prefix}/${own}/tags`, key);
    const again = await ask("POST", `/${prefix}/${own}/tags`, key);

    expect(first.headers.has("idempotent-replayed")).toBe(false);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(entries()).toHaveLength(1);
    expect(left()).toBe(0);
  });
});

test("when system.db is full, the request is refused before its handler runs", async () => {
  const db = system();
  db.exec("VACUUM");
  db.pragma("max_page_count = 1");
  const filler = db.prepare(
    "INSERT INTO audit_intent (at, action, target) VALUES (0, 'tag.rename', hex(randomblob(1500)))",
  );
  const fill = () => {
    for (let i = 0; i < 10_000; i++) {
      filler.run();
    }
  };
  expect(fill).toThrow("full");
  const before = left();

  let answered = 0;
  let status = 200;
  for (; answered < 500 && status === 200; answered += status === 200 ? 1 : 0) {
    during = undefined;
    status = (await ask("PATCH", `/w/${own}/tags/7`)).status;
  }

  expect(status).toBe(503);
  expect(during).toBeUndefined();
  // Each earlier request has its entry, or the row that will become one.
  expect(left() - before + entries().length).toBe(answered);
});

test("an entry that cannot be written after the action is written with the next one", async () => {
  system().exec(
    "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no space'); END",
  );
  const one = app();
  const change = (id: number) =>
    one.handle(new Request(`http://localhost/w/${own}/tags/${id}`, { method: "PATCH" }));
  const first = await change(7);
  expect(first.status).toBe(200);
  expect([left(), entries().length]).toEqual([1, 0]);
  system().exec("DROP TRIGGER full");

  await change(8);

  expect(entries().map(({ target }) => target)).toEqual(["7", "8"]);
  expect(left()).toBe(0);
});

test("a workspace's file closed while the intent waits for a lock is opened again", async () => {
  const other = openConnection(join(fixture.dataDir, "system.db"));
  // The request is authenticated before the audit intent is written, so the lock taken here delays only the intent.
  onAuthenticate = () => {
    other.exec("BEGIN IMMEDIATE");
    setTimeout(() => fixture.databases.closeWorkspace(own), 30);
    setTimeout(() => other.exec("ROLLBACK"), 100);
  };

  const response = await ask("POST", `/w/${own}/lists`);
  other.close();

  expect(response.status).toBe(200);
  expect(entries()).toMatchObject([{ action: "list.create" }]);
});

test("an intent of a killed process becomes an entry at the next start, once", () => {
  system().exec(
    `INSERT INTO audit_intent (at, actor_id, workspace_id, action, target)
     VALUES (1000, 'ann', '${own}', 'list.delete', '4')`,
  );

  expect(endInterrupted(system(), () => 9_000)).toBe(1);
  expect(endInterrupted(system(), () => 9_500)).toBe(0);
  expect(entries()).toEqual([
    {
      ...{ actor: "ann", workspace: own, action: "list.delete", target: "4" },
      detail: { outcome: "server_stopped", begunAt: 1_000 },
    },
  ]);
  expect(toEnd(verifyAudit(system()))).toMatchObject({ ok: true, entries: 1 });
});

describe("a job's work in another database", () => {
  const trail = () => createAuditTrail(system, () => 5_000);
  const start: AuditStart = {
    actorId: null,
    workspaceId: "w",
    action: "privacy.retention_run",
    target: "",
  };

  test("has its row while it runs, and its entry afterwards", async () => {
    const work = () => left();
    const seen = await auditedWork(trail(), start, work, (rows) => ({ rows }));

    expect(seen).toBe(1);
    expect(entries()).toMatchObject([{ action: "privacy.retention_run", detail: { rows: 1 } }]);
    expect(left()).toBe(0);
  });

  test("leaves no entry when it found nothing to do", async () => {
    await auditedWork(trail(), start, left, () => "nothing");

    expect(entries()).toEqual([]);
    expect(left()).toBe(0);
  });

  test("records an unknown outcome when it throws", async () => {
    const broken = () => {
      throw new Error("half-way");
    };

    await expect(auditedWork(trail(), start, broken, () => ({}))).rejects.toThrow("half-way");
    expect(entries()).toMatchObject([{ detail: { outcome: "server_error" } }]);
    expect(left()).toBe(0);
  });
});
