import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import type { Config } from "../../config.ts";
import { log } from "../../platform/log.ts";
import type { RunningServer } from "../../start-server.ts";
import { startServing } from "../serve.ts";
import type { Terminal } from "../terminal.ts";
import { apiClient } from "./api-client.ts";
import { demoContactsCsv } from "./demo-contacts.ts";
import { readTestInbox } from "./readers.ts";
import { answerSetup, importContacts, launchCampaign, untilCompleted } from "./seed.ts";

const CONTACTS = 2_000;
const SLOW_PER_SECOND = 4;
const SEND_TIMEOUT_MS = 120_000;
const EMAIL = "demo@swiftmail.example";

/**
 * Starts the server on an empty data folder and fills it with sample data: contacts from a file, a finished campaign
 * with opens and clicks, and one that is still sending. Everything is done as a person would do it: over the API, by
 * SMTP into the test inbox, and with the tracking URLs of captured messages. Then serves until it is stopped.
 *
 * @returns The exit code.
 */
export async function demo(config: Config, terminal: Terminal): Promise<number> {
  const dataDir = emptyFolder(config.dataDir);
  const say = (text: string) => terminal.out(`  ${text}`);
  terminal.out(`SwiftMail demo, in ${dataDir}`);
  const startedAt = performance.now();
  log.level = "warn";
  const { server, stopped } = await startServing({ ...config, dataDir });
  const password = randomBytes(9).toString("base64url");
  await fill(server, password, say);

  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  terminal.out(`
Ready after ${seconds} s.

  ${server.url}
  email     ${EMAIL}
  password  ${password}

All mail stays in the test inbox. Press Ctrl+C to stop, and delete ${dataDir} to remove the demo.`);
  return await stopped;
}

async function fill(server: RunningServer, password: string, say: (text: string) => void) {
  const api = apiClient(server.url);
  const workspace = await answerSetup(api, {
    token: server.setupToken ?? "",
    email: EMAIL,
    password,
    publicUrl: server.url,
    workspaceName: "Acme Books",
  });
  say("setup completed");

  const imported = await importContacts(api, workspace, demoContactsCsv(CONTACTS), "Customers");
  say(`${imported.added} contacts imported, ${imported.refused} rows refused`);

  const subject = "Autumn reading list";
  const news = await launchCampaign(api, workspace, {
    name: "November newsletter",
    subject,
    preheader: "Six books for long evenings",
    starter: "newsletter",
    listId: imported.listId,
    routeId: workspace.routeId,
  });
  const sent = await untilCompleted(api, workspace, news, SEND_TIMEOUT_MS);
  say(`a campaign sent to ${sent} people through SMTP into the test inbox`);

  await api.patch(`${workspace.path}/routes/${workspace.routeId}`, {
    maxPerSecond: SLOW_PER_SECOND,
  });
  await launchCampaign(api, workspace, {
    name: "Winter sale",
    subject: "20 % off until Sunday",
    preheader: "For everyone who reads in bed",
    starter: "announcement",
    listId: imported.listId,
    routeId: workspace.routeId,
  });
  say(`a second campaign is sending at ${SLOW_PER_SECOND} messages a second`);

  const requests = await readTestInbox(api, workspace, subject);
  say(`${requests} opens, clicks and unsubscribes requested by people and machines`);
}

/** The folder to use: the configured one if it is empty, otherwise a new one beside it. */
function emptyFolder(dataDir: string): string {
  const isFree = (path: string) => !existsSync(path) || readdirSync(path).length === 0;
  const base = resolve(dataDir === "./data" ? "./data-demo" : dataDir);
  for (let number = 1; ; number += 1) {
    const path = number === 1 ? base : `${base}-${number}`;
    if (isFree(path)) {
      return path;
    }
  }
}
