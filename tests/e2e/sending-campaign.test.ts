// A campaign over two relays, watched in the browser: it reaches a limit, a rule suspends a provider, a person resumes
// it, the first relay goes away, the second one takes over, and everybody gets the message exactly once.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { importContacts } from "../../server/commands/demo/seed.ts";
import { openDatabases } from "../../server/platform/db/databases.ts";
import {
  accessibilityFindings,
  launchBrowser,
  signedInPage,
  takeScreenshots,
} from "../support/browser.ts";
import { untilReport } from "../support/relay-campaign.ts";
import { type SeededBinary, startSeededBinary } from "../support/seeded-binary.ts";
import { startTcpSink, type TcpSink } from "../support/tcp-sink.ts";

const screenshots = join(import.meta.dir, "../../.cache/screenshots");
const DOMAINS = ["yahoo.com", "acme.example", "yahoo.com", "letters.example"];
const PEOPLE = 1_200;
const OF_YAHOO = PEOPLE / 2;
const RATE = 30;
const COMPLAINTS = "421 4.7.0 [TSS04] Messages temporarily deferred due to user complaints";

let seeded: SeededBinary;
let first: TcpSink;
let second: TcpSink;
let yahooIsCross = false;
let browser: Browser;
let page: Page;
let campaignId = 0;

beforeAll(async () => {
  const onRecipient = (address: string) =>
    yahooIsCross && address.endsWith("@yahoo.com") ? COMPLAINTS : "250 2.1.5 ok";
  first = startTcpSink({ onRecipient });
  second = startTcpSink({ onRecipient });
  seeded = await startSeededBinary();
  // Nothing is sent through a relay while links lead to this machine.
  await seeded.api.patch("/instance/settings", { publicUrl: "http://mail.acme-books.example" });
  await seedCampaign();
  browser = await launchBrowser();
  page = await signedInPage(browser, seeded, { reducedMotion: "reduce" });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await seeded?.binary.dispose();
  first?.close();
  second?.close();
});

/** Two relays in a group, the first one limited; a rule that suspends a provider; a draft for everybody. */
async function seedCampaign(): Promise<void> {
  const { api, workspace } = seeded;
  const newRelay = (name: string, port: number, limits: Record<string, number>) =>
    api.post<{ id: number }>(`${workspace.path}/routes`, {
      ...{ name, kind: "relay", host: "127.0.0.1", port, security: "none" },
      ...{ maxConnections: 2, ...limits },
    });
  const one = await newRelay("Relay One", first.port, { maxPerSecond: RATE });
  const two = await newRelay("Relay Two", second.port, { maxPerSecond: 60 });
  const group = await api.post<{ id: number }>(`${workspace.path}/route-groups`, {
    name: "Both relays",
    members: [
      { routeId: one.id, position: 0, weight: 1 },
      { routeId: two.id, position: 1, weight: 1 },
    ],
  });
  await api.post("/instance/limit-rules", {
    name: "A relay says that people complained",
    match: { codes: ["421"], text: "user complaints" },
    trigger: { times: 1, withinMs: 3_600_000 },
    actions: [{ do: "suspend", scope: "route_provider", forMs: 7_200_000 }],
    enabled: true,
  });
  const rows = Array.from(
    { length: PEOPLE },
    (_, i) => `reader${i}@${DOMAINS[i % DOMAINS.length]},Name ${i}`,
  );
  const csv = ["email,first name", ...rows].join("\n");
  const { listId } = await importContacts(api, workspace, csv, "Readers");
  const campaign = await api.post<{ id: number }>(`${workspace.path}/campaigns`, {
    ...{ name: "Winter catalogue", subject: "Hello {{ contact.first_name }}" },
    ...{ senderId: workspace.senderId, routeGroupId: group.id, bodyKind: "html" },
    bodySource: '<p>Hi</p><p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>',
    audience: { everyone: false, includeLists: [listId], excludeLists: [] },
  });
  campaignId = campaign.id;
}

const open = (path: string) =>
  page.goto(`${seeded.binary.url}/w/${seeded.workspace.id}${path}`, { waitUntil: "load" });

async function look(name: string): Promise<void> {
  await takeScreenshots(page, screenshots, name);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await accessibilityFindings(page)).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

