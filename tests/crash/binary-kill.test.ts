// Kills the compiled binary at work and starts it again on the folder it left.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type ApiClient, apiClient, waitFor } from "../../server/commands/demo/api-client.ts";
import type { RunningBinary } from "../support/binary.ts";
import { hostileCsv } from "../support/hostile-csv.ts";
import { sendToNewPeople, untilReport } from "../support/relay-campaign.ts";
import { type SeededBinary, startSeededBinary } from "../support/seeded-binary.ts";
import { type SmtpSink, startSmtpSink } from "../support/smtp-sink.ts";

const KILLS = 3;
const CONNECTIONS = 10;
const PEOPLE = 3_000;

let seeded: SeededBinary;
let binary: RunningBinary;
let api: ApiClient;
let sink: SmtpSink;

beforeAll(async () => {
  seeded = await startSeededBinary({ publicUrl: "https://mail.acme-books.example" });
  binary = seeded.binary;
  api = seeded.api;
  sink = await startSmtpSink();
}, 60_000);

afterAll(async () => {
  await binary?.dispose();
  await sink?.close();
});

async function killAndRestart(): Promise<void> {
  await binary.kill("SIGKILL");
  binary = await binary.restart();
  api = apiClient(binary.url);
  await api.post("/auth/sign-in", { email: seeded.email, password: seeded.password });
}

type Preview = { id: number; guesses: { column: number; target: string }[] };
type ImportView = {
  state: string;
  rowsRead: number;
  created: number;
  updated: number;
  skipped: number;
  duplicates: number;
  rejected: number;
};

test("killed during an import: the import resumes by itself and counts every row once", async () => {
  const file = hostileCsv(60_000, "utf8", "k");
  const base = `${seeded.workspace.path}/imports`;
  const upload = new File([new Uint8Array(file.bytes)], "people.csv");
  const preview = await api.upload<Preview>(base, upload);
  const path = `${base}/${preview.id}`;
  const until = (isWanted: (view: ImportView) => boolean) =>
    waitFor("the import", () => api.get<ImportView>(path), isWanted, 50_000);
  await api.post(`${path}/start`, {
    mapping: preview.guesses.map(({ column, target }) =>
      ["email", "firstName", "lastName"].includes(target)
        ? { column, target }
        : { column, target: "skip" },
    ),
    agreed: true,
    onDuplicate: "update",
  });
  // Only one kill, because the job is retried only after its lease has expired. tests/server/jobs kills it five times.
  const atKill = await until(({ rowsRead, state }) => rowsRead >= 15_000 || state === "done");
  await killAndRestart();
  const done = await until(({ state }) => !["queued", "running"].includes(state));

  expect(atKill.state).toBe("running");
  expect(done).toMatchObject({
    state: "done",
    rowsRead: file.rows,
    created: file.addresses.length,
    updated: 0,
    skipped: 0,
    duplicates: file.duplicates,
    rejected: file.rejected,
  });
}, 120_000);

test("killed during a campaign: every recipient gets the message, and only unanswered ones can get a second copy", async () => {
  const { id: routeId } = await api.post<{ id: number }>(`${seeded.workspace.path}/routes`, {
    name: "Relay",
    kind: "relay",
    host: "127.0.0.1",
    port: sink.port,
    security: "none",
    maxConnections: CONNECTIONS,
  });
  const id = await sendToNewPeople(api, seeded.workspace, {
    routeId,
    people: PEOPLE,
    name: "kill",
  });
  const report = (isWanted: Parameters<typeof untilReport>[3]) =>
    untilReport(api, seeded.workspace, id, isWanted);

  for (let kill = 1; kill <= KILLS; kill++) {
    while (sink.messages.length < (PEOPLE * kill) / (KILLS + 1)) {
      await Bun.sleep(2);
    }
    await killAndRestart();
    await report(() => true);
  }
  // Messages unanswered at the kill are sent again minutes later.
  const end = await report(({ counts }) => counts.pending + counts.leased === 0);

  const copies = Map.groupBy(
    sink.messages.flatMap(({ to }) => to),
    (address) => address,
  );
  const twice = [...copies.values()].filter(({ length }) => length > 1);
  expect(end.counts.sent + end.counts.deferred).toBe(PEOPLE);
  expect(end.counts).toMatchObject({ bounced: 0, failed: 0, skipped: 0, held: 0 });
  expect(end.counts.deferred).toBeLessThanOrEqual(CONNECTIONS * KILLS);
  expect(copies.size).toBeGreaterThanOrEqual(end.counts.sent);
  expect(twice.length).toBeLessThanOrEqual(CONNECTIONS * KILLS);
}, 120_000);
