// Why somebody did or did not get a message: one campaign with every possible outcome, explained per address; then
// failed messages are sent again from the report, and a held message is decided.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { ApiClient } from "../../server/commands/demo/api-client.ts";
import type { ReadyWorkspace } from "../../server/commands/demo/seed.ts";
import { accessibilityFindings, desktop, phone, takeScreenshots } from "../support/browser.ts";
import { untilReport } from "../support/relay-campaign.ts";
import { startTcpSink, type TcpSink } from "../support/tcp-sink.ts";
import { type ServerInBrowser, startServerInBrowser } from "./in-browser.ts";

const screenshots = join(import.meta.dir, "../../.cache/screenshots");

let sink: TcpSink;
let fixture: ServerInBrowser;
let api: ApiClient;
let workspace: ReadyWorkspace;
let page: Page;
let campaignId: number;
/** The server accepts the mail once the sender has fixed the cause. */
let isMended = false;

beforeAll(async () => {
  sink = startTcpSink({ onRecipient: answerFor, onMessage: endOf });
  fixture = await startServerInBrowser();
  ({ api, workspace, page } = fixture);
  campaignId = await send();
  await untilReport(
    api,
    workspace,
    campaignId,
    ({ counts }) => counts.pending + counts.leased === 0,
  );
}, 90_000);

afterAll(async () => {
  await fixture?.close();
  sink?.close();
});

function answerFor(address: string): string {
  if (address.startsWith("gone")) {
    return "550 5.1.1 The email account that you tried to reach does not exist";
  }
  if (address.startsWith("later")) {
    return "451 4.7.1 Greylisted, please try again in 300 seconds";
  }
  return address.startsWith("blocked") && !isMended
    ? "554 5.7.1 Message rejected because it was considered spam"
    : "250 2.1.5 OK";
}

const endOf = (address: string) =>
  address.startsWith("lost") ? { drop: true as const } : { reply: "250 2.0.0 queued" };

/** A campaign to a list and a segment; one question is about a person in neither. */
async function send(): Promise<number> {
  const { path } = workspace;
  const { id: listId } = await api.post<{ id: number }>(`${path}/lists`, { name: "Readers" });
  const people = ["ann", "gone", "blocked1", "blocked2", "later", "lost1", "lost2", "suppressed"];
  for (const name of people) {
    await api.post(`${path}/contacts`, { email: `${name}@reader.example`, listIds: [listId] });
  }
  await api.post(`${path}/contacts`, { email: "outsider@reader.example" });
  const tag = await api.post<{ id: number }>(`${path}/tags`, { name: "VIP" });
  const segment = await api.post<{ id: number }>(`${path}/segments`, {
    name: "Loyal readers",
    rule: {
      op: "and",
      rules: [
        { mail: "sent", has: false },
        { tag: tag.id, has: true },
      ],
    },
  });
  await api.post(`${path}/suppressions`, { addresses: ["suppressed@reader.example"] });
  const route = await api.post<{ id: number }>(`${path}/routes`, {
    name: "Relay",
    kind: "relay",
    host: "127.0.0.1",
    port: sink.port,
    security: "none",
    username: "",
    password: "",
  });
  const campaign = await api.post<{ id: number }>(`${path}/campaigns`, {
    name: "Autumn letter",
    subject: "Six books for long evenings",
    senderId: workspace.senderId,
    routeId: route.id,
    bodyKind: "html",
    bodySource: '<p>Hello</p><p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>',
    audience: {
      ...{ everyone: false, includeLists: [listId], excludeLists: [] },
      includeSegments: [segment.id],
    },
    onAmbiguous: "hold",
  });
  await api.post(`${path}/campaigns/${campaign.id}/launch`);
  return campaign.id;
}

const open = (path: string) =>
  page.goto(`${fixture.server.url}/w/${workspace.id}/campaigns/${path}`);

/** Requires no finding of axe in either theme and nothing wider than a phone, and keeps screenshots. */
async function look(name: string): Promise<void> {
  await takeScreenshots(page, screenshots, name);
  await page.setViewportSize(phone);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  await page.setViewportSize(desktop);
  expect(overflow).toBe(0);
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await accessibilityFindings(page)).toEqual([]);
  }
}

/** Searches an address among the recipients, as support does when asked "why did I not get it?". */
async function search(address: string): Promise<void> {
  await open(`${campaignId}/recipients`);
  await page.getByRole("searchbox").fill(address);
}

async function story(name: string): Promise<void> {
  await search(`${name}@reader.example`);
  await page.getByRole("link", { name: `${name}@reader.example` }).click();
  await page.getByRole("heading", { name: `${name}@reader.example`, level: 1 }).waitFor();
}

