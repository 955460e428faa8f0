// Every page of the application, with data in it, in a real browser: no error, no finding of axe in either theme,
// nothing wider than a phone. Screenshots are kept in .cache/screenshots.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { demoContactsCsv } from "../../server/commands/demo/demo-contacts.ts";
import { readTestInbox } from "../../server/commands/demo/readers.ts";
import { importContacts, launchCampaign, untilCompleted } from "../../server/commands/demo/seed.ts";
import { DmarcDesk } from "../../server/inbound/dmarc/dmarc-desk.ts";
import { INSTANCE_INBOX, ReceivedBox } from "../../server/inbound/received.ts";
import { openDatabases } from "../../server/platform/db/databases.ts";
import { dmarcXml } from "../fixtures/dmarc-report.ts";
import {
  accessibilityFindings,
  desktop,
  launchBrowser,
  phone,
  signIn,
  takeScreenshots,
} from "../support/browser.ts";
import { type SeededBinary, startSeededBinary } from "../support/seeded-binary.ts";

const root = join(import.meta.dir, "../..");
const screenshots = join(root, ".cache/screenshots");
const SUBJECT = "Autumn reading list";
const CONTACTS = 120;
// Longer than the page needs: a test that times out ends the browser as well.
const PAGE_TIMEOUT_MS = 60_000;

/** The pages as the router names them, so that a new page is tested without a change here. */
const pages = [...readFileSync(join(root, "web/src/app.tsx"), "utf8").matchAll(/page\("([^"]+)"/g)]
  .map(([, path]) => path ?? "")
  .filter((path) => path !== "/gallery" && path !== "/setup");

let seeded: SeededBinary;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const values = new Map<string, string>();
let faults: string[] = [];

/** The page's address with the ids of seeded objects in place of its parameters. */
function addressOf(path: string): string {
  return path.replace(/:(\w+)/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined) {
      throw new Error(`tests/e2e/pages.test.ts has nothing to show for :${name} of ${path}`);
    }
    return value;
  });
}

async function open(path: string): Promise<void> {
  faults = [];
  await page.goto(`${seeded.binary.url}${addressOf(path)}`);
  await page.waitForFunction(
    () =>
      document.querySelector("h1") !== null &&
      document.querySelector(".skeleton, [aria-busy=true]") === null,
  );
  await page.waitForLoadState("load");
  await Bun.sleep(150);
}

/** How much wider than the window the page is, once charts have adapted to the window's new size. */
async function settledOverflow(): Promise<number> {
  const until = Date.now() + 3_000;
  for (;;) {
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (overflow === 0 || Date.now() > until) {
      return overflow;
    }
    await Bun.sleep(100);
  }
}

async function seed(): Promise<void> {
  const { api, workspace } = seeded;
  const { listId } = await importContacts(api, workspace, demoContactsCsv(CONTACTS), "Customers");
  const campaignId = await launchCampaign(api, workspace, {
    name: "November newsletter",
    subject: SUBJECT,
    preheader: "Six books for long evenings",
    starter: "newsletter",
    listId,
    routeId: workspace.routeId,
  });
  await untilCompleted(api, workspace, campaignId, 60_000);
  await readTestInbox(api, workspace, SUBJECT);
  const first = async (path: string) =>
    String(
      (await api.get<{ items: { id: number | string }[] }>(`${workspace.path}${path}`)).items[0]
        ?.id,
    );
  const template = await api.post<{ id: number }>(`${workspace.path}/templates`, {
    name: "Monthly letter",
    starter: "newsletter",
  });
  await api.patch(`${workspace.path}/lists/${listId}`, { isPublic: true });
  const form = await api.post<{ id: number }>(`${workspace.path}/forms`, {
    name: "Footer of the website",
    settings: {
      listIds: [listId],
      fields: [{ key: "first_name", required: false }],
      consentText: "Yes, send me the newsletter once a month.",
    },
  });
  values.set("formId", String(form.id));
  const segment = await api.post<{ id: number }>(`${workspace.path}/segments`, {
    name: "Readers who came back",
    rule: {
      op: "and",
      rules: [
        { list: listId },
        { op: "or", rules: [{ mail: "opened", withinDays: 30 }, { mail: "clicked" }] },
      ],
    },
  });
  await api.post(`${workspace.path}/tags`, { name: "VIP" });
  const newRelay = (name: string, preset: string, host: string) =>
    api.post<{ id: number }>(`${workspace.path}/routes`, {
      ...{ name, kind: "relay", preset, host },
      ...{ port: 587, security: "starttls", username: "token", password: "token" },
    });
  const relay = await newRelay("Postmark", "postmark", "smtp.postmarkapp.com");
  const standIn = await newRelay("SendGrid", "sendgrid", "smtp.sendgrid.net");
  await api.post(`${workspace.path}/route-groups`, {
    name: "Main way out",
    members: [relay.id, standIn.id].map((routeId, position) => ({
      ...{ routeId, position, weight: 1 },
    })),
  });
  values.set("segmentId", String(segment.id));
  values.set("workspaceId", workspace.id);
  values.set("campaignId", String(campaignId));
  values.set("seq", "1");
  values.set("listId", String(listId));
  values.set("templateId", String(template.id));
  values.set("contactId", await first("/contacts"));
  await api.post(`${workspace.path}/contact-fields`, {
    label: "Genres",
    type: "multi_choice",
    choices: ["Crime", "Poetry"],
  });
  const ids = [Number(values.get("contactId"))];
  await api.post(`${workspace.path}/tags/apply`, { add: ["VIP"], ids });
  await api.patch(`${workspace.path}/contacts/${ids[0]}`, { country: "DE", city: "Berlin" });
  values.set("importId", await first("/imports"));
  const domain = await api.post<{ id: number }>(`${workspace.path}/domains`, {
    name: "news.acme-books.com",
  });
  values.set("domainId", String(domain.id));
  values.set("routeId", String(relay.id));
  values.set("messageId", await first("/inbox"));
  const kept = await api.get<{ items: { id: number }[] }>("/instance/inbox");
  values.set("instanceMessageId", String(kept.items[0]?.id));
  values.set("receivedId", "1");
  addReceivedMail(seeded.binary.dataDir, workspace.id);
}

