// A person who wants to be forgotten, on the compiled binary in a real browser: an administrator erases them, and
// neither an import nor a form brings them back.
import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { waitFor } from "../../server/commands/demo/api-client.ts";
import { accessibilityFindings, signedInPage, signIn } from "../support/browser.ts";
import { mailedInvitation, type SeededBinary } from "../support/seeded-binary.ts";
import { inBrowser } from "./in-browser.ts";

const STEP_MS = 60_000;
const ERASED = "anna@reader.test";
const OTHER = "bo@reader.test";

type Items<T> = { items: T[] };
type Contact = { address: string };

let seeded: SeededBinary;
let page: Page;
let formUrl = "";

const path = (rest: string) => `${seeded.workspace.path}${rest}`;
const pageUrl = (rest: string) => `${seeded.binary.url}/w/${seeded.workspace.id}${rest}`;
const addresses = async () =>
  (await seeded.api.get<Items<Contact>>(path("/contacts"))).items.map(({ address }) => address);

/** The first captured message to an address, once it is there. */
async function mailTo(address: string): Promise<{ text: string }> {
  type Mail = { id: number };
  const isTo = (mail: Mail) => JSON.stringify(mail).includes(address);
  const { items } = await waitFor(
    `a message to ${address}`,
    () => seeded.api.get<Items<Mail>>(path("/inbox?limit=50")),
    (inbox) => inbox.items.some(isTo),
    20_000,
  );
  return await seeded.api.get(path(`/inbox/${items.find(isTo)?.id}`));
}

inBrowser(async (started, browser) => {
  seeded = started;
  const { api } = seeded;
  const list = await api.post<{ id: number }>(path("/lists"), { name: "News", isPublic: true });
  await api.post(path("/contacts"), { email: ERASED, firstName: "Anna", listIds: [list.id] });
  await api.post(path("/segments"), {
    name: "Friends of Anna",
    rule: { field: "first_name", is: "is", value: ["Mia"] },
  });
  const form = await api.post<{ url: string }>(path("/forms"), {
    name: "Footer",
    settings: { listIds: [list.id] },
  });
  formUrl = form.url;
  page = await signedInPage(browser, seeded);
});

test(
  "an administrator erases a person, whose data is gone a moment later",
  async () => {
    await page.goto(pageUrl("/contacts/privacy"));
    await page.getByLabel("Email address").fill(ERASED);
    await page.getByRole("button", { name: "Erase data" }).click();
    const question = page.getByRole("dialog");
    await question.getByText(`Erase all data of ${ERASED}?`).waitFor();
    await question.getByRole("button", { name: "Erase data" }).click();

    await page.getByText("Address erased").waitFor();
    expect(await page.getByText(ERASED).count()).toBe(0);
    // A first name may belong to somebody else: the segment is listed for a person to check.
    const segment = page.getByRole("link", { name: "Friends of Anna" });
    await segment.waitFor();
    expect(await segment.getAttribute("href")).toMatch(/\/contacts\/segments\/\d+$/);
    expect(await accessibilityFindings(page)).toEqual([]);
    expect(await addresses()).toEqual([]);
  },
  STEP_MS,
);

test(
  "an import includes everybody else in the file, and its report says who was refused and why",
  async () => {
    await page.goto(pageUrl("/contacts/imports/new"));
    await page.locator("input[type=file]").setInputFiles({
      name: "people.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(`email,first_name\n${ERASED.toUpperCase()},Anna\n${OTHER},Bo\n`),
    });
    await page.getByLabel("Yes, all of them").check();
    await page.getByRole("button", { name: "Start import" }).click();

    await page.getByText("1 erased person was rejected").waitFor();
    const report = await page.getByRole("main").innerText();
    expect(report).toMatch(/New\s+1\b/);
    expect(report).toMatch(/Rejected: erased\s+1\b/);
    expect(report).toContain("asked for their data to be erased");
    expect(report.toLowerCase()).not.toContain(ERASED);
    expect(await accessibilityFindings(page)).toEqual([]);
    expect(await addresses()).toEqual([OTHER]);
  },
  STEP_MS,
);

test(
  "a sign-up of an erased person gets the usual answer and has no effect",
  async () => {
    const signUp = async (email: string) => {
      await page.goto(formUrl);
      await page.getByLabel("Email address").fill(email);
      await page.getByRole("button", { name: "Sign up" }).click();
      const heading = page.getByRole("heading", { name: "One more step" });
      const said = page.getByRole("status");
      await heading.or(said).first().waitFor();
      return await heading.or(said).first().innerText();
    };
    const refused = await signUp(ERASED);
    const taken = await signUp("cy@reader.test");
    expect(refused).toBe(taken);

    // Jobs run in order: when the second has its message, the first is done too.
    await mailTo("cy@reader.test");
    const inbox = await seeded.api.get<Items<object>>(path("/inbox?limit=50"));
    expect(JSON.stringify(inbox)).not.toContain(ERASED);
    expect(await addresses()).toEqual([OTHER]);
  },
  STEP_MS,
);

test(
  "the privacy page is hidden from people without permission, and says so when opened anyway",
  async () => {
    const member = { email: "eva@agency.test", role: "editor" };
    await seeded.api.post(path("/members"), member);
    const password = "another horse battery staple";
    const link = await mailedInvitation(seeded.api, member.email);
    const token = new URL(link).searchParams.get("token");
    await seeded.api.post("/invitations/register", { token, name: "Eva", password });
    const privacy = page.getByRole("link", { name: "Privacy", exact: true });
    await page.goto(pageUrl("/contacts"));
    await privacy.waitFor();

    await page.context().clearCookies();
    await signIn(page, { binary: seeded.binary, email: member.email, password });
    await page.goto(pageUrl("/contacts"));
    await page.getByRole("link", { name: "Suppression list", exact: true }).waitFor();
    expect(await privacy.count()).toBe(0);
    await page.goto(pageUrl("/contacts/privacy"));
    await page.getByText("Administrators only").waitFor();
  },
  STEP_MS,
);
