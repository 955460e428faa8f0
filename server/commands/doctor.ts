import type { Config } from "../config.ts";
import { currentVersion } from "../platform/db/migrate.ts";
import {
  answersHealth,
  checkBounces,
  checkClock,
  checkDataFolder,
  checkDisk,
  checkDns,
  checkInUse,
  checkMasterKey,
  checkOpenFiles,
  checkOpenSsl,
  checkPort,
  checkPrivacy,
  checkSqlite,
  checkTemporaryFolder,
  type Finding,
} from "./doctor-checks.ts";
import { checkDamage, checkDeleted, checkSystemDatabase, checkWorkspaces } from "./doctor-files.ts";
import { checkInboxes, checkLocalFiles } from "./doctor-local.ts";
import type { Terminal } from "./terminal.ts";

const NAME_WIDTH = 17;
const colourOf = { ok: "\x1b[32m", warn: "\x1b[33m", fail: "\x1b[31m" };

/**
 * Checks everything an instance depends on, and reports how to fix what fails. Changes nothing. Safe while the server
 * runs.
 *
 * @returns The exit code: 1 when a check fails, else 0.
 */
export async function doctor(
  config: Config,
  terminal: Terminal,
  options: { json: boolean; now: number },
): Promise<number> {
  let failures = 0;
  for (const [name, check] of checks(config, options.now)) {
    const finding = await outcome(check);
    failures += finding.verdict === "fail" ? 1 : 0;
    terminal.out(
      options.json ? JSON.stringify({ check: name, ...finding }) : line(name, finding, terminal),
    );
  }
  return failures === 0 ? 0 : 1;
}

type Check = [name: string, check: () => Finding | Promise<Finding>];

/** A check that throws is a failed check: something it needs is missing. */
async function outcome(check: Check[1]): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    const said = `could not be checked: ${error instanceof Error ? error.message : error}`;
    return { verdict: "fail", said, mend: "Fix the problems above first, then run doctor again." };
  }
}

function checks(config: Config, now: number): Check[] {
  const isRunning = () => answersHealth(config.port);
  return [
    ["data folder", () => checkDataFolder(config.dataDir)],
    ["in use", () => checkInUse(config.dataDir)],
    ["privacy", () => checkPrivacy(config.dataDir)],
    ["disk", () => checkDisk(config.dataDir)],
    ["temporary folder", checkTemporaryFolder],
    ["SQLite", () => checkSqlite(config.dataDir)],
    ["system database", () => checkSystemDatabase(config.dataDir)],
    ["workspaces", () => checkWorkspaces(config.dataDir, currentVersion("workspace"))],
    ["damage", () => checkDamage(config.dataDir)],
    ["deleted content", () => checkDeleted(config.dataDir)],
    ["inboxes", () => checkInboxes(config.dataDir)],
    ["local files", () => checkLocalFiles(config.dataDir)],
    ["master key", () => checkMasterKey(config)],
    ["HTTP port", () => checkPort("PORT", config.port, isRunning)],
    ["SMTP port", () => checkPort("SMTP_IN_PORT", config.smtpInPort, isRunning)],
    ["open files", checkOpenFiles],
    ["OpenSSL", checkOpenSsl],
    ["clock", () => checkClock(config.dataDir, now)],
    ["DNS", checkDns],
    ["bounces", () => checkBounces(config)],
  ];
}

function line(name: string, { verdict, said, mend }: Finding, { colours }: Terminal): string {
  const word = verdict.padEnd(4);
  const mark = colours ? `${colourOf[verdict]}${word}\x1b[0m` : word;
  const advice = mend === undefined ? "" : `\n${" ".repeat(NAME_WIDTH + 6)}${mend}`;
  return `${mark}  ${name.padEnd(NAME_WIDTH)}${said}${advice}`;
}