test("the report lists failures by reason, what needs a decision, and what can be sent again", async () => {
  await open(`${campaignId}/report`);
  await page.getByText("2 people may already have the message").waitFor();
  await page.getByRole("cell", { name: "Rejected as spam" }).waitFor();
  // The address that does not exist is suppressed by now and therefore excluded.
  await page.getByRole("button", { name: "Retry 2 messages" }).waitFor();
  await page.getByText("Skipped: 1 suppressed").waitFor();
  await look("explain-report");
}, 60_000);

test("a bounced recipient shows the server's reply, and that the address is now suppressed", async () => {
  await story("gone");
  await page.getByText("The mailbox does not exist").first().waitFor();
  await page.getByText("550 5.1.1 The email account that you tried").waitFor();
  await page.getByText(/Suppressed since/).waitFor();
  await look("explain-bounced");
}, 60_000);

test("a deferred recipient shows the server's reply, how long it waited, and the next attempt", async () => {
  await story("later");
  await page.getByRole("heading", { name: "Waiting times" }).waitFor();
  await page
    .getByText("Greylisted: the server asked SwiftMail to try again later")
    .first()
    .waitFor();
  await page.getByText(/until the next attempt/).waitFor();
  await look("explain-deferred");
}, 60_000);

test("a suppressed address, one outside the segment and an unknown one show the first reason in words", async () => {
  await search("suppressed@reader.example");
  await page.getByText("Their address was suppressed when the campaign started.").waitFor();
  await page.getByText("Suppressed manually").waitFor();

  await search("outsider@reader.example");
  await page.getByText("Did not match segment “Loyal readers”:").waitFor();
  await page.getByText("Not met: Has the tag “VIP”").waitFor();
  await look("explain-outsider");

  await search("stranger@reader.example");
  await page.getByText("No contact in this workspace has this address.").waitFor();
}, 60_000);

test("one held message is decided on its own page, the other from the report", async () => {
  await story("lost1");
  await page.getByText("This message needs your decision").waitFor();
  await look("explain-held");
  await page.getByRole("button", { name: "Do not send again" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Do not send again" }).click();
  await page.getByText("This message needs your decision").waitFor({ state: "detached" });

  await open(`${campaignId}/report`);
  await page.getByText("1 person may already have the message", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Count as failed" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Count as failed" }).click();
  await page
    .getByText("1 person may already have the message", { exact: true })
    .waitFor({ state: "detached" });
  const { counts } = await untilReport(api, workspace, campaignId, () => true);
  expect(counts).toMatchObject({ held: 0, sent: 2, failed: 3 });
}, 60_000);

test("failed messages are sent again, with their number on the button, and arrive", async () => {
  isMended = true;
  await open(`${campaignId}/report`);
  await page.getByLabel("Reason", { exact: true }).selectOption({ label: "Rejected as spam" });
  await page.getByRole("button", { name: "Retry 2 messages" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Retry 2 messages" }).click();
  await page.getByText("Sending 2 messages again").waitFor();

  await untilReport(api, workspace, campaignId, ({ counts }) => counts.sent === 4);
  const arrived = sink.arrived.map(({ address }) => address).sort();
  expect(arrived.filter((one) => one.startsWith("blocked"))).toEqual([
    "blocked1@reader.example",
    "blocked2@reader.example",
  ]);
  await story("blocked1");
  await page.getByText("Accepted by the server").first().waitFor();
}, 60_000);

test("automatic pausing is set on its own page, and a word is refused at its field", async () => {
  await page.goto(`${fixture.server.url}/w/${workspace.id}/sending/settings`);
  const rest = page.getByLabel("Days until the address is tried again");
  await rest.fill("soon");
  await page.getByLabel("Reported as spam, %").fill("0,2");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Enter a number.").waitFor();
  await look("sending-settings");
  await rest.fill("90");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Settings saved").waitFor();

  const settings = await api.get(`${workspace.path}/delivery-settings`);
  expect(settings).toMatchObject({ complaintPercent: 0.2, softBounceDays: 90 });
}, 60_000);

test("what happens without a confirmation is explained and chosen in the editor", async () => {
  const draft = await api.post<{ id: number }>(`${workspace.path}/campaigns`, { name: "Draft" });
  await open(String(draft.id));
  await page.locator("#sender > summary").click();
  const choice = page.getByLabel("If delivery is unconfirmed");
  expect(await choice.inputValue()).toBe("resend");
  await page.getByText("A few people may get it twice.").waitFor();
  await choice.selectOption({ label: "Ask me first" });
  await page.getByText("Nobody gets the message twice unless you choose it.").waitFor();
  await page.getByText(/^Saved/).waitFor();
  await look("explain-unconfirmed");

  const saved = await api.get(`${workspace.path}/campaigns/${draft.id}`);
  expect(saved).toMatchObject({ onAmbiguous: "hold" });
}, 60_000);
