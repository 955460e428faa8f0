// Damages a workspace's file while its campaign and another workspace's are running, on the compiled binary: results
// are kept and counted once.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { copyFileSync, existsSync, renameSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { ReadyWorkspace } from "../../server/commands/demo/seed.ts";
import { openConnection } from "../../server/platform/db/driver.ts";
import { segmentPath } from "../../server/platform/journal/segments.ts";
import { untilReport } from "../support/relay-campaign.ts";
import { type SeededBinary, startSeededBinary } from "../support/seeded-binary.ts";
import { startTcpSink, type TcpSink } from "../support/tcp-sink.ts";
import {
  allSent,
  checkAgain,
  copyWorkspace,
  newReadyWorkspace,
  outcomeOf,
  type RunningCampaign,
  startSlowCampaign,
  untilSetAside,
} from "../support/two-campaigns.ts";

const PEOPLE = 2_000;
const PER_SECOND = 200;

let seeded: SeededBinary;
let other: ReadyWorkspace;
let sinks: { here: TcpSink; there: TcpSink };
let runs = 0;

beforeAll(async () => {
  seeded = await startSeededBinary({ publicUrl: "https://mail.acme-books.example" });
  other = await newReadyWorkspace(seeded, "Other");
}, 60_000);

beforeEach(() => {
  runs += 1;
  // Slow, so that there are always messages awaiting a reply, also at the moment of a kill.
  sinks = { here: startTcpSink({ delayMs: 100 }), there: startTcpSink({ delayMs: 10 }) };
});

afterEach(() => {
  sinks.here.close();
  sinks.there.close();
});

afterAll(() => seeded.binary.dispose());

const keptOf = ({ workspace }: RunningCampaign) =>
  join(seeded.binary.dataDir, "local/kept", workspace.id);

/** Nothing is launched while a notice of lost refusals is unread, and the last test may have left one. */
async function dismissNotices(): Promise<void> {
  const { notices } = await seeded.api.get<{ notices: { id: number }[] }>("/instance/damage");
  for (const { id } of notices) {
    await seeded.api.post(`/instance/damage/notices/${id}/read`, {});
  }
}

async function startBoth(): Promise<{ here: RunningCampaign; there: RunningCampaign }> {
  await dismissNotices();
  const way = { people: PEOPLE, maxPerSecond: PER_SECOND };
  const [here, there] = await Promise.all([
    startSlowCampaign(seeded, seeded.workspace, {
      ...way,
      port: sinks.here.port,
      name: `here${runs}-`,
    }),
    startSlowCampaign(seeded, other, { ...way, port: sinks.there.port, name: `there${runs}-` }),
  ]);
  return { here, there };
}

/** Truncates the file. A checkpoint comes first, so that the log does not contain the lost pages. */
function cut({ file }: RunningCampaign): void {
  const db = openConnection(file);
  db.pragma("wal_checkpoint(RESTART)");
  db.exec("CREATE TABLE begins_log_anew (x); DROP TABLE begins_log_anew");
  db.close();
  truncateSync(file, 4_096);
}

const sentUpTo = ({ workspace, id }: RunningCampaign, n: number) =>
  untilReport(seeded.api, workspace, id, ({ counts }) => counts.sent >= n);

/** The other workspace's campaign completes normally while this one's is refused. */
async function expectOnlyHereStops(here: RunningCampaign, there: RunningCampaign): Promise<void> {
  const outcome = await outcomeOf(seeded, sinks.there, there);
  const refused = await seeded.api.get(`${here.workspace.path}/campaigns`).then(
    () => "shown",
    (error: Error) => error.message,
  );

  expect(refused).toContain("workspace_unavailable");
  expect(outcome).toMatchObject({ counts: allSent(PEOPLE), receivers: PEOPLE, unlisted: [] });
  expect(statSync(segmentPath(keptOf(here), 1)).size).toBeGreaterThan(0);
  expect(sinks.here.arrived.length).toBeLessThan(PEOPLE);
}

async function expectAllOnce(here: RunningCampaign): Promise<void> {
  const outcome = await outcomeOf(seeded, sinks.here, here);

  expect(outcome).toMatchObject({ counts: allSent(PEOPLE), receivers: PEOPLE, unlisted: [] });
  expect(outcome.accepted).toBe(PEOPLE);
  expect(outcome.doubled).toBe(0);
  expect(existsSync(keptOf(here))).toBe(false);
  process.stdout.write(`${outcome.twice} of ${PEOPLE} were mailed twice, all of them listed\n`);
}

test("a file removed and restored mid-campaign: both campaigns complete, and every recipient is mailed once", async () => {
  const { here, there } = await startBoth();
  await sentUpTo(here, 300);

  for (const end of ["", "-wal", "-shm"]) {
    renameSync(here.file + end, `${here.file}.away${end}`);
  }
  expect(await untilSetAside(seeded, here.workspace.id)).toMatch(/missing|replaced/);
  await expectOnlyHereStops(here, there);
  for (const end of ["", "-wal", "-shm"].filter((one) => existsSync(`${here.file}.away${one}`))) {
    renameSync(`${here.file}.away${end}`, here.file + end);
  }
  await checkAgain(seeded, here.workspace.id);

  await expectAllOnce(here);
}, 120_000);

