import { afterEach, beforeEach, expect, test } from "bun:test";
import { keepCheck } from "../../../../server/features/routes/routes.service.ts";
import { recordCheck } from "../../../../server/features/routes/routes.store.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { workspaceRequests } from "../../../support/calls.ts";

let fixture: TestApp;
let workspace: TestWorkspace;

beforeEach(async () => {
  fixture = newTestApp(() => 5_000);
  workspace = fixture.newWorkspace();
  await call("POST", "", { name: "SES", kind: "relay", host: "smtp.example.net", port: 587 });
});
afterEach(() => fixture.close());

const call = workspaceRequests(
  () => ({ app: fixture, workspaceId: workspace.id, below: "/routes" }),
  "admin",
);
const db = () => fixture.databases.workspace(workspace.id);
const lastCheck = async () => (await (await call("GET", "/1")).json()).lastCheck;

test("the code of the last check is stored, so that it can be worded later", async () => {
  const cause = { code: "host_unresolved" as const, params: { host: "smtp.example.net" } };
  const message = "The name smtp.example.net does not resolve.";
  keepCheck(db(), 1, { ok: false, steps: [{ stage: "dns", ok: false, message, cause }] }, 7);

  expect(await lastCheck()).toEqual({ at: 7, ok: false, stage: "dns", message, cause });
});

test("a check that was stored before causes existed keeps its words", async () => {
  recordCheck(db(), 1, '{"at":1,"ok":false,"stage":"dns","message":"old words"}');

  expect(await lastCheck()).toEqual({
    ...{ at: 1, ok: false, stage: "dns", message: "old words" },
    cause: null,
  });
});
