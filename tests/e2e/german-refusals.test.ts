// What a German reader sees when something is refused: every refusal of the server is compared with what the page
// shows.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { t as contacts } from "../../web/src/features/contacts/contacts.messages.ts";
import { t as lists } from "../../web/src/features/lists/lists.messages.ts";
import { t as sending } from "../../web/src/features/sending/sending.messages.ts";
import { t as suppressions } from "../../web/src/features/suppressions/suppressions.messages.ts";
import { t as tags } from "../../web/src/features/tags/tags.messages.ts";
import { launchBrowser, signedInPage } from "../support/browser.ts";
import { type SeededBinary, startSeededBinary } from "../support/seeded-binary.ts";

type Told = { reason?: string; hint?: string };
type Refusal = { detail: string; fields?: Told[]; rejected?: Told[] };

let seeded: SeededBinary;
let browser: Browser;
let page: Page;
/** The English sentences of all refusals that the page has received. */
const told: string[] = [];

beforeAll(async () => {
  [seeded, browser] = await Promise.all([startSeededBinary(), launchBrowser()]);
  const { api, workspace } = seeded;
  await api.patch("/auth/me", { locale: "de" });
  await api.post(`${workspace.path}/lists`, { name: "Leser" });
  await api.post(`${workspace.path}/tags`, { name: "Stammkunde" });
  await api.post(`${workspace.path}/contacts`, { email: "ada@example.org" });
  page = await signedInPage(browser, seeded, { locale: "de-DE" });
  page.on("response", async (response) => {
    const body = response.url().includes("/api/v1/") ? await response.json().catch(() => ({})) : {};
    const { detail, fields = [], rejected = [] } = body as Refusal;
    const said = [...fields, ...rejected].flatMap(({ reason, hint }) => [reason, hint]);
    const isRefused = response.status() >= 400;
    told.push(...[isRefused ? detail : undefined, ...said].filter((one) => one !== undefined));
  });
}, 90_000);
afterAll(async () => {
  await browser.close();
  await seeded.binary.dispose();
});

/** Waits for the German sentence, and looks for every English one that the server has sent. */
async function reads(german: string): Promise<void> {
  await page.getByText(german).first().waitFor();
  const text = (await page.locator("body").innerText()).toLowerCase();
  expect(told.length).toBeGreaterThan(0);
  for (const english of told) {
    expect(text).not.toContain(english.toLowerCase());
  }
}

const goTo = (path: string) =>
  page.goto(`${seeded.binary.url}/w/${seeded.workspace.id}${path}`, { waitUntil: "networkidle" });

/** Opens a dialog, fills its fields by name and sends its form. */
async function send(button: string, form: string, values: Record<string, string>): Promise<void> {
  await page.getByRole("button", { name: button, exact: true }).first().click();
  for (const [name, value] of Object.entries(values)) {
    await page.locator(`#${form} [name="${name}"]`).fill(value);
  }
  await page.locator(`button[form="${form}"]`).click();
}

test("a name that is taken", async () => {
  await goTo("/contacts/lists");
  await send(lists.catalogue.newList.de, "list", { name: "Leser" });
  await reads("Eine Liste mit dem Namen „Leser“ gibt es bereits.");

  await goTo("/contacts/tags");
  await send(tags.catalogue.newTag.de, "tag", { name: "Stammkunde" });
  await reads("Ein Tag mit dem Namen „Stammkunde“ gibt es bereits. Führen Sie die beiden");
}, 60_000);

test("an address that is none, or belongs to somebody else", async () => {
  await goTo("/contacts");
  await send(contacts.catalogue.newContact.de, "new-contact", { email: "ada.example.org" });
  await reads("In dieser Adresse fehlt das @.");
  await page.locator('#new-contact [name="email"]').fill("ada@example.org");
  await page.locator('button[form="new-contact"]').click();
  await reads("Einen Kontakt mit dieser Adresse gibt es bereits.");

  await goTo("/contacts/suppressions");
  await send(suppressions.catalogue.add.de, "add-suppressions", { addresses: "niemand@localhost" });
  await reads("niemand@localhost: Die Domain enthält keinen Punkt.");
}, 60_000);

test("a domain of a mailbox provider, and a file that is no list", async () => {
  await goTo("/sending/domains");
  await send(sending.catalogue.newDomain.de, "domain", { name: "gmail.com" });
  await reads("gmail.com gehört einem Postfachanbieter.");

  await goTo("/contacts/imports/new");
  const file = { name: "liste.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7 ") };
  await page.locator("input[type=file]").setInputFiles(file);
  await reads("Das ist ein PDF-Dokument, keine CSV-Datei.");
}, 60_000);

test("a wrong password, and a page that is not there", async () => {
  await page.goto(`${seeded.binary.url}/account`, { waitUntil: "networkidle" });
  await page.locator('[name="current"]').fill("falsch");
  await page.locator('[name="next"]').fill("vier Wörter ohne Zusammenhang");
  await page.locator('form:has([name="next"]) button[type="submit"]').click();
  await reads("Das ist nicht Ihr Passwort.");

  await goTo("/campaigns/4711");
  await page.locator("h1, [role=alert]").first().waitFor();
  await page.waitForTimeout(500);
  const text = await page.locator("body").innerText();
  expect(text).not.toContain("There is no such campaign");
}, 60_000);

test("why a campaign could not be sent at its time", async () => {
  const { api, workspace } = seeded;
  const campaign = await api.post<{ id: number }>(`${workspace.path}/campaigns`, { name: "Mai" });
  await goTo(`/campaigns/${campaign.id}`);
  const refused = await api
    .post(`${workspace.path}/campaigns/${campaign.id}/launch`, {})
    .then(() => "sent", String);
  expect(refused).toContain("Write a subject.");
  told.push("Write a subject.", "Write the message.", "Choose a sender.");
  await reads("Schreiben Sie einen Betreff.");
}, 60_000);

test("signing in with a wrong password", async () => {
  const guest = await browser.newContext({ locale: "de-DE" });
  page = await guest.newPage();
  await page.goto(`${seeded.binary.url}/sign-in`);
  await page.locator("input[type=email]").fill(seeded.email);
  await page.locator("input[type=password]").fill("falsch");
  await page.locator("button[type=submit]").click();
  told.push("The email address or password is wrong.");
  await reads("Die E-Mail-Adresse oder das Passwort ist falsch.");
  await guest.close();
}, 60_000);
