// A workspace whose file is gone, as a German administrator sees it in a browser, until it is restored.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import type { RunningBinary } from "../support/binary.ts";
import { accessibilityFindings, launchBrowser, phone, signedInPage } from "../support/browser.ts";
import { type SeededBinary, startSeededBinary } from "../support/seeded-binary.ts";

let seeded: SeededBinary;
let running: RunningBinary;
let browser: Browser;

beforeAll(async () => {
  [seeded, browser] = await Promise.all([startSeededBinary(), launchBrowser()]);
  running = seeded.binary;
}, 60_000);
afterAll(async () => {
  await browser.close();
  await running.dispose();
});

test("the card names the workspace, the reason and the place, and brings it back", async () => {
  const file = join(running.dataDir, `t_${seeded.workspace.id}.db`);
  await running.kill("SIGTERM");
  renameSync(file, `${file}.saved`);
  for (const rest of ["-wal", "-shm"].filter((end) => existsSync(file + end))) {
    rmSync(file + rest);
  }
  running = await running.restart();

  const page = await signedInPage(
    browser,
    { ...seeded, binary: running },
    { locale: "de-DE", next: "/instance" },
  );

  await page.getByText("Acme Books ist stillgelegt").waitFor();
  await page
    .getByText("Die Datei fehlt. Stellen Sie sie aus Ihrer Sicherung wieder her.")
    .waitFor();
  await page.getByText(`Pfad: ${file}`).waitFor();
  expect(await accessibilityFindings(page)).toEqual([]);

  await page.setViewportSize(phone);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await accessibilityFindings(page)).toEqual([]);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(
    phone.width,
  );

  await page.getByRole("button", { name: "Erneut prüfen" }).click();
  await page.getByText("Die Datei ist weiterhin nicht benutzbar").waitFor();
  renameSync(`${file}.saved`, file);
  await page.getByRole("button", { name: "Erneut prüfen" }).click();
  await page.getByText("Der Arbeitsbereich funktioniert wieder").waitFor();
  await page.getByText("Alle Arbeitsbereiche funktionieren.").waitFor();
}, 90_000);
