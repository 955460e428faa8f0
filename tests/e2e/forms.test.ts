// Forms, on the compiled binary in a real browser: a sign-up through a form embedded in another site, confirmed from
// the test inbox, and preferences changed from a received message.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { waitFor } from "../../server/commands/demo/api-client.ts";
import { launchCampaign, untilCompleted } from "../../server/commands/demo/seed.ts";
import {
  accessibilityFindings,
  desktop,
  launchBrowser,
  takeScreenshots,
} from "../support/browser.ts";
import { type SeededBinary, startSeededBinary } from "../support/seeded-binary.ts";

const STEP_MS = 60_000;
const screenshots = join(import.meta.dir, "../../.cache/screenshots");
const CONSENT = "Yes, send me the newsletter once a month.";

type Form = { id: number; url: string; snippet: string; counts: Record<string, number> };
type Contact = {
  id: number;
  address: string;
  status: string;
  lists: { id: number; status: string }[];
};
type Mail = { html: string; text: string };

let seeded: SeededBinary;
let browser: Browser;
let page: Page;
/** Another site with an origin of its own. */
let site: ReturnType<typeof Bun.serve>;
let form: Form;
let news = 0;
let offers = 0;

const path = (rest: string) => `${seeded.workspace.path}${rest}`;
const siteUrl = () => `http://localhost:${site.port}`;

beforeAll(async () => {
  seeded = await startSeededBinary();
  site = Bun.serve({
    port: 0,
    fetch: () =>
      new Response(
        `<!doctype html><html lang="en"><title>Our shop</title><body><main><h1>Our shop</h1>${form.snippet}</main>`,
        { headers: { "content-type": "text/html; charset=utf-8" } },
      ),
  });
  const { api } = seeded;
  news = (await api.post<{ id: number }>(path("/lists"), { name: "News", isPublic: true })).id;
  const more = { name: "Offers", description: "Now and then", isPublic: true };
  offers = (await api.post<{ id: number }>(path("/lists"), more)).id;
  form = await api.post<Form>(path("/forms"), {
    name: "Footer",
    settings: {
      listIds: [news],
      fields: [{ key: "first_name", required: true }],
      consentText: CONSENT,
      consentCheckbox: true,
      origins: [siteUrl()],
    },
  });
  browser = await launchBrowser();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  site?.stop(true);
  await seeded?.binary.dispose();
});

async function newPage(javaScriptEnabled = true): Promise<Page> {
  await page?.close();
  const context = await browser.newContext({
    viewport: desktop,
    locale: "en-GB",
    javaScriptEnabled,
  });
  page = await context.newPage();
  page.setDefaultTimeout(20_000);
  return page;
}

async function fillIn(email: string): Promise<void> {
  await page.goto(siteUrl());
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("First name").fill("Anna");
  await page.getByLabel(CONSENT).check();
  await page.getByRole("button", { name: "Sign up" }).click();
}

/** The newest captured message to an address with these words in its subject. */
async function mailTo(address: string, subject: string): Promise<Mail> {
  type Item = { id: number; to: string; subject: string };
  const query = `?limit=50&q=${encodeURIComponent(subject)}`;
  const { items } = await waitFor(
    `a message to ${address}`,
    () => seeded.api.get<{ items: Item[] }>(path(`/inbox${query}`)),
    (found) => found.items.some((item) => JSON.stringify(item).includes(address)),
    20_000,
  );
  const item = items.find((each) => JSON.stringify(each).includes(address));
  return await seeded.api.get<Mail>(path(`/inbox/${item?.id}`));
}

async function contactOf(address: string): Promise<Contact | undefined> {
  const query = `/contacts?q=${encodeURIComponent(address)}`;
  const { items } = await seeded.api.get<{ items: Contact[] }>(path(query));
  const id = items[0]?.id;
  return id === undefined ? undefined : await seeded.api.get<Contact>(path(`/contacts/${id}`));
}

const linkIn = (mail: Mail, kind: string) =>
  new RegExp(`https?://[^"\\s<>]+/${kind}/[A-Za-z0-9_-]+`).exec(`${mail.text} ${mail.html}`)?.[0] ??
  "";

