// Shared by the tests of a file: a running product and a browser.
import { afterAll, beforeAll } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { type ApiClient, apiClient } from "../../server/commands/demo/api-client.ts";
import { answerSetup, type ReadyWorkspace } from "../../server/commands/demo/seed.ts";
import { readConfig } from "../../server/config.ts";
import { assets } from "../../server/platform/http/assets.gen.ts";
import { type RunningServer, startServer } from "../../server/start-server.ts";
import { launchBrowser, signedInPage } from "../support/browser.ts";
import { type SeededBinary, startSeededBinary } from "../support/seeded-binary.ts";

/**
 * Starts the compiled binary and a browser before the tests of a file, and ends both after them.
 *
 * @param use Gets both, and may prepare more; it is part of the time allowed.
 */
export function inBrowser(
  use: (seeded: SeededBinary, browser: Browser) => void | Promise<void>,
  withinMs = 120_000,
): void {
  let seeded: SeededBinary | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    seeded = await startSeededBinary();
    browser = await launchBrowser();
    await use(seeded, browser);
  }, withinMs);
  afterAll(async () => {
    await browser?.close();
    await seeded?.binary.dispose();
  });
}

/** The server in this process with its web UI, set up, and its owner on a page. */
export type ServerInBrowser = {
  server: RunningServer;
  api: ApiClient;
  workspace: ReadyWorkspace;
  page: Page;
  close(): Promise<void>;
};

/** The origin of links in mail. */
export const PUBLIC_URL = "http://mail.example.net";

/**
 * Starts a `ServerInBrowser`; the caller closes it.
 *
 * @param dnsServers The name servers to use instead of the system's.
 */
export async function startServerInBrowser(
  dnsServers: readonly string[] = [],
): Promise<ServerInBrowser> {
  if (Object.keys(assets).length === 0) {
    throw new Error("the web UI is not built: bun run build");
  }
  const dataDir = mkdtempSync(join(tmpdir(), "swiftmail-in-browser-"));
  const server = await startServer(
    readConfig({ DATA_DIR: dataDir, PORT: "0", SMTP_IN_PORT: "0" }),
    {
      assets,
      dnsServers,
      onFatal: (reason) => {
        throw new Error(reason);
      },
    },
  );
  const api = apiClient(server.url);
  const owner = { email: "ada@agency.test", password: "correct horse battery staple" };
  const workspace = await answerSetup(api, {
    ...owner,
    token: server.setupToken ?? "",
    publicUrl: server.url,
    workspaceName: "Acme Books",
  });
  await api.patch("/instance/settings", { publicUrl: PUBLIC_URL, allowPrivateRelays: true });
  const browser = await launchBrowser();
  const page = await signedInPage(
    browser,
    { binary: server, ...owner },
    { reducedMotion: "reduce" },
  );
  return {
    ...{ server, api, workspace, page },
    async close() {
      await browser.close();
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
