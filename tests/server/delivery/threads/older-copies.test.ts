// An older copy of a workspace's file is restored: everything that would send by itself waits for a person.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { streamDir } from "../../../../server/delivery/threads/journal-streams.ts";
import type { Writer } from "../../../../server/delivery/threads/writer.ts";
import { readDamage, unreadDamage } from "../../../../server/platform/db/damage.store.ts";
import { workspacePath } from "../../../../server/platform/db/workspace-files.ts";
import { holdAll } from "../../../../server/platform/db/workspace-seen.store.ts";
import { listSegments, segmentPath } from "../../../../server/platform/journal/segments.ts";
import { openJournal } from "../../../../server/platform/journal/writer.ts";
import type { DeliveryData } from "../../../support/delivery-data.ts";
import { until } from "../../../support/delivery-engine.ts";
import { restoreCopy } from "../../../support/older-copy.ts";
import { WriterFixture } from "../../../support/writer-fixture.ts";

const PEOPLE = 10;

let fixture: WriterFixture;
let data: DeliveryData;
let ws: string;
let campaigns: Record<"draft" | "scheduled" | "preparing" | "sending", number>;
beforeEach(() => {
  fixture = new WriterFixture(PEOPLE);
  ({ data, ws } = fixture);
  const add = (status: string) => data.addCampaign(ws, { status });
  campaigns = {
    draft: add("draft"),
    scheduled: add("scheduled"),
    preparing: add("preparing"),
    sending: fixture.launch(),
  };
  fixture.copyFile();
});
afterEach(() => fixture.close());

const notices = () => fixture.notices();
const campaign = (id: number) => fixture.campaign(id);

/** A process that has recovered what the previous one left. */
async function newWriter(boot: string): Promise<Writer> {
  const writer = await fixture.nextWriter(boot);
  await writer.recover();
  return writer;
}

/** The changes after the copy was made. */
async function start(...ids: number[]): Promise<void> {
  const running = await newWriter("first");
  for (const id of ids) {
    fixture.setStatus(id, "preparing");
    expect(await running.prepare(ws, id)).toBe(PEOPLE);
    expect(campaign(id)?.status).toBe("sending");
  }
  await fixture.stopWriter();
}

const twice = expect.stringContaining("would get it twice");
const perhaps = expect.stringContaining("may have been sent, changed or cancelled");

