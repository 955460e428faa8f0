import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Both sizes every page must look right at. */
export const desktop = { width: 1280, height: 800 };
export const phone = { width: 390, height: 844 };

/** Starts the distribution's Chromium, headless, with nothing that looks beyond this machine. */
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

/** Somebody who can sign in, and where; a `SeededBinary` is one. */
type Account = { binary: { url: string }; email: string; password: string };

/** Signs in on a page in any language, and waits for what follows: `next`, or the overview of a workspace. */
export async function signIn(page: Page, account: Account, next?: string): Promise<void> {
  const { binary, email, password } = account;
  await page.goto(`${binary.url}/sign-in${next === undefined ? "" : `?next=${next}`}`);
  await page.locator("input[type=email]").fill(email);
  await page.locator("input[type=password]").fill(password);
  await page.locator("button[type=submit]").click();
  await page.waitForURL(({ pathname }) => pathname !== "/sign-in" && pathname !== "/");
}

/** A page in a browser of its own, signed in; in English and at desktop size unless `context` says otherwise. */
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

/** What axe finds wrong on the page as it is now, one line per finding; empty when nothing. */
export async function accessibilityFindings(page: Page): Promise<string[]> {
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

/** Saves what the page looks like at both sizes in both themes, as `<name>-<width>-<theme>.png`. */
export async function takeScreenshots(page: Page, folder: string, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    // Colours of a theme are computed again over a few frames.
    await page.waitForTimeout(150);
    for (const size of [desktop, phone]) {
      await page.setViewportSize(size);
      await page.screenshot({ path: `${folder}/${name}-${size.width}-${theme}.png` });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(desktop);
}
