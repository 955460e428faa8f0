// A segment three levels deep, built in a real browser, and a campaign to it that exactly the right people get.
import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { waitFor } from "../../server/commands/demo/api-client.ts";
import { importContacts, untilCompleted } from "../../server/commands/demo/seed.ts";
import { accessibilityFindings, signedInPage, takeScreenshots } from "../support/browser.ts";
import type { SeededBinary } from "../support/seeded-binary.ts";
import { inBrowser } from "./in-browser.ts";

const screenshots = join(import.meta.dir, "../../.cache/screenshots");
const TEST_MS = 120_000;
let seeded: SeededBinary;
let page: Page;

inBrowser(async (started, browser) => {
  seeded = started;
  page = await signedInPage(browser, seeded);
});

// The branch alternates between Berlin and Hamburg, the score runs from 1 to 40, and every fifth person is a VIP.
const people = Array.from({ length: 40 }, (_, i) => ({
  email: `p${i + 1}@readers.example`,
  branch: i % 2 === 0 ? "Berlin" : "Hamburg",
  points: i + 1,
}));

test(
  "a segment of three levels is built with keyboard search, and a campaign is sent to it",
  async () => {
    const { api, workspace, binary } = seeded;
    const csv = [
      "email,branch,points",
      ...people.map((one) => `${one.email},${one.branch},${one.points}`),
    ];
    await importContacts(api, workspace, csv.join("\n"), "Readers");
    const { items } = await api.get<{ items: { id: number; email: string }[] }>(
      `${workspace.path}/contacts?limit=100`,
    );
    const vips = items.filter(({ email }) => Number(/\d+/.exec(email)?.[0]) % 5 === 0);
    await api.post(`${workspace.path}/tags/apply`, { add: ["VIP"], ids: vips.map(({ id }) => id) });

    await page.goto(`${binary.url}/w/${workspace.id}/contacts/segments/new`);
    await page.getByLabel("Name", { exact: true }).fill("Near and dear");
    // On the list, and (from Berlin, or not (fewer than 31 points, or not a VIP)).
    await addCondition(0, "list");
    await addGroup(0);
    await page.getByLabel("How to combine the conditions").nth(1).selectOption("or");
    await addCondition(0, "branch");
    await page.getByLabel("branch: Value").fill("berlin");
    await addGroup(0);
    await page.getByLabel("How to combine the conditions").nth(2).selectOption("nor");
    await addCondition(0, "points");
    await page.getByLabel("points: Comparison").selectOption("lt");
    await page.getByLabel("points: Value").fill("31");
    await addCondition(0, "tag");
    await page.getByLabel("Has or does not have").last().selectOption("no");

    const wanted = people
      .filter(({ branch, points }) => branch === "Berlin" || (points >= 31 && points % 5 === 0))
      .map(({ email }) => email)
      .sort();
    await page.getByText(`${wanted.length} contacts`).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await takeScreenshots(page, screenshots, "segment-builder");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { name: "Near and dear" }).waitFor();
    const id = Number(/segments\/(\d+)/.exec(page.url())?.[1]);

    const campaign = await api.post<{ id: number }>(`${workspace.path}/campaigns`, {
      name: "To a segment",
      subject: "Only for you",
      senderId: workspace.senderId,
      routeId: workspace.routeId,
      bodySource: '<p>Hello</p><a href="{{ unsubscribe_url }}">Stop</a>',
    });
    await page.goto(`${binary.url}/w/${workspace.id}/campaigns/${campaign.id}`);
    await page.locator("#audience").waitFor();
    if ((await page.locator("#audience[open]").count()) === 0) {
      await page.locator("#audience > summary").click();
    }
    await page.getByLabel("Near and dear").first().check();
    await page.getByRole("button", { name: `Send to ${wanted.length} people now` }).click();
    await waitFor(
      "the campaign",
      () => api.get<{ status: string }>(`${workspace.path}/campaigns/${campaign.id}`),
      ({ status }) => status === "completed",
      60_000,
    );

    expect(await untilCompleted(api, workspace, campaign.id, 1_000)).toBe(wanted.length);
    const inbox = await api.get<{ items: { to: string }[] }>(
      `${workspace.path}/inbox?limit=200&q=${encodeURIComponent("Only for you")}`,
    );
    const got = inbox.items.map((mail) => mail.to).sort();
    expect(got).toEqual(wanted);
    expect(id).toBeGreaterThan(0);
  },
  TEST_MS,
);

/** The buttons of the innermost group are the first of their kind: groups come before their parent's buttons. */
async function addCondition(nth: number, name: string): Promise<void> {
  await page.getByRole("button", { name: "Add condition" }).nth(nth).click();
  await page.getByLabel("Search conditions").fill(name);
  await page.keyboard.press("Enter");
}

async function addGroup(nth: number): Promise<void> {
  await page.getByRole("button", { name: "Add group" }).nth(nth).click();
}
