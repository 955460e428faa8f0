import { afterEach, beforeEach, expect, test } from "bun:test";
import { runLaunchJob } from "../../../../server/features/campaigns/launch.ts";
import { systemDns } from "../../../../server/features/domains/domains.service.ts";
import {
  type DamageKind,
  noteLoss,
  readDamage,
  unreadDamage,
} from "../../../../server/platform/db/damage.store.ts";
import { createJobQueue } from "../../../../server/platform/scheduler/job-queue.ts";
import { renderHere } from "../../../support/app.ts";
import { type CampaignFixture, newCampaignFixture, START } from "./fixture.ts";

let fixture: CampaignFixture;
beforeEach(() => {
  fixture = newCampaignFixture();
});
afterEach(() => fixture.app.close());

type JobRow = { kind: string; state: string; due_at: number; payload: string };
const jobs = () =>
  fixture.app.databases.system
    .prepare<[], JobRow>(
      "SELECT kind, state, due_at, payload FROM job WHERE kind LIKE 'campaign.%' ORDER BY id",
    )
    .all();
const statusOf = (id: number) =>
  fixture.db().prepare("SELECT status FROM campaign WHERE id = ?").pluck().get(id);
const deps = () => ({
  databases: fixture.app.databases,
  jobs: createJobQueue(fixture.app.databases.system, () => fixture.now.at),
  engine: fixture.engine,
  dns: systemDns(),
  renderer: renderHere,
  clock: () => fixture.now.at,
  publicUrl: () => "https://mail.example.net",
});
const runDueJob = (campaignId: number) =>
  runLaunchJob(deps(), { workspaceId: fixture.workspace.id, campaignId });

test("launching freezes the content with its links, and queues the launch job", async () => {
  const id = await fixture.newReady();

  const launched = await (await fixture.call("POST", `/${id}/launch`)).json();
  fixture.db().exec("UPDATE sender SET name = 'Changed later'");

  expect(launched).toMatchObject({ status: "preparing", launchedAt: START });
  expect(jobs()).toEqual([
    {
      kind: "campaign.launch",
      state: "ready",
      due_at: START,
      payload: JSON.stringify({ campaignId: id }),
    },
  ]);
  const content = JSON.parse(
    String(fixture.db().prepare("SELECT content FROM campaign_content").pluck().get()),
  );
  expect(content).toMatchObject({
    subject: "Hello {{ contact.first_name }}",
    fromName: "Acme",
    fromEmail: "news@acme.test",
    domain: "acme.test",
    publicUrl: "https://mail.example.net",
    trackClicks: true,
    workspace: { number: fixture.workspace.number, postalAddress: "1 Test Street, Berlin" },
  });
  expect(fixture.db().prepare("SELECT link_no, url FROM campaign_link").all()).toEqual([
    { link_no: 1, url: "https://shop.example/?a=1&b=2" },
  ]);
});

test.each<[DamageKind, boolean]>([
  ["changes_lost", true],
  ["older_copy", true],
  ["journal_missing", true],
  ["journal_bytes", true],
  ["results_lost", true],
  ["limits_lost", false],
])(
  "after %s nothing is launched or started on schedule before an administrator has read it: %p",
  async (kind, isRefused) => {
    const { system } = fixture.app.databases;
    const id = await fixture.newReady();
    // The test inbox reaches nobody.
    fixture.db().exec("UPDATE route SET kind = 'relay', host = '127.0.0.1', port = 25");
    const path = `${fixture.db().name}${kind === "results_lost" ? " (journal up to web 1/9)" : ""}`;
    noteLoss(system, { kind, path, records: 1, bytes: 0, kept: "", at: START });

    const first = await fixture.call("POST", `/${id}/launch`);
    expect(first.status).toBe(isRefused ? 409 : 200);
    if (isRefused) {
      expect(await first.text()).toContain("refusals_lost");
      for (const notice of unreadDamage(system)) {
        readDamage(system, notice.id, START);
      }
      expect((await fixture.call("POST", `/${id}/launch`)).status).toBe(200);
    }
  },
);

test("what another workspace lost does not keep this one from sending", async () => {
  const loss = { kind: "changes_lost", records: 1, bytes: 0, kept: "", at: START } as const;
  noteLoss(fixture.app.databases.system, { ...loss, path: "/elsewhere/t_other.db" });

  const id = await fixture.newReady();
  expect((await fixture.call("POST", `/${id}/launch`)).status).toBe(200);
});

test("the job can be repeated: delivery prepares what is preparing and leaves the rest alone", async () => {
  const id = await fixture.newReady();
  await fixture.call("POST", `/${id}/launch`);

  await runDueJob(id);
  await runDueJob(id);
  fixture.db().exec("UPDATE campaign SET status = 'sending'");
  await runDueJob(id);

  expect(fixture.engine.told).toEqual([`prepare ${id}`, `prepare ${id}`]);
  expect(statusOf(id)).toBe("sending");
});

