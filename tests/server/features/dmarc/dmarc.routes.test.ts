import { afterEach, beforeEach, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { DmarcDesk } from "../../../../server/inbound/dmarc/dmarc-desk.ts";
import { dmarcRecord, dmarcXml } from "../../../fixtures/dmarc-report.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";

const NOW = 1_790_500_000_000;
let fixture: TestApp;
let workspace: TestWorkspace;

beforeEach(() => {
  fixture = newTestApp(() => NOW, {
    addDmarcReport: async (id, bytes) =>
      new DmarcDesk(fixture.databases, () => NOW).take(id, Buffer.from(bytes)),
  });
  workspace = fixture.newWorkspace();
  fixture.databases
    .workspace(workspace.id)
    .exec(
      "INSERT INTO sending_domain (name, dkim_selector, dkim_private, dkim_public, created_at) VALUES ('acme.example', 's', '', '', 0)",
    );
});
afterEach(() => fixture.close());

const upload = (role: "editor" | "admin", bytes: Buffer) =>
  fixture.app.handle(
    new Request(`http://localhost/api/v1/workspaces/${workspace.id}/dmarc/reports`, {
      method: "POST",
      headers: {
        "x-test-actor": `${role} ${workspace.id}`,
        "content-type": "application/gzip",
        "content-length": String(bytes.length),
      },
      body: new Uint8Array(bytes),
    }),
  );
const read = async (query = "") =>
  (
    await fixture.call(
      { role: "viewer", workspaceId: workspace.id },
      "GET",
      `/workspaces/${workspace.id}/dmarc${query}`,
    )
  ).json();

test("sums uploaded reports by domain, day and source, failing sources first", async () => {
  const day = 86_400;
  const first = 1_790_400_000;
  expect(
    await (await upload("admin", gzipSync(dmarcXml({ id: "a", begin: first })))).json(),
  ).toEqual({
    domain: "acme.example",
    isNew: true,
    messages: 100,
  });
  const records = dmarcRecord("192.0.2.1", 5, "fail", "pass");
  await upload("admin", Buffer.from(dmarcXml({ id: "b", begin: first - day, records })));
  const again = await upload("admin", gzipSync(dmarcXml({ id: "a", begin: first })));
  expect(await again.json()).toMatchObject({ isNew: false });

  expect(await read()).toMatchObject({
    domains: [{ domain: "acme.example", messages: 105, passed: 95, dkim: 90, spf: 95 }],
    days: [
      { messages: 5, passed: 5 },
      { messages: 100, passed: 90 },
    ],
    sources: [
      { sourceIp: "198.51.100.7", messages: 10, passed: 0, held: 10 },
      { sourceIp: "192.0.2.1", messages: 95, passed: 95, held: 0 },
    ],
    reports: [{ organization: "Receiver & Sons" }, { organization: "Receiver & Sons" }],
  });
  expect(await read("?domain=else.example")).toMatchObject({ days: [], sources: [], reports: [] });
  expect(await read("?days=1")).toMatchObject({ domains: [] });
});

test("a file that is no report of this workspace is refused with the reason, and an editor may not upload one", async () => {
  const foreign = await upload("admin", Buffer.from(dmarcXml({ domain: "else.example" })));

  expect(foreign.status).toBe(422);
  expect(await foreign.text()).toContain("not a sending domain of this workspace");
  expect((await upload("admin", Buffer.from("hello"))).status).toBe(422);
  expect((await upload("editor", Buffer.from(dmarcXml()))).status).toBe(403);
});
