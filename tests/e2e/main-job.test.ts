// The main job in a real browser, on the compiled binary: set up, import, send, open and click, read the report.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { type ApiClient, apiClient, waitFor } from "../../server/commands/demo/api-client.ts";
import { trackedAddresses } from "../../server/commands/demo/visitors.ts";
import { type RunningBinary, startBinary } from "../support/binary.ts";
import { desktop, launchBrowser } from "../support/browser.ts";
import { type HostileEncoding, hostileCsv } from "../support/hostile-csv.ts";
import { setupToken } from "../support/seeded-binary.ts";

// 10,000 rows in the three encodings that spreadsheets write.
const files = (
  [
    ["utf8", 4_000],
    ["utf16le", 3_000],
    ["windows-1252", 3_000],
  ] as [HostileEncoding, number][]
).map(([encoding, rows]) => ({
  name: `${encoding}.csv`,
  csv: hostileCsv(rows, encoding, encoding.replace("-", "")),
}));
const people = files.reduce((sum, { csv }) => sum + csv.addresses.length, 0);
const held = files.reduce((sum, { csv }) => sum + csv.held, 0);
const mailed = (people - held).toLocaleString("en");
const EMAIL = "ada@agency.test";
const PASSWORD = "four unrelated words here";
const SUBJECT = "Autumn reading list";
const STEP_MS = 120_000;
// Headless Chromium's own user agent would rightly be classified as a machine.
const READER =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

let folder = "";
let binary: RunningBinary;
let browser: Browser;
let page: Page;
let api: ApiClient;
let workspace = "";

// An empty list offers its only next step twice: above it and in it.
const press = (name: string) => page.getByRole("button", { name, exact: true }).first().click();
const fill = (label: string, value: string) => page.getByLabel(label, { exact: true }).fill(value);
const unfold = async (section: string) => {
  await page.locator(`#${section}`).waitFor();
  if ((await page.locator(`#${section}[open]`).count()) === 0) {
    await page.locator(`#${section} > summary`).click();
  }
};
/** The two lines of a figure on the page: its value and its note. */
const figure = async (label: string) =>
  (
    await page
      .locator("dl > div", { has: page.locator("dt", { hasText: label }) })
      .first()
      .locator("dd")
      .allTextContents()
  ).join(" ");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "main-job-"));
  for (const { name, csv } of files) {
    writeFileSync(join(folder, name), csv.bytes);
  }
  binary = await startBinary();
  browser = await launchBrowser();
  page = await (await browser.newContext({ viewport: desktop, locale: "en-GB" })).newPage();
  page.setDefaultTimeout(20_000);
  api = apiClient(binary.url);
}, STEP_MS);

