// Wrong or malformed files and templates, given to the compiled binary.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "../../server/commands/demo/api-client.ts";
import { type SeededBinary, startSeededBinary } from "../support/seeded-binary.ts";

const MEGABYTE = 1024 * 1024;

let folder: string;
let seeded: SeededBinary;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "swiftmail-bad-files-"));
  seeded = await startSeededBinary();
}, 60_000);

afterAll(async () => {
  await seeded?.binary.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** The server's answer to an upload that it refuses. */
async function refusal(name: string, bytes: Uint8Array<ArrayBuffer> | string): Promise<string> {
  const { api, workspace } = seeded;
  const upload = api.upload(`${workspace.path}/imports`, new File([bytes], name));
  const error = await upload.then(
    () => new Error("it was taken"),
    (reason: Error) => reason,
  );
  return error.message;
}

const zip = (name: string) => `PK\x03\x04\x14\x00\x00\x00\x08\x00${"\x00".repeat(20)}${name}`;

test.each([
  ["customers.csv", "%PDF-1.7\n%âãÏÓ\n1 0 obj", "This is a PDF document, not a CSV file."],
  [
    "customers.xlsx",
    zip("[Content_Types].xml"),
    "This is an Excel workbook. Open it and save it as CSV.",
  ],
  [
    "customers.zip",
    zip("customers.csv"),
    "This is a ZIP archive. Unpack it and upload the CSV file inside.",
  ],
  ["empty.csv", "", "The file is empty."],
  ["blank.csv", "  \r\n\r\n ", "The file contains only blanks."],
  [
    "program.csv",
    "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00>\x00\x01\x00\x00\x00",
    "This is not a text file. It looks like a program, a picture or another binary file.",
  ],
])(
  "%s is refused with what the file really is, and nothing is stored",
  async (name, content, sentence) => {
    const said = await refusal(name, content);

    expect(said).toContain(": 415 ");
    expect(said).toContain(sentence);
    const imports = join(seeded.binary.dataDir, "local", "imports");
    expect(readdirSync(imports)).toEqual([]);
    const { items } = await seeded.api.get<{ items: unknown[] }>(
      `${seeded.workspace.path}/imports`,
    );
    expect(items).toEqual([]);
  },
);

test("a template with a syntax error shows the place and the mistake, cannot be launched, and is saved unchanged", async () => {
  const { api, workspace } = seeded;
  const bodySource =
    "<p>Hello</p>\n<p>{% if contact.first_name %}Dear {{ contact.first_name }}</p>";
  type Campaign = { id: number; status: string; bodySource: string };
  const campaign = await api.post<Campaign>(`${workspace.path}/campaigns`, {
    name: "Broken",
    subject: "Hello",
    senderId: workspace.senderId,
    routeId: workspace.routeId,
    bodyKind: "html",
    bodySource,
    audience: { everyone: true, includeLists: [], excludeLists: [] },
  });
  const path = `${workspace.path}/campaigns/${campaign.id}`;

  type Problem = { severity: string; where: string; message: string; line?: number };
  const compiled = await api.post<{ problems: Problem[] }>(`${workspace.path}/templates/compile`, {
    kind: "html",
    source: bodySource,
  });
  const launch = await api.post(`${path}/launch`).then(
    () => "launched",
    (error: Error) => error.message,
  );

  const error = compiled.problems.find(({ severity }) => severity === "error");
  expect(error?.line).toBe(2);
  expect(error?.message).toContain("if");
  expect(launch).toContain(": 409 ");
  expect(launch).toContain(error?.message ?? "a problem");
  expect(launch).toContain('"field":"content"');
  expect(await api.get<Campaign>(path)).toMatchObject({ status: "draft", bodySource });
});

type ImportView = {
  state: string;
  sizeBytes: number;
  progressBytes: number;
  created: number;
  rejected: number;
};

test("a CSV of 200 MB is imported in constant memory, with progress, while the server answers requests", async () => {
  const { api, workspace, binary } = seeded;
  const rows = 50_000;
  const path = await writeLargeCsv(rows, 200 * MEGABYTE);
  const before = residentBytes(binary.pid);
  const watch = watchMemory(binary.pid);
  const preview = await api.upload<{ id: number }>(
    `${workspace.path}/imports`,
    Bun.file(path) as unknown as File,
  );
  const importPath = `${workspace.path}/imports/${preview.id}`;
  const mapping = [
    { column: 0, target: "email" },
    { column: 1, target: "firstName" },
    { column: 2, target: "skip" },
  ];
  await waitFor(
    "the check of the file",
    () => api.post<{ state: string }>(`${importPath}/check`, { mapping }),
    ({ state }) => state === "done",
    60_000,
  );
  await api.post(`${importPath}/start`, { mapping, agreed: true, onDuplicate: "update" });

  const answers: number[] = [];
  const seen = new Set<number>();
  const end = await waitFor(
    "the import",
    async () => {
      const startedAt = performance.now();
      const view = await api.get<ImportView>(importPath);
      answers.push(performance.now() - startedAt);
      seen.add(view.progressBytes);
      return view;
    },
    ({ state }) => !["queued", "running"].includes(state),
    50_000,
  );

  const grownMegabytes = (watch.most() - before) / MEGABYTE;
  expect(end).toMatchObject({ state: "done", created: rows, rejected: 0 });
  expect(end.sizeBytes).toBeGreaterThanOrEqual(200 * MEGABYTE);
  expect(grownMegabytes).toBeLessThan(250);
  expect(seen.size).toBeGreaterThan(3);
  answers.sort((a, b) => a - b);
  // The median of all answers, with a loose limit: the machine may have other work.
  expect(answers[Math.floor(answers.length / 2)]).toBeLessThan(200);
}, 60_000);

/** Writes a CSV of about this size, piece by piece. Every row is another person with a long note. */
async function writeLargeCsv(rows: number, bytes: number): Promise<string> {
  const path = join(folder, "large.csv");
  const note = "All work and no play. ".repeat(Math.ceil(bytes / rows / 22));
  const file = await open(path, "w");
  await file.write("email,first name,note\n");
  for (let row = 0; row < rows; row += 500) {
    const lines = Array.from({ length: 500 }, (_, i) => `p${row + i}@large.test,P${i},${note}\n`);
    await file.write(lines.join(""));
  }
  await file.close();
  return path;
}

function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) * 1024;
}

/** Samples the memory of a process ten times a second until the test ends or asks for it. */
function watchMemory(pid: number): { most(): number } {
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, residentBytes(pid));
  }, 100);
  return {
    most() {
      clearInterval(timer);
      return most;
    },
  };
}
