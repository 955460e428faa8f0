import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { Elysia } from "elysia";
import { embedAssets } from "../../../../scripts/embed-assets.ts";
import type { AssetManifest } from "../../../../server/platform/http/asset-manifest.ts";
import { assetRoutes } from "../../../../server/platform/http/assets.ts";
import { problems } from "../../../../server/platform/http/problem.ts";

const script = `document.documentElement.dataset.theme = "dark";`;
const page = `<!doctype html><title>SwiftMail</title><script>${script}</script>
<script type="module" src="/assets/main-AbCd1234.js"></script><p>${"SwiftMail ".repeat(100)}</p>`;
const code = `console.log(${JSON.stringify("assets are served ".repeat(200))});\n`;

let folder = "";
let manifest: AssetManifest = {};
let app: { handle(request: Request): Promise<Response> };

const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  app.handle(new Request(`http://localhost${path}`, { headers, method }));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assets-"));
  mkdirSync(join(folder, "dist/assets"), { recursive: true });
  writeFileSync(join(folder, "dist/index.html"), page);
  writeFileSync(join(folder, "dist/favicon.svg"), `<svg xmlns="http://www.w3.org/2000/svg"/>`);
  writeFileSync(join(folder, "dist/assets/main-AbCd1234.js"), code);
  writeFileSync(join(folder, "dist/assets/logo-AbCd1234.png"), new Uint8Array(600));
  embedAssets(join(folder, "dist"), join(folder, "assets.gen.ts"));
  ({ assets: manifest } = await import(join(folder, "assets.gen.ts")));
  app = new Elysia().use(problems).use(assetRoutes(manifest));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("pages", () => {
  test("the root and every page path return the application's page", async () => {
    for (const path of ["/", "/campaigns/17/report", "/index.html"]) {
      const response = await get(path);

      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe("text/html;charset=utf-8");
      expect(response.headers.get("cache-control")).toBe("no-cache");
      expect(await response.text()).toBe(page);
    }
  });

  test("the page may run only its own scripts, inline ones by their hash", async () => {
    const response = await get("/");
    const policy = response.headers.get("content-security-policy") ?? "";
    const hash = createHash("sha256").update(script).digest("base64");

    expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`);
    expect(policy).not.toContain("'unsafe-eval'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("paths of the API, of recipients and unknown files are not found", async () => {
    for (const path of [
      "/api/v1/nothing",
      "/o/token",
      "/metrics",
      "/assets/nope.js",
      "/nope.png",
      "/../package.json",
      "/assets/%2e%2e/%2e%2e/package.json",
      "/constructor.js",
    ]) {
      const response = await get(path);

      expect(response.status).toBe(404);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
    }
  });

  test("without a build every page is not found", async () => {
    const empty = new Elysia().use(problems).use(assetRoutes({}));

    expect((await empty.handle(new Request("http://localhost/"))).status).toBe(404);
  });
});

describe("assets", () => {
  const path = "/assets/main-AbCd1234.js";

  test("a file with a hash in its name may be cached for a year", async () => {
    const response = await get(path);

    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("content-type")).toBe("text/javascript;charset=utf-8");
    expect(await response.text()).toBe(code);
  });

  test.each([
    ["br, gzip", "br"],
    ["gzip, deflate", "gzip"],
    ["br;q=0, gzip", "gzip"],
    ["gzip;q=1.0, br;q=0.5", "gzip"],
    ["br;q=0, gzip;q=0", null],
    ["*", "br"],
    ["identity", null],
    ["", null],
    ["BR", "br"],
    ["gzip;q=nonsense", null],
  ])("a client that accepts «%s» gets %p", async (accepted, expected) => {
    const response = await get(path, { "accept-encoding": accepted });
    const bytes = Buffer.from(await response.arrayBuffer());

    expect(response.headers.get("content-encoding")).toBe(expected);
    expect(response.headers.get("vary")).toBe("accept-encoding");
    expect(Number(response.headers.get("content-length"))).toBe(bytes.length);
    const unpack = { br: brotliDecompressSync, gzip: gunzipSync }[expected ?? ""];
    expect((unpack?.(bytes) ?? bytes).toString()).toBe(code);
  });

  test("each variant has its own ETag, and a client that has it gets 304 without a body", async () => {
    const tags = await Promise.all(
      ["br", "gzip", "identity"].map(async (encoding) =>
        (await get(path, { "accept-encoding": encoding })).headers.get("etag"),
      ),
    );
    const again = await get(path, {
      "accept-encoding": "br",
      "if-none-match": `"other", W/${tags[0]}`,
    });
    const other = await get(path, { "accept-encoding": "gzip", "if-none-match": tags[0] ?? "" });

    expect(new Set(tags).size).toBe(3);
    expect(again.status).toBe(304);
    expect(await again.text()).toBe("");
    expect(again.headers.get("content-type")).toBeNull();
    expect(other.status).toBe(200);
  });

  test("HEAD returns the transfer size and no body", async () => {
    const listening = new Elysia().use(assetRoutes(manifest)).listen(0);

    const url = new URL(path, listening.server?.url);
    const response = await fetch(url, {
      method: "HEAD",
      headers: { "accept-encoding": "identity" },
    });

    expect(response.status).toBe(200);
    expect(response.headers.get("content-length")).toBe(String(code.length));
    expect(await response.text()).toBe("");
    await listening.stop(true);
  });

  test("pictures are not compressed, and only the page has its policy", async () => {
    const response = await get("/assets/logo-AbCd1234.png", { "accept-encoding": "br" });

    expect(response.headers.get("content-encoding")).toBeNull();
    expect(response.headers.get("content-type")).toBe("image/png");
    expect(response.headers.get("content-security-policy")).toBeNull();
    expect(manifest["/favicon.svg"]?.br).toBeUndefined();
  });
});