/** A bounce of the first message, and mail to the instance's postmaster. */
function addReceivedMail(dataDir: string, workspaceId: string): void {
  const databases = openDatabases(dataDir);
  const box = new ReceivedBox(databases, Date.now);
  const raw = Buffer.from(
    "From: MAILER-DAEMON@mx.reader.example\r\nSubject: Undelivered Mail Returned to Sender\r\n\r\n550 5.1.1 no such user\r\n",
  );
  const mail = { envelopeFrom: "", envelopeTo: "b-abc@bounce.acme.example", raw };
  const message = { workspaceId, campaignId: Number(values.get("campaignId")), seq: 1 };
  box.add(workspaceId, mail, { kind: "bounce", message, said: "550 5.1.1 no such user" });
  box.add(INSTANCE_INBOX, { ...mail, envelopeTo: "postmaster" }, { kind: "role", said: "" });
  const now = Math.floor(Date.now() / 1_000) - 86_400;
  const db = databases.workspace(workspaceId);
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  db.prepare(
    `INSERT INTO sending_domain (name, dkim_selector, dkim_private, dkim_public, created_at)
     VALUES ('news.acme-books.example', 'sm1', '', ?, 0)`,
  ).run(publicKey.export({ type: "spki", format: "der" }).toString("base64"));
  const domain = "news.acme-books.example";
  const report = Buffer.from(dmarcXml({ domain, begin: now }));
  expect(new DmarcDesk(databases, Date.now).take(workspaceId, report).kind).toBe("kept");
  databases.close();
}

beforeAll(async () => {
  seeded = await startSeededBinary();
  await seed();
  browser = await launchBrowser();
  context = await browser.newContext({
    viewport: desktop,
    reducedMotion: "reduce",
    locale: "en-GB",
  });
  page = await context.newPage();
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") {
      faults.push(message.text());
    }
  });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await seeded?.binary.dispose();
});

test("the router's pages are found", () => {
  expect(pages.length).toBeGreaterThan(10);
});

/** Takes screenshots of the page, and requires no error, no finding of axe, and nothing wider than a phone. */
async function expectFine(name: string): Promise<void> {
  await takeScreenshots(page, screenshots, name);
  const findings: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    findings.push(...(await accessibilityFindings(page)).map((each) => `${colorScheme}: ${each}`));
  }
  await page.setViewportSize(phone);
  const overflow = await settledOverflow();
  await page.setViewportSize(desktop);

  expect(faults).toEqual([]);
  expect(findings).toEqual([]);
  expect(overflow).toBe(0);
}

describe("every page", () => {
  beforeAll(() => signIn(page, seeded), 30_000);

  test.each(pages.map((path) => [path]))(
    "%s has no fault in both themes and on a phone",
    async (path) => {
      await open(path);

      await expectFine(path.replace(/^\//, "").replaceAll(/[:/]+/g, "-") || "home");
    },
    PAGE_TIMEOUT_MS,
  );

  test.each(["Plain text", "Headers", "Source"])(
    "a captured message's tab %s has no fault",
    async (tab) => {
      await open("/w/:workspaceId/inbox/:messageId");
      await page.getByRole("tab", { name: tab, exact: true }).click();

      await expectFine(`inbox-${tab.toLowerCase().replace(" ", "-")}`);
    },
    PAGE_TIMEOUT_MS,
  );

  test(
    "a captured message has no fault in the dark preview",
    async () => {
      await open("/w/:workspaceId/inbox/:messageId");
      await page.locator("label", { hasText: /^Dark$/ }).click();

      await expectFine("inbox-dark");
    },
    PAGE_TIMEOUT_MS,
  );
});
