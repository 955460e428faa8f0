// The compiled binary on a disk that fills up: it stops with a reason, and continues exactly once there is space.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { waitFor } from "../../server/commands/demo/api-client.ts";
import { untilCompleted } from "../../server/commands/demo/seed.ts";
import { loadTokenKeys, trackingToken } from "../../server/delivery/index.ts";
import { readKeyRing } from "../../server/platform/secrets.ts";
import { hostileCsv } from "../support/hostile-csv.ts";
import {
  sendToNewPeople,
  signIn,
  untilBottleneck,
  untilReport,
} from "../support/relay-campaign.ts";
import { type SeededBinary, startSeededBinary } from "../support/seeded-binary.ts";
import { mayMountDisks, mountSmallDisk, type SmallDisk } from "../support/small-disk.ts";
import { type SmtpSink, startSmtpSink } from "../support/smtp-sink.ts";

const PEOPLE = 2_000;

let disk: SmallDisk;
let seeded: SeededBinary;
let sink: SmtpSink;

beforeAll(async () => {
  if (mayMountDisks) {
    disk = mountSmallDisk(160);
    seeded = await startSeededBinary({
      env: { DATA_DIR: disk.path },
      publicUrl: "https://mail.acme-books.example",
    });
    sink = await startSmtpSink();
  }
}, 60_000);

afterEach(() => disk?.empty());

afterAll(async () => {
  await seeded?.binary.dispose();
  await sink?.close();
  disk?.unmount();
});

type Readiness = { ready: boolean; checks: { name: string; ok: boolean; message: string }[] };

async function readiness() {
  const response = await fetch(`${seeded.binary.url}/readyz`);
  const { checks } = (await response.json()) as Readiness;
  const broken = checks.filter(({ ok }) => !ok);
  return { status: response.status, broken };
}

test.skipIf(!mayMountDisks)(
  "a disk that fills during a campaign stops it with that reason; with space again every recipient gets it once",
  async () => {
    const { api, workspace } = seeded;
    const { id: routeId } = await api.post<{ id: number }>(`${workspace.path}/routes`, {
      name: "Relay",
      kind: "relay",
      host: "127.0.0.1",
      port: sink.port,
      security: "none",
      maxPerSecond: 250,
    });
    const id = await sendToNewPeople(api, workspace, { routeId, people: PEOPLE, name: "disk" });
    await untilReport(api, workspace, id, ({ counts }) => counts.sent >= 200);
    const cookie = await signIn(seeded);

    disk.fill(0);
    const said = await untilBottleneck(seeded, id, /journal/, cookie);
    const notReady = await readiness();
    await Bun.sleep(500);
    const arrived = sink.messages.length;
    await Bun.sleep(1_500);
    const stillArrived = sink.messages.length;
    const stopped = await untilReport(api, workspace, id, () => true);
    disk.empty();
    const sent = await untilCompleted(api, workspace, id, 40_000);

    expect(said).toMatch(/^Nothing is sent while the journal cannot be written: .*ENOSPC/);
    expect(notReady.status).toBe(503);
    expect(notReady.broken.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["journal", "disk"]),
    );
    expect(notReady.broken.find(({ name }) => name === "journal")?.message).toContain("ENOSPC");
    expect(stillArrived).toBe(arrived);
    expect(stopped.campaign.status).toBe("sending");
    expect(stopped.counts.failed + stopped.counts.bounced + stopped.counts.skipped).toBe(0);
    expect(sent).toBe(PEOPLE);
    const receivers = sink.messages.flatMap(({ to }) => to);
    expect(receivers).toHaveLength(PEOPLE);
    expect(new Set(receivers).size).toBe(PEOPLE);
    const ready = await waitFor("readiness", readiness, ({ status }) => status === 200, 10_000);
    expect(ready.broken).toEqual([]);
  },
  90_000,
);

type ImportView = {
  state: string;
  error: string | null;
  rowsRead: number;
  created: number;
  duplicates: number;
  rejected: number;
};
type Preview = { id: number; guesses: { column: number; target: string }[] };

test.skipIf(!mayMountDisks)(
  "a disk that fills during an import fails it with that reason; resumed with space, its counts are exact",
  async () => {
    const { api, workspace } = seeded;
    const file = hostileCsv(30_000, "utf8", "full");
    const preview = await api.upload<Preview>(
      `${workspace.path}/imports`,
      new File([new Uint8Array(file.bytes)], "people.csv"),
    );
    const path = `${workspace.path}/imports/${preview.id}`;
    const until = (isWanted: (view: ImportView) => boolean) =>
      waitFor("the import", () => api.get<ImportView>(path), isWanted, 40_000);

    disk.fill(3 * 1024 * 1024);
    await api.post(`${path}/start`, {
      mapping: preview.guesses.map(({ column, target }) =>
        ["email", "firstName", "lastName"].includes(target)
          ? { column, target }
          : { column, target: "skip" },
      ),
      agreed: true,
      onDuplicate: "update",
    });
    const failed = await until(({ state }) => !["queued", "running"].includes(state));
    disk.empty();
    await api.post(`${path}/resume`);
    const done = await until(({ state }) => !["queued", "running"].includes(state));

    expect(failed).toMatchObject({
      state: "failed",
      error:
        "The disk of this server is full. Nothing is lost. Free some space, then resume this import.",
    });
    expect(failed.rowsRead).toBeLessThan(file.rows);
    expect(done).toMatchObject({
      state: "done",
      error: null,
      rowsRead: file.rows,
      created: file.addresses.length,
      duplicates: file.duplicates,
      rejected: file.rejected,
    });
  },
  90_000,
);