test("scheduled, preparing and sending campaigns in an older copy wait for a person; a draft that was sent says so", async () => {
  await start(campaigns.draft);
  fixture.restoreCopy();

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
  "a copy in which a campaign is %s that has been sent since is detected by that alone",
  async (kind) => {
    await start(campaigns[kind]);
    fixture.restoreCopy();

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

test("an older copy is reported once and resumed campaigns continue; the same copy restored again is reported again", async () => {
  await start(campaigns.draft, campaigns.preparing);
  fixture.restoreCopy();
  await newWriter("second");
  for (const { id } of unreadDamage(data.databases.system)) {
    readDamage(data.databases.system, id, 1);
  }
  fixture.setStatus(campaigns.sending, "sending");

  await newWriter("third");

  expect(notices()).toEqual([]);
  expect(campaign(campaigns.sending)?.status).toBe("sending");
  await fixture.stopWriter();
  fixture.restoreCopy();
  await newWriter("fourth");
  expect(notices()).toEqual(["older_copy"]);
  expect(campaign(campaigns.sending)?.status).toBe("paused");
});

test("after an older system.db was found, whatever would send by itself waits once, with that reason", async () => {
  const { system } = data.databases;
  const older = expect.stringContaining("older copy of its main database");
  holdAll(system, "system", 0);

  const running = await newWriter("first");
  await running.prepare(ws, campaigns.preparing);

  expect(notices()).toEqual([]);
  expect(campaign(campaigns.draft)).toEqual({ status: "draft", reason: "" });
  expect(campaign(campaigns.scheduled)).toEqual({ status: "draft", reason: older });
  expect(campaign(campaigns.preparing)).toEqual({ status: "paused", reason: older });
  expect(campaign(campaigns.sending)).toEqual({ status: "paused", reason: older });
  expect(running.lease({ inHand: [], want: 100 })).toEqual([]);
  await fixture.stopWriter();
  fixture.setStatus(campaigns.sending, "sending");
  await newWriter("second");
  expect(campaign(campaigns.sending)?.status).toBe("sending");
});

test("when the right file is put back after an older copy was found, its campaign goes on by itself", async () => {
  data
    .db(ws)
    .exec(
      "INSERT INTO suppression (address, reason, source, detail, created_at) VALUES ('no@x.example', 'manual', '', '', 1)",
    );
  fixture.copyFile();
  // The copy does not know that this campaign was started.
  await start(campaigns.draft);
  const right = join(data.dataDir, "right.copy");
  data.db(ws).prepare("VACUUM INTO ?").run(right);
  fixture.restoreCopy();
  const second = await newWriter("second");
  second.run();
  await second.prepare(ws, campaigns.preparing);
  expect(notices()).toEqual(["older_copy"]);
  const due = data.databases.system.prepare("SELECT count(*) FROM workspace_due").pluck();
  await until(() => due.get() === 0, "nothing to be due in the copy");
  await fixture.stopWriter();

  data.databases.closeWorkspace(ws);
  restoreCopy(workspacePath(data.dataDir, ws), right);
  const third = await newWriter("third");
  third.run();

  expect(campaign(campaigns.draft)?.status).toBe("sending");
  await until(() => third.lease({ inHand: [], want: 1_000 }).length > 0, "work to be leased");
});

test.each(["web", "delivery"] as const)(
  "bytes lost in the journal's %s stream stop what is sending or about to, once, and a scheduled campaign stays so",
  async (stream) => {
    const { system } = data.databases;
    const lost = expect.stringContaining("SwiftMail may not know of some unsubscribes");
    await breakJournal(stream);

    const running = await newWriter("first");
    await running.prepare(ws, campaigns.preparing);

    expect(notices()).toEqual(["journal_bytes"]);
    expect(campaign(campaigns.draft)).toEqual({ status: "draft", reason: "" });
    expect(campaign(campaigns.scheduled)).toEqual({ status: "scheduled", reason: "" });
    expect(campaign(campaigns.preparing)).toEqual({ status: "paused", reason: lost });
    expect(campaign(campaigns.sending)).toEqual({ status: "paused", reason: lost });
    expect(running.lease({ inHand: [], want: 100 })).toEqual([]);
    for (const { id } of unreadDamage(system)) {
      readDamage(system, id, 1);
    }
    await fixture.stopWriter();
    fixture.setStatus(campaigns.sending, "sending");
    // The damaged segment is still there.
    await newWriter("second");
    expect(notices()).toEqual([]);
    expect(campaign(campaigns.sending)?.status).toBe("sending");
  },
);

test("bytes of the journal found damaged while it runs stop a campaign that is sending", async () => {
  const running = await newWriter("first");
  expect(campaign(campaigns.sending)?.status).toBe("sending");
  const { marks } = fixture;
  const dir = streamDir(data.dataDir, "web");
  const journal = openJournal({ dir, durable: marks.web });
  // The writer has not followed yet: the first record is damaged before it reads it.
  await journal.append(JSON.stringify(fixture.dot(999, 1)));
  overwrite(dir);
  await journal.append(JSON.stringify(fixture.dot(999, 2)));
  running.run();

  await until(() => notices().includes("journal_bytes"), "the notice");
  running.look(ws);

  expect(campaign(campaigns.sending)?.status).toBe("paused");
  await journal.close();
});

/** Leaves a journal of an earlier process whose first record is unreadable. */
async function breakJournal(stream: "web" | "delivery"): Promise<void> {
  const dir = streamDir(data.dataDir, stream);
  const journal = openJournal({ dir });
  for (let seq = 1; seq <= 3; seq++) {
    await journal.append(JSON.stringify(fixture.dot(999, seq)));
  }
  await journal.close();
  overwrite(dir);
}

/** Overwrites the first record of the stream's first segment. */
function overwrite(dir: string): void {
  const file = openSync(segmentPath(dir, listSegments(dir)[0] ?? 0), "r+");
  writeSync(file, Buffer.alloc(20, 0xff), 0, 20, 10);
  closeSync(file);
}

test("a new campaign with the number of one that the older copy lacks is not mistaken for it", async () => {
  fixture.setStatus(campaigns.preparing, "cancelled");
  fixture.copyFile();
  const running = await newWriter("first");
  const later = data.addCampaign(ws, { status: "preparing" });
  await running.prepare(ws, later);
  await fixture.stopWriter();
  fixture.restoreCopy();
  const added = data.addCampaign(ws, { status: "draft" });
  expect(added).toBe(later);
  data.db(ws).prepare("UPDATE campaign SET created_at = 7 WHERE id = ?").run(added);

  await newWriter("second");

  expect(notices()).toEqual([]);
  expect(campaign(campaigns.sending)?.status).toBe("sending");
});

test("a start that a crash left unrecorded is recorded at the next start", async () => {
  await start(campaigns.draft);
  data.databases.system.exec("DELETE FROM campaign_started");
  await newWriter("second");
  await fixture.stopWriter();
  fixture.restoreCopy();

  await newWriter("third");

  expect(notices()).toEqual(["older_copy"]);
});

test("an older copy is reported soon after a start, even if nobody uses the workspace", async () => {
  data
    .db(ws)
    .exec("INSERT INTO suppression (address, reason, created_at) VALUES ('r1@x', 'manual', 0)");
  data.databases.system.exec("DELETE FROM workspace_due");
  fixture.restoreCopy();

  const running = await newWriter("first");
  running.run();
  for (let i = 0; i < 200 && notices().length === 0; i++) {
    await Bun.sleep(50);
  }

  expect(notices()).toEqual(["changes_lost"]);
  expect(campaign(campaigns.sending)?.status).toBe("paused");
}, 20_000);

test("a copy that lacks only changes of consent stops automatic sending, once", async () => {
  data
    .db(ws)
    .exec("INSERT INTO suppression (address, reason, created_at) VALUES ('r1@x', 'manual', 0)");
  fixture.restoreCopy();
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

  fixture.setStatus(campaigns.sending, "sending");
  await newWriter("second");
  expect(campaign(campaigns.sending)?.status).toBe("sending");
});
