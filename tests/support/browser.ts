import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The two sizes at which every page must look right. */
export const desktop = { width: 1280, height: 800 };
export const phone = { width: 390, height: 844 };

/** Starts the distribution's Chromium, headless, without features that use the network. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = CHROMIUM.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Error("Chromium is missing: apt-get install chromium");
  }
  return await chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A person who can sign in, and where; a `SeededBinary` has all of it. */
type Account = { binary: { url: string }; email: string; password: string };

/** Signs in on a page in any language, and waits for the page that follows: `next`, or a workspace's overview. */
export async function signIn(page: Page, account: Account, next?: string): Promise<void> {
  const { binary, email, password } = account;
  await page.goto(`${binary.url}/sign-in${next === undefined ? "" : `?next=${next}`}`);
  await page.locator("input[type=email]").fill(email);
  await page.locator("input[type=password]").fill(password);
  await page.locator("button[type=submit]").click();
  await page.waitForURL(({ pathname }) => pathname !== "/sign-in" && pathname !== "/");
}

/** A signed-in page in its own browser context; in English and at desktop size unless `context` says otherwise. */
export async function signedInPage(
  browser: Browser,
  account: Account,
  { next, ...context }: BrowserContextOptions & { next?: string } = {},
): Promise<Page> {
  const opened = await browser.newContext({ viewport: desktop, locale: "en-GB", ...context });
  const page = await opened.newPage();
  page.setDefaultTimeout(20_000);
  await signIn(page, account, next);
  return page;
}

type AxeViolation = {
  id: string;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
};

/**
 * Waits for all animations that end: a colour in transition does not have its final contrast yet. Waiting for one whose
 * element is removed ends in a rejection, which counts as an end.
 */
async function animationsEnd(page: Page): Promise<void> {
  await page.evaluate(async () => {
    // A transition begins with the frame after the change.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    await Promise.allSettled(
      document
        .getAnimations()
        .filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime))
        .map((each) => each.finished),
    );
  });
}

/** axe's findings on the page once its animations have ended, one line each; empty when there are none. */
export async function accessibilityFindings(page: Page): Promise<string[]> {
  await animationsEnd(page);
  const source = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(source);
  const violations = (await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations)",
  )) as AxeViolation[];
  return violations.flatMap((violation) =>
    violation.nodes.map(
      (node) =>
        `${violation.id}: ${violation.help} — ${node.html.slice(0, 160)} ${node.failureSummary ?? ""}`,
    ),
  );
}

/** Saves screenshots of the page at both sizes in both themes, as `<name>-<width>-<theme>.png`. */
export async function takeScreenshots(page: Page, folder: string, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    // A theme's colours are recomputed over a few frames.
    await page.waitForTimeout(150);
    for (const size of [desktop, phone]) {
      await page.setViewportSize(size);
      await page.screenshot({ path: `${folder}/${name}-${size.width}-${theme}.png` });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(desktop);
}
