// The setup as a person does it: a new executable, a browser, the token from the console, and finally the test message
// on the screen.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { type RunningBinary, startBinary } from "../support/binary.ts";
import { accessibilityFindings, desktop, launchBrowser, phone } from "../support/browser.ts";
import { setupToken } from "../support/seeded-binary.ts";

const password = "correct horse battery staple";

let binary: RunningBinary;
let browser: Browser;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  binary = await startBinary();
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: desktop, locale: "en-GB", reducedMotion: "reduce" });
  page.setDefaultTimeout(10_000);
  page.on("pageerror", (error) => faults.push(error.message));
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await binary?.dispose();
});

async function press(name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
}

async function arrivesAt(title: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  expect(await accessibilityFindings(page)).toEqual([]);
}

test("a new instance sends every visitor to the setup, and only the console's token opens it", async () => {
  await page.goto(binary.url);
  await arrivesAt("Welcome to SwiftMail");
  expect(new URL(page.url()).pathname).toBe("/setup");

  await page.getByLabel("Setup token").fill("not-the-token");
  await press("Start");
  await page.getByText("This is not the setup token.").waitFor();

  await page.getByLabel("Setup token").fill(await setupToken(binary));
  await press("Start");
  await arrivesAt("Administrator");
}, 30_000);

test("a refused field shows the reason beside it", async () => {
  await page.getByLabel("Name").fill("Ada Lovelace");
  await page.getByLabel("Email address").fill("ada@agency.test");
  await page.getByLabel("Password", { exact: true }).fill("short");
  await press("Continue");

  const field = page.getByLabel("Password", { exact: true });
  await page.locator("input[aria-invalid=true]").waitFor();
  expect(await field.getAttribute("aria-invalid")).toBe("true");
  expect(await page.getByLabel("Name").getAttribute("aria-invalid")).toBe("false");

  await field.fill(password);
  await press("Continue");
  await arrivesAt("Organization");
}, 30_000);

test("the setup can be left and is resumed at the same step", async () => {
  await page.getByLabel("Organization name").fill("Northlight Agency");
  await press("Continue");
  await arrivesAt("First workspace");

  await page.reload();
  await arrivesAt("First workspace");

  await page.getByLabel("Postal address").fill("1 Test Street\n10115 Berlin");
  await press("Continue");
  await arrivesAt("Public URL");
}, 30_000);

test("a public URL corrected after a warning is checked and stored in place of the first one", async () => {
  const field = page.getByLabel("Public URL");
  const right = await field.inputValue();
  const warning = page.getByText("The server is not reachable at this URL");
  await field.fill("http://127.0.0.1:9");
  await press("Continue");
  await warning.waitFor();

  await field.fill(right);
  await warning.waitFor({ state: "detached" });
  await press("Continue");
  await arrivesAt("Sending method");
  const kept = await page.evaluate(async () => (await fetch("/api/v1/setup")).json());
  expect(kept.answers.publicUrl).toMatchObject({ url: right, reachable: true });
}, 30_000);

test("a relay that does not answer is refused with the stage and the reason, and no input is lost", async () => {
  await page.getByRole("radio", { name: /SMTP relay/ }).check();
  await page.getByLabel("Host").fill("127.0.0.1");
  await page.getByLabel("Port").fill("1");
  await press("Test connection");
  await page.getByText(/a network that may not be used/).waitFor();

  await page.getByLabel("The relay is on this machine or in a private network").check();
  await press("Test connection");

  await page.getByText("Not working yet").waitFor();
  await page.getByText(/connection refused/).waitFor();
  expect(await page.getByLabel("Host").inputValue()).toBe("127.0.0.1");

  await page.getByRole("radio", { name: /Test inbox/ }).check();
  await press("Continue");
  await arrivesAt("Sender");
}, 30_000);

test("the test message arrives, and the last step opens it, signed in", async () => {
  await page.getByLabel("Sender address").fill("news@bakery.test");
  expect(await page.getByLabel("Organization name").inputValue()).toBe("Northlight Agency");
  const own = page.getByLabel("Address for account emails");
  expect(await own.inputValue()).toBe("noreply@agency.test");
  await press("Continue");
  await arrivesAt("Test message");
  await press("Send test message");
  await page.getByText("The server accepted the message to ada@agency.test").waitFor();
  await press("Continue");
  await arrivesAt("DNS and finish");

  await press("Finish and open test message");
  await page.waitForURL(/\/instance\/inbox\/\d+$/);
  await page.getByText("noreply@agency.test").first().waitFor();
  expect(await page.getByText("bakery.test").count()).toBe(0);
}, 60_000);

test("afterwards the setup is closed, and on a phone the dashboard needs no sideways scrolling", async () => {
  await page.goto(`${binary.url}/setup`);
  await arrivesAt("This instance is already set up");

  await page.setViewportSize(phone);
  await page.goto(binary.url);
  await page.waitForURL(/\/w\//);
  await arrivesAt("Dashboard");
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(
    phone.width,
  );
  expect(faults).toEqual([]);
}, 30_000);
