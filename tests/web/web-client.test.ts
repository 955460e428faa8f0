import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");

/** Files that contact the server without the typed client, and their reason. */
const allowed: Record<string, string[]> = {
  // Creates the client, and sends what it cannot stream.
  "web/src/api.ts": ["treaty", "fetch", "upload"],
  // Progress is a stream of events.
  "web/src/live.ts": ["EventSource"],
  // Files.
  "web/src/features/imports/new-import-page.tsx": ["upload"],
  "web/src/features/dmarc/dmarc-page.tsx": ["upload"],
};

const ways: Record<string, RegExp> = {
  treaty: /\btreaty\s*[<(]/,
  fetch: /(?<![.\w])fetch\s*\(|\b(window|globalThis|self)\.fetch\b/,
  upload: /(?<![.\w])upload\s*[<(]/,
  http: /\bhttp\.(get|post|put|patch|delete)\s*[<(]/,
  XMLHttpRequest: /\bXMLHttpRequest\b/,
  EventSource: /\bnew EventSource\b/,
  WebSocket: /\bnew WebSocket\b/,
  sendBeacon: /\bsendBeacon\s*\(/,
};

/** The ways in which code can bypass the typed client. */
const waysOf = (source: string): string[] =>
  Object.entries(ways).flatMap(([name, pattern]) => (pattern.test(source) ? [name] : []));

test("the web uses the typed client; only files and streams bypass it", () => {
  const found: Record<string, string[]> = {};
  let count = 0;
  for (const path of new Bun.Glob("web/src/**/*.{ts,tsx}").scanSync({ cwd: root })) {
    count += 1;
    const used = waysOf(readFileSync(join(root, path), "utf8"));
    if (used.length > 0) {
      found[path] = used;
    }
  }

  expect(count).toBeGreaterThan(200);
  expect(found).toEqual(allowed);
});

test.each([
  ["http", 'const list = await http.get<List>("/lists");'],
  ["fetch", 'const list = await fetch("/api/v1/lists");'],
  ["fetch", 'const list = await window.fetch("/api/v1/lists");'],
  ["upload", "await upload<Lists>(path, form);"],
  ["treaty", 'const other = treaty<App>("http://localhost");'],
  ["XMLHttpRequest", "const request = new XMLHttpRequest();"],
])("a planted %s is caught", (name, source) => {
  expect(waysOf(source)).toEqual([name]);
});

test.each(["query.refetch();", "lists.get({ fetch: { signal } });", 'api.lists.get<"x">();'])(
  "%s is not reported",
  (source) => {
    expect(waysOf(source)).toEqual([]);
  },
);
