// An older system.db as a German administrator sees it in a browser: from the refused sign-in to a key that works
// again.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { type RunningBinary, runBinary } from "../support/binary.ts";
import {
  accessibilityFindings,
  desktop,
  launchBrowser,
  takeScreenshots,
} from "../support/browser.ts";
import { restoreCopy } from "../support/older-copy.ts";
import { type SeededBinary, startSeededBinary } from "../support/seeded-binary.ts";

const NEW_PASSWORD = "five quiet rivers bend north";
const screenshots = join(import.meta.dir, "../../.cache/screenshots");

let seeded: SeededBinary;
let running: RunningBinary;
let browser: Browser;

beforeAll(async () => {
  [seeded, browser] = await Promise.all([startSeededBinary(), launchBrowser()]);
  running = seeded.binary;
  const { api, workspace } = seeded;
  await api.post(`${workspace.path}/api-keys`, { name: "Shop", scopes: ["contacts:read"] });
  await running.kill("SIGTERM");
  const file = join(running.dataDir, "system.db");
  cpSync(file, `${file}.copy`);
  running = await running.restart();
  await api.post(`${workspace.path}/tags`, { name: "Later" });
  await running.kill("SIGTERM");
  restoreCopy(file, `${file}.copy`);
  running = await running.restart();
}, 60_000);
afterAll(async () => {
  await browser.close();
  await running.dispose();
});

test("the sign-in says why it is refused, the card what to check, and the keys are turned on one by one", async () => {
  const context = await browser.newContext({ viewport: desktop, locale: "de-DE" });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(`${running.url}/sign-in?next=/instance`);
  await page.getByLabel("E-Mail-Adresse").fill(seeded.email);
  await page.getByLabel("Passwort", { exact: true }).fill(seeded.password);
  await page.getByRole("button", { name: "Anmelden" }).click();
  await page.getByText("Nur der Administrator kann sich anmelden").waitFor();
  await page.getByText("mit einer älteren Kopie seiner Datenbank gestartet").waitFor();
  await takeScreenshots(page, screenshots, "older-system-sign-in");

  const { out } = await runBinary(["user", "reset-password", seeded.email], running.env);
  await page.goto(`${running.url}/reset${new URL(out.trim()).search}`);
  await page.locator("input[type=password]").first().fill(NEW_PASSWORD);
  await page.locator("button[type=submit]").click();
  await page.getByText("Passwort geändert").waitFor();
  await page.goto(`${running.url}/sign-in?next=/instance`);
  await page.getByLabel("E-Mail-Adresse").fill(seeded.email);
  await page.getByLabel("Passwort", { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Anmelden" }).click();

  await page.getByText("Die Hauptdatenbank (system.db) ist eine ältere Kopie").waitFor();
  await page.getByText("Mindestens 1 Änderung fehlt.").waitFor();
  await page.emulateMedia({ reducedMotion: "reduce" });
  expect(await accessibilityFindings(page)).toEqual([]);
  await takeScreenshots(page, screenshots, "older-system-card");
  await page.getByRole("button", { name: "Mit dieser Kopie weiterarbeiten" }).click();
  await page.getByRole("dialog").getByText("inzwischen entfernt wurde").waitFor();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: "Mit dieser Kopie weiterarbeiten" })
    .click();
  await page.getByText("Die Hauptdatenbank (system.db) ist").waitFor({ state: "detached" });

  await page.goto(`${running.url}/w/${seeded.workspace.id}/settings/api-keys`);
  await page.getByText("Ausgeschaltet").waitFor();
  expect(await accessibilityFindings(page)).toEqual([]);
  await takeScreenshots(page, screenshots, "older-system-keys");
  await page.getByRole("button", { name: "Einschalten" }).click();
  await page.getByText("Aktiv", { exact: true }).waitFor();
}, 120_000);
