// Which people in a file may be mailed, on the compiled binary in a real browser: every status with its rows, unknown
// values decided by hand, an unrelated column, and a file name that means no.
import { expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { accessibilityFindings, phone, signedInPage } from "../support/browser.ts";
import type { SeededBinary } from "../support/seeded-binary.ts";
import { inBrowser } from "./in-browser.ts";

const STEP_MS = 60_000;

let seeded: SeededBinary;
let browser: Browser;
let page: Page;

const path = (rest: string) => `${seeded.workspace.path}${rest}`;

async function upload(csv: string, name: string): Promise<number> {
  const file = new File([csv], name);
  return (await seeded.api.upload<{ id: number }>(path("/imports"), file)).id;
}

const openImport = (at: Page, id: number) =>
  at.goto(`${seeded.binary.url}/w/${seeded.workspace.id}/contacts/imports/${id}`);

inBrowser(async (started, startedBrowser) => {
  seeded = started;
  browser = startedBrowser;
  page = await signedInPage(browser, seeded);
}, 180_000);

const CSV = `email,Status,Unsubscribed,Disabled\n${[
  "in@x.test,active,,no",
  "out@x.test,active,2026-01-01,no",
  "gold@x.test,Gold,,yes",
  "silver@x.test,Silver,,no",
  "blank@x.test,,,no",
].join("\n")}\n`;

const mailable = async () =>
  (
    await seeded.api.get<{ items: { email: string }[] }>(path("/contacts?status=mailable"))
  ).items.map(({ email }) => email);

test(
  "a person decides about values that are not understood, and all others of that kind are not mailed",
  async () => {
    await openImport(page, await upload(CSV, "people.csv"));
    await page.getByText("3 rows have an unknown status").waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    const status = page.getByRole("region", { name: "Status", exact: true });
    expect(await status.getByRole("row").allInnerTexts()).toHaveLength(5);

    await page.getByLabel("What “Gold” in “Status” means").selectOption("subscribed");
    await page.getByLabel("“Disabled” is about something else").check();
    await page.getByText("2 rows have an unknown status").waitFor();
    await page.getByLabel("Yes, all of them").check();
    await page.getByRole("button", { name: "Start import" }).click();
    await page.getByText("Done", { exact: true }).waitFor();

    expect((await mailable()).sort()).toEqual(["gold@x.test", "in@x.test"]);
  },
  STEP_MS,
);

test(
  "a check that cannot be started says so, also on retry, and continues once it can",
  async () => {
    let isDown = true;
    await page.route("**/imports/*/check", (route) =>
      isDown
        ? route.fulfill({
            status: 500,
            contentType: "application/problem+json",
            body: JSON.stringify({
              status: 500,
              code: "internal",
              title: "Broken",
              detail: "It is broken.",
            }),
          })
        : route.continue(),
    );
    await openImport(page, await upload(CSV, "again.csv"));
    const problem = page.getByRole("alert").filter({ hasText: "It is broken." });
    const again = problem.getByRole("button", { name: "Try again" });

    await again.waitFor();
    await again.click();
    await again.waitFor();

    isDown = false;
    await again.click();
    await page.getByText("3 rows have an unknown status").waitFor();
    await page.unroute("**/imports/*/check");
  },
  STEP_MS,
);

test(
  "a file whose name means that nobody in it may be mailed blocks mail to them, unless a person denies it",
  async () => {
    const csv = (name: string) => `email\n${name}@x.test\n`;
    await openImport(page, await upload(csv("left"), "unsubscribed_members.csv"));
    await page.getByText("This looks like a list of people who must not be emailed").waitFor();
    await page.getByRole("button", { name: "Start import" }).click();
    await page.getByText("Done", { exact: true }).waitFor();
    expect(await mailable()).not.toContain("left@x.test");

    await openImport(page, await upload(csv("stays"), "unsubscribed_members.csv"));
    await page.getByLabel("Ignore this and decide row by row").check();
    await page.getByLabel("Yes, all of them").check();
    await page.getByRole("button", { name: "Start import" }).click();
    await page.getByText("Done", { exact: true }).waitFor();
    expect(await mailable()).toContain("stays@x.test");
  },
  STEP_MS,
);

test(
  "a yes/no column of unclear meaning is asked about, and each answer holds back the right people",
  async () => {
    const file = (name: string) =>
      `email,Attribute 7\nyes-${name}@q.test,yes\nno-${name}@q.test,no\n`;
    const answer = async (name: string, choice: string) => {
      await openImport(page, await upload(file(name), `${name}.csv`));
      await page
        .getByRole("heading", { name: "Columns that may say who can be emailed" })
        .waitFor();
      const open = page.getByText("1 question is open");
      await open.waitFor();
      expect(await accessibilityFindings(page)).toEqual([]);
      const start = page.getByRole("button", { name: "Start import" });
      expect(await start.isDisabled()).toBe(true);
      await page.getByLabel(choice).check();
      await open.waitFor({ state: "detached" });
      expect(await start.isDisabled()).toBe(true);
      await page.getByLabel("Yes, all of them").check();
      await page.getByRole("button", { name: "Start import" }).click();
      await page.getByText("Done", { exact: true }).waitFor();
      return (await mailable()).filter((email) => email.endsWith(`-${name}@q.test`)).sort();
    };

    expect(await answer("refuse", "“yes” means do not email")).toEqual(["no-refuse@q.test"]);
    expect(await answer("allow", "“yes” means can be emailed")).toEqual(["yes-allow@q.test"]);
    expect(await answer("else", "It says nothing about email")).toEqual([
      "no-else@q.test",
      "yes-else@q.test",
    ]);
  },
  STEP_MS,
);

test(
  "in German, in dark mode and on a phone it works the same",
  async () => {
    await seeded.api.patch("/auth/me", { locale: "de" });
    const german = await signedInPage(browser, seeded, {
      viewport: phone,
      locale: "de-DE",
      colorScheme: "dark",
    });
    await openImport(german, await upload(CSV, "nonsubscribed_export.csv"));
    await german.getByText("Das sieht nach einer Liste von Personen aus").waitFor();
    await german.getByLabel("Nicht beachten und Zeile für Zeile entscheiden").check();
    await german.getByText("3 Zeilen haben einen unbekannten Status").waitFor();

    expect(await accessibilityFindings(german)).toEqual([]);
    const width = await german.evaluate("document.documentElement.scrollWidth");
    expect(width).toBeLessThanOrEqual(phone.width);

    const asked = "email,Merkmal\na@m.test,ja\nb@m.test,nein\n";
    await openImport(german, await upload(asked, "merkmale.csv"));
    await german.getByText("1 Frage ist offen").waitFor();
    await german.getByText("Sagt „Merkmal“, wer E-Mails erhalten darf?").first().waitFor();
    await german.getByLabel("„ja“ heißt keine E-Mails").waitFor();
    await german.getByLabel("„ja“ heißt E-Mails erlaubt").waitFor();
    await german.getByLabel("Sie sagt nichts über E-Mails").waitFor();
    expect(await accessibilityFindings(german)).toEqual([]);
    expect(await german.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(
      phone.width,
    );
  },
  STEP_MS,
);
