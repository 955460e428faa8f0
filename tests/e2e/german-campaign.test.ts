// A campaign that is not ready, as a German editor sees it: no sentence from the server is in English.
import { expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { desktop, phone, signedInPage } from "../support/browser.ts";
import type { SeededBinary } from "../support/seeded-binary.ts";
import { inBrowser } from "./in-browser.ts";

let seeded: SeededBinary;
let browser: Browser;

inBrowser((startedBinary, startedBrowser) => {
  seeded = startedBinary;
  browser = startedBrowser;
});

type Told = { message: string };

test("the checks and the sections of a campaign are German on both sizes", async () => {
  const { api, workspace } = seeded;
  await api.patch("/auth/me", { locale: "de" });
  const campaign = (await api.post(`${workspace.path}/campaigns`, { name: "Mai" })) as {
    id: number;
  };
  const { checks } = (await api.get(`${workspace.path}/campaigns/${campaign.id}/preflight`)) as {
    checks: Told[];
  };
  expect(checks.length).toBeGreaterThan(4);

  const next = `/w/${workspace.id}/campaigns/${campaign.id}`;
  const page = await signedInPage(browser, seeded, { locale: "de-DE", next });
  // The sections show only their first problem, so this one is among the checks.
  await page.getByText("Schreiben Sie die Nachricht.").waitFor();

  for (const viewport of [desktop, phone]) {
    await page.setViewportSize(viewport);
    const text = await page.locator("body").innerText();
    for (const { message } of checks) {
      expect(text).not.toContain(message);
    }
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(
      viewport.width,
    );
  }
}, 90_000);