test(
  "a form embedded in another site signs up without leaving the page, once the address is confirmed",
  async () => {
    await newPage();
    await fillIn("anna@reader.test");
    await page.getByRole("status").waitFor();
    expect(page.url()).toBe(`${siteUrl()}/`);
    expect(await contactOf("anna@reader.test")).toBeUndefined();

    const link = linkIn(await mailTo("anna@reader.test", "confirm your sign-up"), "f/confirm");
    await page.goto(link);
    expect(await accessibilityFindings(page)).toEqual([]);
    expect(await contactOf("anna@reader.test")).toBeUndefined();
    await page.getByRole("button", { name: "Yes, sign me up" }).click();
    await page.getByRole("heading", { name: "You are signed up" }).waitFor();

    const contact = await contactOf("anna@reader.test");
    expect(contact?.lists).toMatchObject([{ id: news, status: "subscribed" }]);
    const ledger = await seeded.api.get<{ items: object[] }>(
      path(`/contacts/${contact?.id}/consent`),
    );
    expect(ledger.items).toMatchObject([
      { action: "given", wording: CONSENT, wordingVersion: 1, actor: "contact" },
    ]);
    const { counts } = await seeded.api.get<Form>(path(`/forms/${form.id}`));
    expect(counts).toMatchObject({ submits: 1, confirmed: 1, bots: 0 });
  },
  STEP_MS,
);

test(
  "without scripts the same form works through a page of ours",
  async () => {
    await newPage(false);
    await fillIn("bo@reader.test");
    await page.getByRole("heading", { name: "One more step" }).waitFor();
    expect(page.url()).toStartWith(seeded.binary.url);

    await page.goto(linkIn(await mailTo("bo@reader.test", "confirm your sign-up"), "f/confirm"));
    await page.getByRole("button", { name: "Yes, sign me up" }).click();
    await page.getByRole("heading", { name: "You are signed up" }).waitFor();
    expect((await contactOf("bo@reader.test"))?.lists).toMatchObject([{ status: "subscribed" }]);
  },
  STEP_MS,
);

test(
  "the hosted page is small and accessible, and accepts sign-ups",
  async () => {
    await newPage();
    const response = await page.goto(`${form.url}?email=cy%40reader.test`);
    expect((await response?.body())?.length).toBeLessThan(8_000);
    expect(await page.getByLabel("Email address").inputValue()).toBe("cy@reader.test");
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await accessibilityFindings(page)).toEqual([]);
    }
    await takeScreenshots(page, screenshots, "public-form");
    await page.getByLabel("First name").fill("Cy");
    await page.getByLabel(CONSENT).check();
    await page.getByRole("button", { name: "Sign up" }).click();
    await page.getByRole("heading", { name: "One more step" }).waitFor();
    await mailTo("cy@reader.test", "confirm your sign-up");
  },
  STEP_MS,
);

test(
  "a received message leads to the preferences, where topics, a pause and unsubscribing take effect",
  async () => {
    const { api, workspace } = seeded;
    const campaignId = await launchCampaign(api, workspace, {
      name: "May",
      subject: "News in May",
      preheader: "",
      starter: "newsletter",
      listId: news,
      routeId: workspace.routeId,
    });
    await untilCompleted(api, workspace, campaignId, 60_000);
    const mail = await mailTo("anna@reader.test", "News in May");
    const unsubscribe = linkIn(mail, "u");
    const link = linkIn(mail, "p");
    expect(unsubscribe).not.toBe("");
    expect(link).not.toBe("");
    await newPage();
    await page.goto(link);
    expect(await accessibilityFindings(page)).toEqual([]);
    await takeScreenshots(page, screenshots, "public-preferences");
    await page.getByLabel("Offers").check();
    await page.getByLabel("News", { exact: true }).uncheck();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    expect((await contactOf("anna@reader.test"))?.lists).toMatchObject([
      { id: news, status: "unsubscribed" },
      { id: offers, status: "subscribed" },
    ]);

    await page.getByRole("button", { name: "30 days" }).click();
    await page.getByText("You will not receive email until").waitFor();
    const next = await api.post<{ id: number }>(path("/campaigns"), {
      name: "June",
      audience: { everyone: false, includeLists: [offers], excludeLists: [] },
    });
    type Preflight = { waterfall: { paused: number; recipients: number } };
    const { waterfall } = await api.get<Preflight>(path(`/campaigns/${next.id}/preflight`));
    expect(waterfall).toMatchObject({ paused: 1, recipients: 0 });

    await page.goto(link);
    await page.getByRole("button", { name: "Unsubscribe from everything" }).click();
    await page.getByRole("heading", { name: "You are unsubscribed" }).waitFor();
    const left = await waitFor(
      "the unsubscribe",
      () => contactOf("anna@reader.test"),
      (contact) => contact?.status === "unsubscribed",
      20_000,
    );
    expect(left?.lists.every(({ status }) => status === "unsubscribed")).toBe(true);
  },
  STEP_MS,
);
