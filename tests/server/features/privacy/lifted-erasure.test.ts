// Links in mail from before an erasure can still stop the person's mail after the erasure is lifted.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  type Fact,
  loadTokenKeys,
  type TokenSubjects,
  trackingToken,
} from "../../../../server/delivery/index.ts";
import { applyBatch } from "../../../../server/delivery/ingest/batch.ts";
import { resolveRecipient } from "../../../../server/delivery/person.store.ts";
import { bounceRules, breakerRules } from "../../../../server/delivery/result/bounce-rules.ts";
import { classifyEngagement } from "../../../../server/delivery/stats/engagement-class.ts";
import { PreferenceCentre } from "../../../../server/features/preferences/preferences.service.ts";
import { createMissedEngagement } from "../../../../server/features/tracking/missed.service.ts";
import { Tracking } from "../../../../server/features/tracking/tracking.service.ts";
import { createJobQueue } from "../../../../server/platform/scheduler/job-queue.ts";
import { loadKeyRing } from "../../../../server/platform/secrets.ts";
import {
  newTestApp,
  rendererWith,
  type TestApp,
  type TestWorkspace,
} from "../../../support/app.ts";
import { workspaceCalls } from "../../../support/calls.ts";
import { runTaskOf } from "../../../support/run-task.ts";

const ANN = "ann@example.com";
const NOW = 1_790_000_000_000;
const visitor = { ip: "192.0.2.7", agent: "Mail/1.0", hint: undefined };

let fixture: TestApp;
let workspace: TestWorkspace;
let said: Fact[];
let tracking: Tracking;
let link: (purpose: "unsubscribe" | "preferences", contactId?: number) => string;

const db = () => fixture.databases.workspace(workspace.id);
const call = workspaceCalls(() => ({ app: fixture, workspaceId: workspace.id }), "admin");

beforeEach(async () => {
  fixture = newTestApp();
  workspace = fixture.newWorkspace();
  said = [];
  const keyRing = loadKeyRing(fixture.dataDir);
  const keys = loadTokenKeys(keyRing);
  tracking = new Tracking({
    databases: fixture.databases,
    keyRing,
    clock: () => NOW,
    port: {
      recordFact: async (fact) => {
        said.push(fact);
      },
      resubscribed: () => undefined,
    },
    renderer: rendererWith(() => keys),
    missed: createMissedEngagement(),
  });
  link = (purpose, contactId) => {
    const of = { workspaceNumber: workspace.number, campaignId: 1, seq: 1, contactId };
    return trackingToken(keys, purpose, of satisfies TokenSubjects["unsubscribe"]);
  };
  await call("POST", "/lists", { name: "News" });
  const { body } = await call("POST", "/contacts", { email: ANN, listIds: [1] });
  db().exec(`
    INSERT INTO campaign (id, name, created_by, created_at, updated_at) VALUES (1, 'May', 'u', 0, 0);
    INSERT INTO message (campaign_id, seq, contact_id, address, state) VALUES (1, 1, ${body.id}, '${ANN}', 3)`);
});
afterEach(() => fixture.close());

async function erase(who: object): Promise<void> {
  const asked = await call("POST", "/privacy/requests", { kind: "erase", ...who });
  await runTaskOf(fixture, workspace.id, asked.body.id);
}

/** Applies everything that was requested, like the ingester. */
function applySaid(): void {
  const items = said
    .splice(0)
    .map((fact, at) => ({ stream: "web", end: { segment: 1, offset: at + 1 }, fact }));
  const rules = { classify: classifyEngagement, bounces: bounceRules, breaker: breakerRules };
  applyBatch(db(), items, rules, NOW);
}

const lift = () => call("DELETE", "/privacy/erasures", { address: ANN, reason: "wrote to us" });
const addAgain = async () =>
  (await call("POST", "/contacts", { email: ANN, listIds: [1] })).body.id as number;
const statusOf = async (id: number) => (await call("GET", `/contacts/${id}`)).body.status;

const reasonOf = (address: string) =>
  db().prepare("SELECT reason FROM suppression WHERE address = ?").pluck().get(address);

describe.each([
  ["a link of a campaign", undefined],
  ["a link of one contact", 1],
] as const)("%s", (_, contactId) => {
  test("from before the erasure unsubscribes the person who was added again", async () => {
    await erase({ address: ANN });
    await lift();
    const id = await addAgain();
    expect(await statusOf(id)).toBe("mailable");

    const token = link("unsubscribe", contactId);
    expect(tracking.personOf("unsubscribe", token)?.address).toBe(ANN);
    await tracking.unsubscribe("unsubscribe", token, "one_click", visitor);
    applySaid();

    expect(await statusOf(id)).toBe("unsubscribed");
    expect((await call("GET", `/contacts/${id}`)).body.lists).toMatchObject([
      { status: "unsubscribed" },
    ]);
  });

  test("used during the erasure keeps the address from being mailed after it", async () => {
    await erase({ address: ANN });
    await tracking.unsubscribe("unsubscribe", link("unsubscribe", contactId), "page", visitor);
    expect(JSON.stringify(said)).not.toContain("192.0.2.7");
    applySaid();

    await lift();

    expect(await statusOf(await addAgain())).toBe("unsubscribed");
  });
});

test("a complaint during the erasure is a complaint after it", async () => {
  await erase({ address: ANN });
  said.push({
    k: "complaint",
    w: workspace.id,
    c: 1,
    s: 1,
    at: NOW,
    via: "arf",
    kind: "abuse",
  });
  applySaid();

  await lift();

  expect(await statusOf(await addAgain())).toBe("suppressed");
  expect(reasonOf(ANN)).toBe("complaint");
});

test("the preference centre opens for the person who was added again", async () => {
  const centre = new PreferenceCentre({
    databases: fixture.databases,
    keyRing: loadKeyRing(fixture.dataDir),
    clock: () => NOW,
    jobs: createJobQueue(fixture.databases.system, () => NOW),
    outside: { tracking: { resubscribed: () => undefined } },
  });
  await erase({ address: ANN });
  expect(centre.find(link("preferences"))).toBeUndefined();
  await lift();
  const id = await addAgain();

  expect(centre.find(link("preferences"))?.contactId).toBe(id);
});

test("nothing names the person during the erasure, nor after a second one", async () => {
  const stored = () =>
    JSON.stringify(db().prepare("SELECT contact_id, address FROM erased_contact").all());
  await erase({ address: ANN });
  expect(stored()).toBe('[{"contact_id":1,"address":null}]');
  await lift();
  await addAgain();
  expect(stored()).toContain(ANN);

  await erase({ address: ANN });

  expect(stored()).toBe('[{"contact_id":1,"address":null},{"contact_id":2,"address":null}]');
  const nobody = resolveRecipient(db(), { campaignId: 1, seq: 1 });
  expect(nobody.addresses).toEqual([]);
});

test("a message to a contact that was deleted before is without its address after the erasure", async () => {
  await call("DELETE", "/contacts/1");

  await erase({ address: ANN });

  expect(JSON.stringify(db().prepare("SELECT * FROM message").all())).not.toContain(ANN);
});