afterAll(async () => {
  await browser?.close();
  await binary?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe("the main job", () => {
  test(
    "the wizard leads from the token on the console to a workspace with a test message",
    async () => {
      await page.goto(`${binary.url}/setup?token=${await setupToken(binary)}`);
      await press("Start");
      await fill("Name", "Ada Lovelace");
      await fill("Email address", EMAIL);
      await fill("Password", PASSWORD);
      await press("Continue");
      await fill("Organization name", "Lovelace & Co");
      await press("Continue");
      await fill("Workspace name", "Acme Books");
      await fill("Postal address", "1 Sample Street, 10115 Berlin");
      await press("Continue");
      await fill("Public URL", binary.url);
      await press("Continue");
      await page.getByText("Test inbox", { exact: true }).click();
      await press("Continue");
      await fill("Sender name", "Acme Books");
      await fill("Sender address", "hello@acme-books.test");
      await press("Continue");
      await press("Send test message");
      await press("Continue");
      await press("Finish and open test message");

      await page.waitForURL(/\/instance\/inbox\/\d+/);
      await page.locator("main").getByText(EMAIL).first().waitFor();
      await page.goto(binary.url);
      await page.waitForURL(/\/w\//);
      workspace = /\/w\/([^/]+)/.exec(page.url())?.[1] ?? "";
      await api.post("/auth/sign-in", { email: EMAIL, password: PASSWORD });
    },
    STEP_MS,
  );

  test("the wizard cannot run twice", async () => {
    await page.goto(`${binary.url}/setup`);

    await page.getByRole("link", { name: "Sign in" }).waitFor();
    expect(api.post("/setup/organization", { name: "Taken over" })).rejects.toThrow("setup_done");
  });

  test.each(files)(
    "$name, with every mistake found in real files, becomes exactly the contacts in it",
    async ({ name, csv }) => {
      await page.goto(`${binary.url}/w/${workspace}/contacts/imports/new`);
      await page.locator("input[type=file]").setInputFiles(join(folder, name));
      await page.getByLabel("Yes, all of them").check();
      await press("Start import");
      await page.getByText("Done", { exact: true }).waitFor({ timeout: STEP_MS });

      expect(await figure("Rows")).toBe(csv.rows.toLocaleString("en"));
      expect(await figure("New")).toBe(csv.addresses.length.toLocaleString("en"));
      expect(await figure("Duplicate rows")).toBe(String(csv.duplicates));
      expect(await figure("Rejected")).toBe(String(csv.rejected));
    },
    STEP_MS,
  );

  test(
    "a campaign from a template is sent to everybody with one button that shows the number",
    async () => {
      await page.goto(`${binary.url}/w/${workspace}/campaigns`);
      await press("New campaign");
      await fill("Name", "November newsletter");
      await page.getByText("Newsletter", { exact: true }).click();
      await press("Create");
      await page.waitForURL(/\/campaigns\/1$/);
      await unfold("content");
      await fill("Subject", SUBJECT);
      await unfold("audience");
      await page.getByText("Everyone", { exact: true }).last().click();
      await unfold("sender");
      await page.getByLabel("Sender", { exact: true }).selectOption({ index: 1 });
      await page.getByLabel("Sending method", { exact: true }).selectOption({ index: 1 });
      await press(`Send to ${mailed} people now`);

      await page.waitForURL(/\/campaigns\/1\/report$/);
      await page.getByText("Completed", { exact: true }).waitFor({ timeout: STEP_MS });
      expect(await figure("Sent")).toBe(`${mailed} of ${mailed}`);
    },
    STEP_MS,
  );

  test(
    "the report shows exactly what readers opened, clicked and unsubscribed",
    async () => {
      const reader = await (await browser.newContext({ userAgent: READER })).newPage();
      const mails = await readMails(3);
      const [opener, clicker, leaver] = mails.map((mail) => ({
        html: mail.html,
        tracked: trackedAddresses(mail.html, mail.listUnsubscribe),
      }));

      for (const mail of [opener, clicker]) {
        const pixel = reader.waitForResponse((response) => response.url() === mail?.tracked.pixel);
        await reader.setContent(mail?.html ?? "");
        expect((await pixel).headers()["content-type"]).toBe("image/gif");
      }
      // The link leads outside this machine, so the redirect is checked but not followed.
      const click = await reader.request.get(clicker?.tracked.links[0] ?? "", { maxRedirects: 0 });
      expect(click.status()).toBe(302);
      expect(clicker?.html).not.toContain(click.headers()["location"] ?? "nowhere");
      await reader.goto(leaver?.tracked.unsubscribe ?? "");
      await reader.getByRole("button", { name: "Unsubscribe" }).click();
      await reader.waitForLoadState();

      const report = await waitFor(
        "the report",
        () => api.get<Report>(`/workspaces/${workspace}/campaigns/1/report`),
        ({ engagement }) => engagement.unsubscribes > 0 && engagement.clicks.human.unique > 0,
        20_000,
      );
      expect(report.engagement).toMatchObject({
        opens: { human: { unique: 2 }, machine: { unique: 0 } },
        clicks: { human: { unique: 1, total: 1 }, machine: { unique: 0 } },
        unsubscribes: 1,
      });
      await page.reload();
      await page.getByText("Completed", { exact: true }).waitFor();
      expect(await figure("Opened")).toContain(" 2 ·");
      expect(await figure("Clicked")).toContain(" 1 ·");
      expect(await figure("Unsubscribed")).toEndWith(" 1");
    },
    STEP_MS,
  );

  test("unsubscribed people are not reached by the next campaign", async () => {
    const { waterfall } = await nextPreflight();

    expect(waterfall).toMatchObject({
      inAudience: people,
      unsubscribed: 1,
      suppressed: { unclear: held },
      recipients: people - held - 1,
    });
  });
});

type Report = {
  engagement: {
    opens: { human: { unique: number } };
    clicks: { human: { unique: number } };
    unsubscribes: number;
  };
};

/** The content of the first captured messages of the campaign. */
async function readMails(count: number): Promise<{ html: string; listUnsubscribe: string }[]> {
  type Mail = { html: string; headers: { name: string; value: string }[] };
  const inbox = `/workspaces/${workspace}/inbox`;
  const query = `?limit=${count}&q=${encodeURIComponent(SUBJECT)}`;
  const page = await api.get<{ items: { id: number }[] }>(inbox + query);
  return await Promise.all(
    page.items.map(async ({ id }) => {
      const mail = await api.get<Mail>(`${inbox}/${id}`);
      const header = mail.headers.find(({ name }) => name.toLowerCase() === "list-unsubscribe");
      return { html: mail.html, listUnsubscribe: header?.value ?? "" };
    }),
  );
}

async function nextPreflight(): Promise<{ waterfall: { inAudience: number; recipients: number } }> {
  const campaigns = `/workspaces/${workspace}/campaigns`;
  const { id } = await api.post<{ id: number }>(`${campaigns}/1/duplicate`);
  return await api.get(`${campaigns}/${id}/preflight`);
}
