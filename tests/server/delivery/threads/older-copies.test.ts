// An older copy of a workspace's file is put back: what would send by itself waits for a person.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { freezeAudience } from "../../../../server/delivery/audience/freeze.ts";
import { createDue } from "../../../../server/delivery/queue/due.store.ts";
import { Writer } from "../../../../server/delivery/threads/writer.ts";
import { readDamage, unreadDamage } from "../../../../server/platform/db/damage.store.ts";
import { workspacePath } from "../../../../server/platform/db/workspace-files.ts";
import { newDurableMark } from "../../../../server/platform/journal/segments.ts";
import { type DeliveryData, finish, newDeliveryData } from "../../../support/delivery-data.ts";
import { restoreCopy } from "../../../support/older-copy.ts";

const PEOPLE = 10;

let data: DeliveryData;
let ws: string;
let writer: Writer | undefined;
let campaigns: Record<"draft" | "scheduled" | "preparing" | "sending", number>;
beforeEach(() => {
  data = newDeliveryData();
  ws = data.newWorkspace();
  data.addContacts(ws, PEOPLE);
  const add = (status: string) => data.addCampaign(ws, { status });
  campaigns = {
    draft: add("draft"),
    scheduled: add("scheduled"),
    preparing: add("preparing"),
    sending: add("preparing"),
  };
  finish(freezeAudience(() => data.db(ws), campaigns.sending, Date.now));
  createDue(data.databases.system, data.databases.workspace, Date.now).refresh(ws);
  data.db(ws).prepare("VACUUM INTO ?").run(copy());
});
afterEach(async () => {
  await writer?.stop();
  writer = undefined;
  data.close();
});

const copy = () => join(data.dataDir, "copy.db");
const notices = () => unreadDamage(data.databases.system).map(({ kind }) => kind);
const campaign = (id: number) =>
  data
    .db(ws)
    .prepare<[number], { status: string; reason: string }>(
      "SELECT status, status_reason AS reason FROM campaign WHERE id = ?",
    )
    .get(id);
const setStatus = (id: number, status: string) =>
  data.db(ws).prepare("UPDATE campaign SET status = ? WHERE id = ?").run(status, id);

/** A process that has recovered what the one before left. */
async function newWriter(boot: string): Promise<Writer> {
  await writer?.stop();
  writer = new Writer(
    { dataDir: data.dataDir, node: "n", boot },
    { delivery: newDurableMark(), web: newDurableMark() },
    { applied: () => undefined, deposed: () => undefined },
    Date.now,
  );
  await writer.recover();
  return writer;
}

/** What happened after the copy was made. */
async function start(...ids: number[]): Promise<void> {
  const running = await newWriter("first");
  for (const id of ids) {
    setStatus(id, "preparing");
    expect(await running.prepare(ws, id)).toBe(PEOPLE);
    expect(campaign(id)?.status).toBe("sending");
  }
  await running.stop();
  writer = undefined;
}

function restore(): void {
  data.databases.closeWorkspace(ws);
  restoreCopy(workspacePath(data.dataDir, ws), copy());
}

const twice = expect.stringContaining("would get it twice");
const perhaps = expect.stringContaining("may have been sent, changed or cancelled");

test("what was scheduled, preparing or sending in an older copy waits for a person; a draft that was sent says so", async () => {
  await start(campaigns.draft);
  restore();

  const running = await newWriter("second");
  await running.prepare(ws, campaigns.preparing);

  expect(notices()).toEqual(["older_copy"]);
  expect(campaign(campaigns.draft)).toEqual({ status: "draft", reason: twice });
  expect(campaign(campaigns.scheduled)).toEqual({ status: "draft", reason: perhaps });
  expect(campaign(campaigns.preparing)).toEqual({ status: "paused", reason: perhaps });
  expect(campaign(campaigns.sending)).toMatchObject({ status: "paused" });
  expect(running.lease({ inHand: [], want: 100 })).toEqual([]);
});

