// On the compiled binary in a real browser: a contacts file is exported and imported again, and a list that a form
// needs is deleted after a warning.
import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { accessibilityFindings, signedInPage, takeScreenshots } from "../support/browser.ts";
import type { SeededBinary } from "../support/seeded-binary.ts";
import { inBrowser } from "./in-browser.ts";

const STEP_MS = 90_000;
const screenshots = join(import.meta.dir, "../../.cache/screenshots");

let seeded: SeededBinary;
let page: Page;
let formPath: string;

const path = (rest: string) => `${seeded.workspace.path}${rest}`;
const open = (rest: string) => page.goto(`${seeded.binary.url}/w/${seeded.workspace.id}${rest}`);
const inDialog = (name: string) =>
  page.getByRole("dialog").getByRole("button", { name, exact: true });

inBrowser(async (started, browser) => {
  seeded = started;
  const { api } = seeded;
  const list = { name: "News", isPublic: true };
  const { id } = await api.post<{ id: number }>(path("/lists"), list);
  await api.post(path("/contact-fields"), { label: "Status", key: "status", type: "text" });
  const ann = await api.post<{ id: number }>(path("/contacts"), {
    email: "ann@reader.test",
    fields: { status: "unsubscribed" },
    listIds: [id],
  });
  await api.post(path("/tags/apply"), { add: ["Smith, Ann"], ids: [ann.id] });
  await api.post(path("/contacts"), { email: "bo@reader.test" });
  await api.post(path("/suppressions"), { addresses: ["bo@reader.test"] });
  const settings = { listIds: [id] };
  const form = await api.post<{ id: number; url: string }>(path("/forms"), {
    name: "Footer",
    settings,
  });
  formPath = `/contacts/forms/${form.id}`;
  const rule = { list: id, status: "subscribed", has: true };
  await api.post(path("/segments"), { name: "Readers", rule });
  page = await signedInPage(browser, seeded);
  page.setDefaultTimeout(30_000);
});

test(
  "the export explains what its file is, and the import recognizes it and asks nothing",
  async () => {
    await open("/contacts/imports?export=contacts");
    await page.getByText("This file is a backup").waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await takeScreenshots(page, screenshots, "export-dialog");
    await inDialog("Start export").click();
    const link = page.getByRole("link", { name: /^Download/ });
    await link.waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    const file = await download.path();

    await open("/contacts/imports/new");
    await page.locator("input[type=file]").setInputFiles({
      name: "contacts.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(await Bun.file(file).arrayBuffer()),
    });
    await page.getByText("This file comes from SwiftMail").waitFor();
    expect(await page.getByLabel("lists: Imported as").inputValue()).toBe("own");
    expect(await accessibilityFindings(page)).toEqual([]);
    await takeScreenshots(page, screenshots, "import-own-file");
  },
  STEP_MS,
);

test(
  "deleting a list names what needs it; a form that loses its only list is shown as broken",
  async () => {
    await open("/contacts/lists");
    await page
      .getByRole("button", { name: /^(Actions|More)/ })
      .first()
      .click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("will stop accepting sign-ups: Footer").waitFor();
    await dialog.getByText("will not work in campaigns until you change them: Readers").waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await takeScreenshots(page, screenshots, "list-delete");
    await dialog.getByRole("textbox").fill("News");
    await inDialog("Delete").click();
    await page.getByText("List deleted").waitFor();

    await open("/contacts/forms");
    await page.getByText("No list", { exact: true }).waitFor();
    await takeScreenshots(page, screenshots, "forms-broken");
    await open(formPath);
    await page.getByText("This form does not accept sign-ups").waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await takeScreenshots(page, screenshots, "form-broken");
    await open("");
    await page.getByText("1 form has no list").waitFor();
  },
  STEP_MS,
);