test("a file truncated mid-campaign and replaced by an older copy: results since then are applied, once", async () => {
  const { here, there } = await startBoth();
  await sentUpTo(here, 200);
  const copy = join(seeded.binary.dataDir, "copy.db");
  copyWorkspace(here, copy);
  await sentUpTo(here, 500);

  cut(here);
  expect(await untilSetAside(seeded, here.workspace.id)).toMatch(/damaged|not_a_database/);
  await expectOnlyHereStops(here, there);
  for (const end of ["", "-wal", "-shm"]) {
    rmSync(here.file + end, { force: true });
  }
  copyFileSync(copy, here.file);
  await checkAgain(seeded, here.workspace.id);

  await expectAllOnce(here);
}, 120_000);

test("local/ lost after a kill mid-campaign: messages in hand are held and listed, and nobody is mailed twice", async () => {
  const { here, there } = await startBoth();
  await sentUpTo(here, 200);
  await seeded.binary.kill("SIGKILL");
  rmSync(join(seeded.binary.dataDir, "local"), { recursive: true });

  seeded.binary = await seeded.binary.restart();
  const report = await seeded.api.get<{ notices: { kind: string; path: string }[] }>(
    "/instance/damage",
  );
  await resumeAfterLoss(here);
  await resumeAfterLoss(there);
  const [{ counts }] = await Promise.all([
    untilReport(
      seeded.api,
      here.workspace,
      here.id,
      ({ counts: now }) => now.held + now.sent === PEOPLE,
    ),
    untilReport(
      seeded.api,
      there.workspace,
      there.id,
      ({ counts: now }) => now.held + now.sent === PEOPLE,
    ),
  ]);

  expect(counts.held).toBeGreaterThan(0);
  expect(report.notices.map(({ path }) => path)).toContain(
    join(seeded.binary.dataDir, "local/journal/delivery"),
  );
  const addresses = sinks.here.arrived.map(({ address }) => address);
  expect(new Set(addresses).size).toBe(addresses.length);
}, 120_000);

/** The loss may include unsubscribes: the campaign waits until the notices are dismissed and a person resumes it. */
async function resumeAfterLoss({ workspace, id }: RunningCampaign): Promise<void> {
  const { campaign } = await untilReport(
    seeded.api,
    workspace,
    id,
    ({ campaign: now }) => now.status === "paused",
  );
  expect(campaign.statusReason).toContain("SwiftMail may not know of some unsubscribes");
  const resume = () => seeded.api.post(`${workspace.path}/campaigns/${id}/resume`);
  if ((await seeded.api.get<{ notices: [] }>("/instance/damage")).notices.length > 0) {
    expect(await resume().then(String, String)).toContain("refusals_lost");
    await dismissNotices();
  }
  await resume();
}

test.each([true, false])(
  "an older main file beside a newer log after a kill: nothing more is sent until the right file is restored (-shm kept: %p)",
  async (isIndexKept) => {
    const { here, there } = await startBoth();
    await sentUpTo(here, 200);
    const [older, right] = ["older.db", "right.db"].map((name) =>
      join(seeded.binary.dataDir, name),
    ) as [string, string];
    copyFileSync(here.file, older);
    await sentUpTo(here, 400);
    await seeded.binary.kill("SIGTERM");
    seeded.binary = await seeded.binary.restart();
    await sentUpTo(here, 1_000);
    await seeded.binary.kill("SIGKILL");
    copyFileSync(here.file, right);
    copyFileSync(older, here.file);
    if (!isIndexKept) {
      rmSync(`${here.file}-shm`);
    }
    const before = sinks.here.arrived.length;

    seeded.binary = await seeded.binary.restart();

    expect(await untilSetAside(seeded, here.workspace.id)).toBe("wrong_log");
    await expectOnlyHereStops(here, there);
    expect(sinks.here.arrived.length).toBe(before);
    copyFileSync(right, here.file);
    await checkAgain(seeded, here.workspace.id);
    await expectAllOnce(here);
  },
  120_000,
);

test("kill -9 while the workspace is set aside and again while it returns: nothing is lost, and second copies are listed", async () => {
  const { here, there } = await startBoth();
  await sentUpTo(here, 300);
  const copy = join(seeded.binary.dataDir, "copy-before-kill.db");
  copyWorkspace(here, copy);
  cut(here);
  // At once, while replies to final dots are still awaited.
  await untilReadinessTells();

  await killAndRestart();
  await expectOnlyHereStops(here, there);
  for (const end of ["", "-wal", "-shm"]) {
    rmSync(here.file + end, { force: true });
  }
  copyFileSync(copy, here.file);
  await checkAgain(seeded, here.workspace.id);
  await killAndRestart();

  await expectAllOnce(here);
}, 120_000);

async function untilReadinessTells(): Promise<void> {
  const giveUpAt = Date.now() + 20_000;
  const tells = async () =>
    (await (await fetch(`${seeded.binary.url}/readyz`)).text()).includes("1 set aside");
  while (!(await tells())) {
    expect(Date.now()).toBeLessThan(giveUpAt);
    await Bun.sleep(3);
  }
}

async function killAndRestart(): Promise<void> {
  await seeded.binary.kill("SIGKILL");
  seeded.binary = await seeded.binary.restart();
}
