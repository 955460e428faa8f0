// Mail from outside, on the compiled binary in a real browser: nothing in it is loaded from the sender's server before
// the reader asks for pictures, and only pictures after that.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { ReceivedBox } from "../../server/inbound/received.ts";
import { openDatabases } from "../../server/platform/db/databases.ts";
import {
  accessibilityFindings,
  desktop,
  launchBrowser,
  signIn,
  takeScreenshots,
} from "../support/browser.ts";
import { type SeededBinary, startSeededBinary } from "../support/seeded-binary.ts";

const screenshots = join(import.meta.dir, "../../.cache/screenshots");
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

let seeded: SeededBinary;
let browser: Browser;
let page: Page;
/** The sender's server, and what was requested from it. */
let sender: ReturnType<typeof Bun.serve>;
const asked: string[] = [];

beforeAll(async () => {
  seeded = await startSeededBinary();
  sender = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      asked.push(new URL(request.url).pathname);
      return new Response(PIXEL, { headers: { "content-type": "image/png" } });
    },
  });
  const databases = openDatabases(seeded.binary.dataDir);
  new ReceivedBox(databases, Date.now).add(
    seeded.workspace.id,
    {
      envelopeFrom: "eve@reader.test",
      envelopeTo: "b-abc@bounce.acme.example",
      raw: Buffer.from(hostileMail(`http://127.0.0.1:${sender.port}`)),
    },
    { kind: "reply", said: "" },
  );
  databases.close();
  browser = await launchBrowser();
  page = await (await browser.newContext({ viewport: desktop, locale: "en-GB" })).newPage();
  page.setDefaultTimeout(20_000);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  sender?.stop(true);
  await seeded?.binary.dispose();
});

/** Every way in which a message can make a browser request something from a server, each with its own path. */
function hostileMail(host: string): string {
  return `From: Eve <eve@reader.test>\r
Subject: Re: News\r
Content-Type: text/html; charset=utf-8\r
\r
<html><head><title>x</title>
<meta http-equiv="refresh" content="0; url=${host}/refresh">
<meta http-equiv="Content-Security-Policy" content="img-src *">
<base href="${host}/base/">
<link rel="stylesheet" href="${host}/style.css"><link rel="preload" as="image" href="${host}/preload">
<link rel="prefetch" href="${host}/prefetch"><link rel="icon" href="${host}/icon">
<style>@import "${host}/import.css"; @font-face { font-family: f; src: url(${host}/font) }
p { background: url(${host}/background-style); font-family: f; list-style: url(${host}/list) }</style></head>
<body background="${host}/body-background"><p>Hello, look at this.</p>
<img src="${host}/img" alt=""><img srcset="${host}/srcset 1x" alt=""><picture><source srcset="${host}/source"><img alt="" src="relative"></picture>
<table background="${host}/table-background"><tr><td style="background-image:url('${host}/inline-style')">x</td></tr></table>
<video poster="${host}/poster" src="${host}/video" autoplay></video><audio src="${host}/audio" autoplay></audio>
<iframe src="${host}/iframe"></iframe><object data="${host}/object"></object><embed src="${host}/embed">
<svg><image href="${host}/svg-image"/><use href="${host}/use#a"/></svg><input type="image" src="${host}/input">
<script>new Image().src = "${host}/script"</script><img src="data:image/png;base64,x" onerror="fetch('${host}/handler')" alt="">
</body></html>`;
}

/** Time for everything that the frame would have requested. */
const settle = () => page.waitForTimeout(1_500);

test("nothing in a message is loaded before its reader asks for pictures, and only pictures then", async () => {
  await signIn(page, seeded);
  await page.goto(`${seeded.binary.url}/w/${seeded.workspace.id}/inbox/received/1`);
  const letter = page.frameLocator("iframe");
  await letter.getByText("Hello, look at this.").waitFor();
  await settle();

  expect(asked).toEqual([]);
  const button = page.getByRole("button", { name: "Show images" });
  await button.waitFor();
  expect(await accessibilityFindings(page)).toEqual([]);
  await takeScreenshots(page, screenshots, "received-pictures");
  expect(asked).toEqual([]);

  await button.click();
  await letter.locator("img").first().waitFor({ state: "attached" });
  await settle();

  expect(asked).toContain("/img");
  expect(asked).toContain("/background-style");
  for (const never of [
    "refresh",
    "style.css",
    "import.css",
    "iframe",
    "object",
    "embed",
    "script",
  ]) {
    expect(asked).not.toContain(`/${never}`);
  }
  expect(
    asked.filter((path) => /video|audio|handler|prefetch|preload|use|base/.test(path)),
  ).toEqual([]);
  await button.waitFor({ state: "detached" });
}, 60_000);
