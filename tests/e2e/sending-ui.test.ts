// How a person sets up sending: a relay from a preset, a domain whose records become valid, a group of routes.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { ApiClient } from "../../server/commands/demo/api-client.ts";
import type { ReadyWorkspace } from "../../server/commands/demo/seed.ts";
import { accessibilityFindings, desktop, takeScreenshots } from "../support/browser.ts";
import { startDns, type TestDns } from "../support/dns-server.ts";
import { type ServerInBrowser, startServerInBrowser } from "./in-browser.ts";

const screenshots = join(import.meta.dir, "../../.cache/screenshots");

let dns: TestDns;
let fixture: ServerInBrowser;
let api: ApiClient;
let workspace: ReadyWorkspace;
let page: Page;

beforeAll(async () => {
  dns = await startDns({});
  fixture = await startServerInBrowser([dns.server]);
  ({ api, workspace, page } = fixture);
}, 60_000);

afterAll(async () => {
  await fixture?.close();
  await dns?.close();
});

async function look(name: string): Promise<void> {
  await takeScreenshots(page, screenshots, name);
  await page.setViewportSize(desktop);
  expect(await accessibilityFindings(page)).toEqual([]);
}

const open = (path: string) => page.goto(`${fixture.server.url}/w/${workspace.id}${path}`);

test("a relay is added from a preset and opens on its own page, with the provider's limits", async () => {
  await open("/sending/routes");
  await page.getByRole("button", { name: "Add sending method" }).click();
  await page.getByLabel("Provider", { exact: true }).selectOption("ses");
  await page.getByLabel("Region or stream").selectOption("email-smtp.eu-central-1.amazonaws.com");
  await page.getByRole("textbox", { name: "Username" }).fill("AKIAEXAMPLE");
  await page.locator("input[name=password]").fill("secret");
  await look("route-dialog");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.waitForURL(/sending\/routes\/\d+$/);

  await page.getByRole("heading", { name: "Amazon SES", level: 1 }).waitFor();
  expect(await page.getByLabel("Messages per 24 hours").inputValue()).toBe("50000");
  await page.getByRole("button", { name: "Add IP address" }).click();
  await page.getByLabel("IP address").fill("203.0.113.7");
  await page.getByLabel("EHLO name").fill("mta1.example.net");
  await page.getByLabel("Warm up this address").check();
  await look("route-page");
}, 60_000);

test("a domain's checks go green once its records are in the DNS", async () => {
  await open("/sending/domains");
  await page.getByRole("button", { name: "Add domain" }).first().click();
  await page.getByLabel("Domain", { exact: true }).fill("news.example.com");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.waitForURL(/sending\/domains\/\d+$/);
  await page.getByRole("heading", { name: "news.example.com" }).waitFor();
  await page.getByRole("button", { name: "Check now" }).click();
  await page.getByText("No DKIM key is published under this name yet.").waitFor();

  const { items } = await api.get<{ items: { name: string; records: Wanted[] }[] }>(
    `${workspace.path}/domains`,
  );
  const domain = items.find(({ name }) => name === "news.example.com");
  for (const { type, host, value } of domain?.records ?? []) {
    const name = { ...dns.zone[host], ttl: 0 };
    if (type === "TXT") {
      dns.zone[host] = { ...name, TXT: [value] };
    } else if (type === "MX") {
      dns.zone[host] = { ...name, MX: [value] };
    } else {
      dns.zone[host] = { ...name, CNAME: value };
    }
  }
  dns.zone["amazonses.com"] = { TXT: ["v=spf1 ip4:198.51.100.0/24 -all"] };
  await page.getByRole("button", { name: "Check now" }).click();
  await page.getByText("Verified", { exact: true }).waitFor();
  await page.getByText("Found", { exact: true }).nth(4).waitFor();
  await page.getByRole("button", { name: "Replace key" }).click();
  await page.getByText("Finish replacing the key").waitFor();
  await look("domain-page");
}, 60_000);

test("two routes form a group that a campaign can use", async () => {
  await open("/sending/routes");
  await page.getByRole("button", { name: "Add sending method" }).click();
  await page.getByLabel("Provider", { exact: true }).selectOption("brevo");
  await page.getByRole("textbox", { name: "Username" }).fill("login@example.com");
  await page.locator("input[name=password]").fill("secret");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.waitForURL(/sending\/routes\/\d+$/);
  await open("/sending/routes");
  await page.getByRole("button", { name: "Add group" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Main");
  await page.getByLabel("Sending method 1", { exact: true }).selectOption({ label: "Amazon SES" });
  await page.getByLabel("Sending method 2", { exact: true }).selectOption({ label: "Brevo" });
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("2. Brevo").waitFor();
  await look("routes-and-groups");

  const { id } = await api.post<{ id: number }>(`${workspace.path}/campaigns`, { name: "May" });
  await open(`/campaigns/${id}`);
  await page.locator("details#sender > summary").click();
  await page.getByLabel("Sending method", { exact: true }).selectOption({ label: "Main (group)" });
  const saved = page.waitForResponse((answer) => answer.request().method() === "PATCH");
  await saved;
  const campaign = await api.get(`${workspace.path}/campaigns/${id}`);
  expect(campaign).toMatchObject({ routeGroupId: 1, routeId: null });
}, 60_000);

type Wanted = { type: string; host: string; value: string };