test("of two concurrent launches one wins, and there is one job", async () => {
  const id = await fixture.newReady();

  const both = await Promise.all([
    fixture.call("POST", `/${id}/launch`),
    fixture.call("POST", `/${id}/launch`),
  ]);

  expect(both.map((response) => response.status).sort()).toEqual([200, 409]);
  expect(jobs().filter((job) => job.state === "ready")).toHaveLength(1);
});

test("an edit during the checks of a launch stops the launch", async () => {
  const id = await fixture.newReady();
  const { waterfall } = fixture.engine;
  fixture.engine.waterfall = async (...input) => {
    await fixture.call("PATCH", `/${id}`, { subject: "Changed in the last moment" });
    return await waterfall(...input);
  };

  const response = await fixture.call("POST", `/${id}/launch`);

  expect(response.status).toBe(412);
  expect(statusOf(id)).toBe("draft");
});

test.each([
  [
    "nothing chosen",
    { audience: { everyone: false, includeLists: [], excludeLists: [] } },
    "audience",
  ],
  ["a broken template", { bodySource: "{% if %}" }, "content"],
  ["no subject", { subject: " " }, "subject"],
  ["no sender", { senderId: null }, "sender"],
])(
  "with %s it cannot be launched, and the answer says where to fix it",
  async (_name, change, fix) => {
    const id = await fixture.newReady(change);

    const response = await fixture.call("POST", `/${id}/launch`);
    const problem = await response.json();

    expect(response.status).toBe(409);
    expect(problem.fields.map((field: { field: string }) => field.field)).toContain(fix);
    expect(statusOf(id)).toBe("draft");
    expect(jobs()).toEqual([]);
  },
);

test("an audience that is empty after suppressions cannot be launched", async () => {
  fixture.engine.recipients = 0;
  const id = await fixture.newReady();

  const response = await fixture.call("POST", `/${id}/launch`);

  expect(response.status).toBe(409);
  expect((await response.json()).detail).toContain("There are no recipients");
});

test("a schedule is a durable job at the instant of the local time; a new time replaces the old one", async () => {
  const id = await fixture.newReady();
  const schedule = (localTime: string, timeZone = "Europe/Berlin") =>
    fixture.call("POST", `/${id}/schedule`, { localTime, timeZone });

  const first = await (await schedule("2026-12-01T09:00")).json();
  const second = await (await schedule("2026-12-02T09:00")).json();

  expect(first).toMatchObject({
    status: "scheduled",
    scheduledAt: Date.parse("2026-12-01T08:00:00Z"),
  });
  expect(second.scheduledAt).toBe(Date.parse("2026-12-02T08:00:00Z"));
  expect(jobs().filter((job) => job.state === "ready")).toMatchObject([
    { due_at: Date.parse("2026-12-02T08:00:00Z") },
  ]);
});

test.each([
  ["2026-11-20T09:00", "Europe/Berlin", "localTime"],
  ["2029-11-20T09:00", "Europe/Berlin", "localTime"],
  ["2026-12-01T09:00", "Mars/Olympus", "timeZone"],
  ["tomorrow", "Europe/Berlin", "localTime"],
])("refuses the time %s in %s", async (localTime, timeZone, field) => {
  const id = await fixture.newReady();

  const response = await fixture.call("POST", `/${id}/schedule`, { localTime, timeZone });

  expect(response.status).toBe(422);
  expect((await response.json()).fields[0].field).toBe(field);
});

test("unscheduling makes it a draft again and cancels the job", async () => {
  const id = await fixture.newReady();
  await fixture.call("POST", `/${id}/schedule`, { localTime: "2026-12-01T09:00", timeZone: "UTC" });

  const draft = await (await fixture.call("POST", `/${id}/unschedule`)).json();

  expect(draft).toMatchObject({ status: "draft", scheduledAt: null });
  expect(jobs().map((job) => job.state)).toEqual(["cancelled"]);
});

test("a scheduled campaign is launched when it is due, and not before", async () => {
  const id = await fixture.newReady();
  await fixture.call("POST", `/${id}/schedule`, { localTime: "2026-12-01T09:00", timeZone: "UTC" });

  await runDueJob(id);
  expect(statusOf(id)).toBe("scheduled");

  fixture.now.at = Date.parse("2026-12-01T09:00:00Z");
  await runDueJob(id);
  expect(statusOf(id)).toBe("preparing");
  expect(fixture.engine.told).toEqual([`prepare ${id}`]);
});

test("a scheduled campaign that cannot be sent at its time becomes a draft with the reason", async () => {
  const id = await fixture.newReady();
  await fixture.call("POST", `/${id}/schedule`, { localTime: "2026-12-01T09:00", timeZone: "UTC" });
  fixture.now.at = Date.parse("2026-12-01T09:00:00Z");
  fixture.engine.recipients = 0;

  await runDueJob(id);

  expect(await (await fixture.call("GET", `/${id}`)).json()).toMatchObject({
    status: "draft",
    statusReason: expect.stringContaining(
      "The campaign was not sent at the scheduled time: There are no recipients",
    ),
  });
});