test.each(["scheduled", "preparing"] as const)(
  "a copy in which a campaign is %s that has been sent since is known by that alone",
  async (kind) => {
    await start(campaigns[kind]);
    restore();

    const running = await newWriter("second");
    await running.prepare(ws, campaigns.preparing);

    expect(notices()).toEqual(["older_copy"]);
    expect(campaign(campaigns[kind])).toEqual(
      kind === "scheduled"
        ? { status: "draft", reason: twice }
        : { status: "paused", reason: perhaps },
    );
    expect(running.lease({ inHand: [], want: 100 })).toEqual([]);
  },
);

test("an older copy is told once, and what a person resumed goes on; the same copy put back again is told again", async () => {
  await start(campaigns.draft, campaigns.preparing);
  restore();
  await newWriter("second");
  for (const { id } of unreadDamage(data.databases.system)) {
    readDamage(data.databases.system, id, 1);
  }
  setStatus(campaigns.sending, "sending");

  await newWriter("third");

  expect(notices()).toEqual([]);
  expect(campaign(campaigns.sending)?.status).toBe("sending");
  await writer?.stop();
  writer = undefined;
  restore();
  await newWriter("fourth");
  expect(notices()).toEqual(["older_copy"]);
  expect(campaign(campaigns.sending)?.status).toBe("paused");
});

test("a new campaign that gets the number of one that the older copy lacks is not taken for it", async () => {
  setStatus(campaigns.preparing, "cancelled");
  rmSync(copy());
  data.db(ws).prepare("VACUUM INTO ?").run(copy());
  const running = await newWriter("first");
  const later = data.addCampaign(ws, { status: "preparing" });
  await running.prepare(ws, later);
  await running.stop();
  writer = undefined;
  restore();
  const added = data.addCampaign(ws, { status: "draft" });
  expect(added).toBe(later);
  data.db(ws).prepare("UPDATE campaign SET created_at = 7 WHERE id = ?").run(added);

  await newWriter("second");

  expect(notices()).toEqual([]);
  expect(campaign(campaigns.sending)?.status).toBe("sending");
});

test("what a crash left unrecorded is recorded at the next start", async () => {
  await start(campaigns.draft);
  data.databases.system.exec("DELETE FROM campaign_started");
  await newWriter("second");
  await writer?.stop();
  writer = undefined;
  restore();

  await newWriter("third");

  expect(notices()).toEqual(["older_copy"]);
});

test("an older copy is told of soon after a start, even if nobody uses the workspace", async () => {
  data
    .db(ws)
    .exec("INSERT INTO suppression (address, reason, created_at) VALUES ('r1@x', 'manual', 0)");
  data.databases.system.exec("DELETE FROM workspace_due");
  restore();

  const running = await newWriter("first");
  running.run();
  for (let i = 0; i < 200 && notices().length === 0; i++) {
    await Bun.sleep(50);
  }

  expect(notices()).toEqual(["changes_lost"]);
  expect(campaign(campaigns.sending)?.status).toBe("paused");
}, 20_000);

test("a copy that lacks only changes of consent stops what would send by itself, once", async () => {
  data
    .db(ws)
    .exec("INSERT INTO suppression (address, reason, created_at) VALUES ('r1@x', 'manual', 0)");
  restore();
  // Another thread opens the file first, and reports it.
  expect(campaign(campaigns.sending)?.status).toBe("sending");

  const running = await newWriter("first");
  await running.prepare(ws, campaigns.preparing);

  expect(notices()).toEqual(["changes_lost"]);
  expect(campaign(campaigns.draft)).toEqual({ status: "draft", reason: "" });
  expect(campaign(campaigns.scheduled)).toEqual({ status: "draft", reason: perhaps });
  expect(campaign(campaigns.preparing)).toEqual({ status: "paused", reason: perhaps });
  expect(campaign(campaigns.sending)).toMatchObject({ status: "paused" });
  expect(running.lease({ inHand: [], want: 100 })).toEqual([]);

  setStatus(campaigns.sending, "sending");
  await newWriter("second");
  expect(campaign(campaigns.sending)?.status).toBe("sending");
});