const gotBy = (sink: TcpSink) => sink.arrived.map(({ address }) => address);
const ofYahoo = (sink: TcpSink) => gotBy(sink).filter((address) => address.endsWith("@yahoo.com"));
const routeRow = (name: string) => page.getByRole("row", { name: new RegExp(`^${name}`) });

test("a campaign launched in the browser names its current limit, there and in the live queue", async () => {
  await open(`/campaigns/${campaignId}`);
  await page.getByRole("button", { name: "Send to 1,200 people now" }).click();
  await page.waitForURL(/\/report$/);

  const sentence = `Limited to ${RATE} messages a second by the sending method “Relay One”.`;
  await page.getByText(sentence).waitFor();
  await look("campaign-limited");
  await open("/sending/queue");
  await page
    .getByRole("row", { name: /Winter catalogue/ })
    .getByText(sentence)
    .waitFor();

  expect(first.arrived.length).toBeWithin(1, PEOPLE);
  expect(second.arrived).toEqual([]);
}, 60_000);

test("a provider suspended by a rule is shown with the end and the reason, and can be resumed there", async () => {
  yahooIsCross = true;
  const row = page.getByRole("row", { name: /Relay One to yahoo/ });
  await row.getByText("Paused").waitFor();
  await row.getByText(/^in (?:2|1[0-9]*) h/).waitFor();
  await row.getByText(/user complaints/).waitFor();
  const before = ofYahoo(first).length;
  await look("queue-suspended");
  expect(ofYahoo(first).length).toBe(before);

  yahooIsCross = false;
  await row.getByRole("button").click();
  await page.getByRole("menuitem", { name: "Resume now" }).click();
  await page.getByText("Sending resumed").waitFor();
  await row.waitFor({ state: "detached" });

  const until = Date.now() + 20_000;
  while (ofYahoo(first).length === before && Date.now() < until) {
    await Bun.sleep(50);
  }
  expect(ofYahoo(first).length).toBeGreaterThan(before);
}, 60_000);

test("when the first relay goes away, the rest is sent over the second one, and the queue says so", async () => {
  const before = first.arrived.length;
  first.close();

  await routeRow("Relay One").getByText("Not working").waitFor();
  await routeRow("Relay Two").getByText("Working", { exact: true }).waitFor();
  await look("queue-failed-over");

  expect(before).toBeLessThan(PEOPLE);
  expect(second.arrived.length).toBeGreaterThan(0);
}, 60_000);

test("it completes with exact counts, and everybody got it once", async () => {
  const { api, workspace, binary } = seeded;
  await untilReport(
    api,
    workspace,
    campaignId,
    ({ counts }) => counts.pending + counts.leased === 0,
  );
  // Messages deferred by Yahoo, or interrupted by the relay, are due in minutes: make them due now.
  await api.post(`${workspace.path}/campaigns/${campaignId}/pause`);
  await untilReport(api, workspace, campaignId, ({ campaign }) => campaign.status === "paused");
  const databases = openDatabases(binary.dataDir);
  databases
    .workspace(workspace.id)
    .exec(
      "UPDATE message SET due_at = 1 WHERE state = 1; UPDATE chunk SET next_due = 1 WHERE deferred > 0",
    );
  databases.close();
  await api.post(`${workspace.path}/campaigns/${campaignId}/resume`);
  const { counts } = await untilReport(
    api,
    workspace,
    campaignId,
    ({ campaign }) => campaign.status === "completed",
  );

  expect(counts).toMatchObject({ total: PEOPLE, sent: PEOPLE, bounced: 0, failed: 0, skipped: 0 });
  const everybody = [...gotBy(first), ...gotBy(second)];
  expect(new Set(everybody).size).toBe(PEOPLE);
  // A message whose reply was lost with the relay is sent again: at most one per connection.
  expect(everybody.length).toBeLessThanOrEqual(PEOPLE + 2);
  expect([...ofYahoo(first), ...ofYahoo(second)].length).toBeGreaterThanOrEqual(OF_YAHOO);
  await open(`/campaigns/${campaignId}/report`);
  await page.getByText("1,200", { exact: true }).first().waitFor();
  await look("campaign-finished");
}, 90_000);