test.skipIf(!mayMountDisks)(
  "on a full disk writes are refused with that reason, and reads still work",
  async () => {
    const { api, workspace } = seeded;
    disk.fill(0);
    // Database files have some free room inside, which long names use up.
    const refused = await untilRefused((at) =>
      api.post(`${workspace.path}/lists`, { name: `${at} ${"long ".repeat(15)}` }),
    );

    expect(refused).toContain(": 503 ");
    expect(refused).toContain(
      "The disk of this server is full, so this could not be saved. Free some space and try again.",
    );
    const { items } = await api.get<{ items: unknown[] }>(`${workspace.path}/lists`);
    expect(items.length).toBeGreaterThan(0);
  },
  60_000,
);

async function untilRefused(ask: (at: number) => Promise<unknown>): Promise<string> {
  for (let at = 0; at < 5_000; at++) {
    try {
      await ask(at);
    } catch (error) {
      return (error as Error).message;
    }
  }
  throw new Error("it was never refused");
}

test.skipIf(!mayMountDisks)(
  "an upload that fills the disk is refused with that reason",
  async () => {
    const { api, workspace } = seeded;
    disk.fill(2 * 1024 * 1024);
    const line = "someone@example.test,Some,One\n";

    const said = await api
      .upload(`${workspace.path}/imports`, new File([line.repeat(200_000)], "large.csv"))
      .then(
        () => "taken",
        (error: Error) => error.message,
      );

    expect(said).toContain(": 503 ");
    expect(said).toContain(
      "The disk of this server is full. Free some space and upload the file again.",
    );
  },
  60_000,
);

type Left = { unsubscribes: number };

test.skipIf(!mayMountDisks)(
  "while the journal cannot be written, links and pictures work, and an unsubscribe asks to try again later",
  async () => {
    const { api, workspace, binary } = seeded;
    const { id: routeId } = await api.post<{ id: number }>(`${workspace.path}/routes`, {
      name: "Relay for readers",
      kind: "relay",
      host: "127.0.0.1",
      port: sink.port,
      security: "none",
    });
    const id = await sendToNewPeople(api, workspace, { routeId, people: 3, name: "reader" });
    await untilCompleted(api, workspace, id, 40_000);
    const keys = loadTokenKeys(readKeyRing(binary.dataDir));
    const visit = async (seq: number) => {
      const message = { workspaceNumber: 1, campaignId: id, seq };
      const toLink = trackingToken(keys, "click", { ...message, link: 1 });
      const toLeave = trackingToken(keys, "unsubscribe", { ...message, contactId: undefined });
      const click = await fetch(`${binary.url}/c/${toLink}`, { redirect: "manual" });
      const open = await fetch(`${binary.url}/o/${trackingToken(keys, "open", message)}`);
      const leave = await fetch(`${binary.url}/u/${toLeave}`, {
        method: "POST",
        headers: { "accept-language": "en" },
        body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }),
      });
      return {
        click: [click.status, new URL(click.headers.get("location") ?? "about:blank").host],
        open: [open.status, open.headers.get("content-type")],
        leave: [leave.status, leave.headers.get("retry-after")],
        page: await leave.text(),
      };
    };

    disk.fill(0);
    const full = await waitFor(
      "the journal to be full",
      () => visit(1),
      ({ leave }) => leave[0] === 503,
      20_000,
    );
    const { missedEngagement } = await api.get<{ missedEngagement: number }>("/instance/damage");
    const left = async () =>
      (await api.get<{ engagement: Left }>(`${workspace.path}/campaigns/${id}/report`)).engagement;
    const before = await left();
    disk.empty();
    await waitFor("readiness", readiness, ({ status }) => status === 200, 10_000);
    const again = await visit(2);
    const after = await waitFor(
      "the one who left",
      left,
      ({ unsubscribes }) => unsubscribes > before.unsubscribes,
      10_000,
    );

    const click = [302, "example.com"];
    const open = [200, "image/gif"];
    expect(full).toMatchObject({ click, open, leave: [503, "60"] });
    expect(full.page).toContain("We could not save this, so nothing was changed.");
    expect(missedEngagement).toBeGreaterThanOrEqual(2);
    expect(again).toMatchObject({ click, open, leave: [200, null] });
    expect(after.unsubscribes).toBe(before.unsubscribes + 1);
  },
  90_000,
);