test("pause, resume and cancel move the campaign and notify delivery, which expected it before the commit", async () => {
  const id = await fixture.newReady();
  fixture.db().exec("UPDATE campaign SET status = 'sending'");

  const paused = await (await fixture.call("POST", `/${id}/pause`, { reason: "typo" })).json();
  fixture.db().exec("UPDATE campaign SET status = 'paused'");
  const resumed = await (await fixture.call("POST", `/${id}/resume`)).json();
  const cancelled = await (await fixture.call("POST", `/${id}/cancel`)).json();
  const again = await fixture.call("POST", `/${id}/pause`);

  expect(paused).toMatchObject({ status: "pausing", statusReason: "typo" });
  expect(resumed).toMatchObject({ status: "sending", statusReason: "" });
  expect(cancelled).toMatchObject({ status: "cancelling" });
  expect(again.status).toBe(409);
  const pair = ["expect", `notice ${id}`];
  expect(fixture.engine.told).toEqual([...pair, ...pair, ...pair, "expect"]);
});

test("a campaign cancelled before its time is cancelled at once, together with its job", async () => {
  const id = await fixture.newReady();
  await fixture.call("POST", `/${id}/schedule`, { localTime: "2026-12-01T09:00", timeZone: "UTC" });

  const cancelled = await (await fixture.call("POST", `/${id}/cancel`)).json();

  expect(cancelled).toMatchObject({ status: "cancelled", finishedAt: START });
  expect(jobs().map((job) => job.state)).toEqual(["cancelled"]);
});

test("after a loss nothing goes on before an administrator has read it: no resuming, no sending again", async () => {
  const { system } = fixture.app.databases;
  const id = await fixture.newReady();
  fixture.db().exec(`
    UPDATE route SET kind = 'relay', host = '127.0.0.1', port = 25;
    UPDATE campaign SET status = 'paused'`);
  const path = fixture.db().name;
  noteLoss(system, { kind: "older_copy", path, records: 1, bytes: 0, kept: "", at: START });
  const refused = async (action: string, body?: object) => {
    const response = await fixture.call("POST", `/${id}/${action}`, body);
    return [response.status, (await response.text()).includes("refusals_lost")];
  };

  expect(await refused("resume")).toEqual([409, true]);
  expect(await refused("retry", { states: ["failed"], expected: 1 })).toEqual([409, true]);
  expect(await refused("held", { decision: "resend" })).toEqual([409, true]);

  for (const notice of unreadDamage(system)) {
    readDamage(system, notice.id, START);
  }
  expect(await refused("resume")).toEqual([200, false]);
});

test("a paused campaign whose route is disabled cannot be resumed", async () => {
  const id = await fixture.newReady();
  fixture.db().exec("UPDATE campaign SET status = 'paused'; UPDATE route SET enabled = 0");

  const response = await fixture.call("POST", `/${id}/resume`);

  expect(response.status).toBe(409);
  expect((await response.json()).detail).toContain("sending method");
});

test("a campaign sent after this copy of its workspace was made can be sent only as a duplicate", async () => {
  const id = await fixture.newReady();
  const createdAt = fixture.db().prepare("SELECT created_at FROM campaign WHERE id = ?").pluck();
  fixture.app.databases.system
    .prepare("INSERT INTO campaign_started VALUES (?, ?, ?, ?)")
    .run(fixture.workspace.id, id, createdAt.get(id), START);

  const launched = await fixture.call("POST", `/${id}/launch`);
  const scheduled = await fixture.call("POST", `/${id}/schedule`, {
    localTime: "2027-06-01T09:00",
    timeZone: "Europe/Berlin",
  });

  for (const refused of [launched, scheduled]) {
    expect(refused.status).toBe(409);
    expect(await refused.text()).toContain("would get it twice");
  }
  expect(statusOf(id)).toBe("draft");
  expect(jobs()).toEqual([]);
  const copy = (await (await fixture.call("POST", `/${id}/duplicate`)).json()) as { id: number };
  expect((await fixture.call("POST", `/${copy.id}/launch`)).status).toBe(200);
});

test("a schedule due for a campaign that was already sent makes it a draft with the reason", async () => {
  const id = await fixture.newReady();
  fixture
    .db()
    .prepare("UPDATE campaign SET status = 'scheduled', scheduled_at = ? WHERE id = ?")
    .run(START, id);
  const createdAt = fixture.db().prepare("SELECT created_at FROM campaign WHERE id = ?").pluck();
  fixture.app.databases.system
    .prepare("INSERT INTO campaign_started VALUES (?, ?, ?, ?)")
    .run(fixture.workspace.id, id, createdAt.get(id), START);

  await runDueJob(id);

  expect(fixture.db().prepare("SELECT status, status_reason FROM campaign").get()).toEqual({
    status: "draft",
    status_reason: expect.stringContaining("would get it twice"),
  });
});
