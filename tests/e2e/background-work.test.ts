// Work on many contacts as users see it, on the compiled binary in a real browser: its progress shows on every page
// that can start it, it can be stopped, and its changes can be undone.
import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import {
  accessibilityFindings,
  desktop,
  signedInPage,
  takeScreenshots,
} from "../support/browser.ts";
import type { SeededBinary } from "../support/seeded-binary.ts";
import { inBrowser } from "./in-browser.ts";

const STEP_MS = 120_000;
const CONTACTS = 30_000;
const pictures = process.env["SCREENSHOTS"];

let seeded: SeededBinary;
let page: Page;

const path = (rest: string) => `${seeded.workspace.path}${rest}`;
const open = (rest: string) => page.goto(`${seeded.binary.url}/w/${seeded.workspace.id}${rest}`);
const button = (name: string) => page.getByRole("button", { name, exact: true });
const look = async (name: string) => {
  await page.getByRole("heading", { level: 1 }).waitFor();
  expect(await accessibilityFindings(page)).toEqual([]);
  if (pictures !== undefined) {
    await takeScreenshots(page, pictures, name);
    await page.setViewportSize(desktop);
  }
};

async function importReaders(count: number): Promise<number> {
  const { api } = seeded;
  const rows = Array.from({ length: count }, (_, index) => `reader${index}@reader.test`);
  const file = new File([`email\n${rows.join("\n")}\n`], "readers.csv");
  const { id } = await api.upload<{ id: number }>(path("/imports"), file);
  await api.post(path(`/imports/${id}/start`), {
    mapping: [{ column: 0, target: "email" }],
    agreed: true,
    onDuplicate: "update",
  });
  return id;
}

async function importEnds(id: number): Promise<void> {
  for (;;) {
    const { state } = await seeded.api.get<{ state: string }>(path(`/imports/${id}`));
    if (state === "done") {
      return;
    }
    expect(["queued", "running"]).toContain(state);
    await Bun.sleep(200);
  }
}

inBrowser(async (started, browser) => {
  seeded = started;
  await importEnds(await importReaders(CONTACTS));
  page = await signedInPage(browser, seeded);
});

test(
  "a change of all contacts shows its progress, is stopped, and its changes are undone",
  async () => {
    const { job } = await seeded.api.post<{ job: { id: number } }>(path("/contacts/bulk"), {
      action: "add_tag",
      tag: "Everybody",
      filter: {},
    });
    await open("/contacts/tags");
    await button("1 running").waitFor();
    await open("/contacts");
    await button("1 running").click();
    const list = page.getByRole("dialog", { name: "Background work" });
    await list.getByText("Change tags").waitFor();
    await list.getByText(/ of 30,000$/).waitFor();
    await look("running-work");
    await list.getByRole("button", { name: "Stop" }).click();
    await button("1 running").waitFor({ state: "detached" });

    await button("More actions").click();
    await page.getByRole("menuitem", { name: "Background work" }).click();
    await page.getByText("Cancelled").waitFor();
    const change = page.getByRole("listitem").filter({ hasText: "Change tags" });
    await change.getByText("Details", { exact: true }).click();
    await change.getByText(/^Requested · /).waitFor();
    await change.getByText(/^Stopped · .* contacts/).waitFor();
    await look("background-work");
    const stopped = await seeded.api.get<{ doneCount: number }>(path(`/tasks/${job.id}`));
    expect(stopped.doneCount).toBeGreaterThan(0);
    expect(stopped.doneCount).toBeLessThan(CONTACTS);
    await change.getByRole("button", { name: "Undo" }).click();
    await page.getByText(/^Undone for/).waitFor({ timeout: STEP_MS });

    const { items } = await seeded.api.get<{ items: { contactCount: number }[] }>(path("/tags"));
    expect(items.map(({ contactCount }) => contactCount)).toEqual([0]);
  },
  STEP_MS,
);

test(
  "imports, exports and privacy requests show their states and progress in the same way",
  async () => {
    const { api } = seeded;
    await open("/contacts/imports");
    const id = await importReaders(3 * CONTACTS);
    await api.post(path("/exports"), { kind: "contacts" });
    await page.reload();
    await page.getByRole("progressbar", { name: "Progress" }).first().waitFor();
    await look("imports-exports");
    await open(`/contacts/imports/${id}`);
    await look("import");
    await importEnds(id);
    await page.getByText("Done", { exact: true }).waitFor();

    await api.post(path("/privacy/requests"), { kind: "export", address: "reader1@reader.test" });
    await open("/contacts/privacy");
    await page.getByText("Done", { exact: true }).waitFor();
    await page.getByText("Details", { exact: true }).click();
    await page.getByText(/^Done · .* records/).waitFor();
    await look("privacy");

    await open(`/contacts/imports/${id}`);
    await page.getByText("Details", { exact: true }).click();
    await page.getByText(/^Done · .*B/).waitFor();
    await look("import-log");
    await open("/contacts");
    await button("More actions").click();
    await page.getByRole("menuitem", { name: "Background work" }).click();
    const tasks = page.getByRole("dialog", { name: "Background work" });
    const row = tasks
      .getByRole("listitem")
      .filter({ hasText: /^Import/ })
      .first();
    await row.waitFor();
    await look("import-card");
    await row.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Remove contacts created by this import?").waitFor();
    await button("Undo this import").click();
    await row.getByText(/^Undone for/).waitFor({ timeout: STEP_MS });
    const undone = await api.get<{ undoState: string }>(path(`/imports/${id}`));
    expect(undone.undoState).toBe("done");
  },
  STEP_MS,
);

test(
  "an export that somebody else starts shows on an open page, and its file when it is done, without asking again",
  async () => {
    const { api } = seeded;
    await open("/contacts/imports");
    const asked: string[] = [];
    await page.getByText(/^Available until/).waitFor();
    page.on("request", (request) => asked.push(request.url()));
    await Bun.sleep(5_000);
    expect(asked.filter((url) => url.includes("/exports"))).toEqual([]);

    await api.post(path("/exports"), { kind: "contacts" });
    await button("1 running").waitFor();
    await page.getByRole("button", { name: "Stop" }).waitFor();
    await button("1 running").waitFor({ state: "detached", timeout: STEP_MS });
    await page
      .getByText(/^Available until/)
      .nth(1)
      .waitFor();
    await look("exports-done");
  },
  STEP_MS,
);
