// Exporting people and keeping them out, on the compiled binary in a real browser: an export of a list with chosen
// columns, a domain that is blocked and unblocked, and addresses from a file that no workspace may mail.
import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { accessibilityFindings, signedInPage } from "../support/browser.ts";
import type { SeededBinary } from "../support/seeded-binary.ts";
import { inBrowser } from "./in-browser.ts";

const STEP_MS = 60_000;

let seeded: SeededBinary;
let page: Page;

const path = (rest: string) => `${seeded.workspace.path}${rest}`;
const open = (rest: string) => page.goto(`${seeded.binary.url}/w/${seeded.workspace.id}${rest}`);
const button = (name: string) => page.getByRole("button", { name, exact: true });
const inDialog = (name: string) =>
  page.getByRole("dialog").getByRole("button", { name, exact: true });

inBrowser(async (started, browser) => {
  seeded = started;
  const { api } = seeded;
  const list = await api.post<{ id: number }>(path("/lists"), { name: "News" });
  await api.post(path("/contacts"), { email: "ann@reader.test", listIds: [list.id] });
  await api.post(path("/contacts"), { email: "bo@reader.test" });
  page = await signedInPage(browser, seeded);
});

test(
  "the subscribers of a list are exported with the chosen columns",
  async () => {
    await open("/contacts/imports?export=contacts&list=1");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("last_name").uncheck();
    expect(await accessibilityFindings(page)).toEqual([]);
    await inDialog("Start export").click();

    const link = page.getByRole("link", { name: /^Download/ });
    await link.waitFor();
    expect(page.url()).not.toContain("export=");
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    const [head, ...rows] = (await Bun.file(await download.path()).text()).trim().split("\r\n");
    expect(head).toContain("email,first_name,language");
    expect(head).not.toContain("last_name");
    expect(rows.map((row) => row.split(",")[0])).toEqual(["ann@reader.test"]);
  },
  STEP_MS,
);

test(
  "a domain is blocked and unblocked with a reason, and an address is suppressed until a date",
  async () => {
    await open("/contacts/suppressions");
    await page.getByLabel("Domain", { exact: true }).fill("Rival.test");
    await button("Block domain").click();
    await button("Unblock").click();
    await page.getByLabel("Reason").fill("They asked us to");
    await inDialog("Unblock").click();
    await page.getByText("No blocked domains").waitFor();

    await button("Add addresses").click();
    await page.getByRole("dialog").getByLabel("Addresses").fill("cy@reader.test");
    await page.getByLabel("Until").fill("2099-01-31");
    await inDialog("Add addresses").click();
    await page.getByText("Jan 31, 2099").waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
  },
  STEP_MS,
);

test(
  "no workspace mails the addresses of a file, until one is removed",
  async () => {
    await page.goto(`${seeded.binary.url}/instance/suppressions`);
    await button("Add addresses").click();
    await page.locator("input[type=file]").setInputFiles({
      name: "traps.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("email;seen\ntrap@pond.test;2026\nbo@reader.test;2026\n"),
    });
    await page.getByText("2 addresses in traps.csv").waitFor();
    await page.getByLabel("Reason").selectOption("spamtrap");
    await inDialog("Add addresses").click();
    await page.getByText("trap@pond.test").waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);

    await page.getByPlaceholder("Search by the beginning of an address").fill("bo@");
    await page.getByText("trap@pond.test").waitFor({ state: "detached" });
    await button("Remove").click();
    await page.getByLabel("Reason").fill("A person, not a trap");
    await inDialog("Remove").click();
    await page.getByText("No addresses found").waitFor();
  },
  STEP_MS,
);
