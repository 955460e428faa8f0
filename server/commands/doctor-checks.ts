import { dlopen } from "bun:ffi";
import { Resolver } from "node:dns/promises";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { knowsMasterKey, masterKeyFault } from "../features/setup/master-key.service.ts";
import { readInboundSettings } from "../inbound/index.ts";
import { type Connection, openConnection } from "../platform/db/driver.ts";
import { lookInside } from "../platform/db/look-inside.ts";
import { isAbsent, systemFileFault, systemPath } from "../platform/db/system-file.ts";
import { workspaceIds } from "../platform/db/workspace-files.ts";
import { isDiskFull } from "../platform/disk-full.ts";
import { messageOf } from "../platform/errors.ts";
import { isInUse, lockHolder } from "../platform/instance-lock.ts";
import { openToOthers } from "../platform/private-files.ts";
import { type KeyRing, masterKeyPath, readKeyRing } from "../platform/secrets.ts";

/** The result of one check (ok, warning or failure), and how to fix it. */
export type Finding = { verdict: "ok" | "warn" | "fail"; said: string; mend?: string };

const GIBIBYTE = 2 ** 30;
const FEW_BYTES = 2 * GIBIBYTE;
const TOO_FEW_BYTES = GIBIBYTE / 4;
const MIN_OPEN_FILES = 4_096;
const CLOCK_SLACK_MS = 60_000;
const DNS_TIMEOUT_MS = 3_000;
const PROBE_TIMEOUT_MS = 2_000;

const NO_FOLDER = "checked once the data folder exists";

const ok = (said: string): Finding => ({ verdict: "ok", said });
const warn = (said: string, mend: string): Finding => ({ verdict: "warn", said, mend });
const fail = (said: string, mend: string): Finding => ({ verdict: "fail", said, mend });
const reason = messageOf;
/** The advice for an error. A full disk takes precedence, because it explains any failed write. */
export const adviceFor = (error: unknown, advice: string) =>
  isDiskFull(error) ? "The disk is full: free some space, then run doctor again." : advice;

/** Checks that the data folder exists and is writable. Never creates it. */
export function checkDataFolder(dataDir: string): Finding {
  if (!existsSync(dataDir)) {
    return warn(
      `${dataDir} does not exist; it is created when the server first starts`,
      "If you already have an instance, set DATA_DIR to its data folder.",
    );
  }
  try {
    const probe = join(dataDir, `.doctor-${process.pid}`);
    writeFileSync(probe, "x", { flush: true });
    rmSync(probe);
    return ok(`${dataDir} is writable`);
  } catch (error) {
    return fail(
      `${dataDir} is not writable: ${reason(error)}`,
      adviceFor(
        error,
        "Set DATA_DIR to a folder that this user can write to, or change the folder's owner.",
      ),
    );
  }
}

/** Checks the free space in the data folder. Sending stops when the journal cannot be written. */
export function checkDisk(dataDir: string): Finding {
  if (!existsSync(dataDir)) {
    return ok(NO_FOLDER);
  }
  try {
    const { bavail, bsize } = statfsSync(dataDir);
    const free = bavail * bsize;
    const said = `${(free / GIBIBYTE).toFixed(1)} GiB free`;
    if (free < TOO_FEW_BYTES) {
      return fail(said, "Free some space: sending stops when the journal cannot be written.");
    }
    return free < FEW_BYTES
      ? warn(said, "Plan for more space: a busy month needs several gigabytes.")
      : ok(said);
  } catch (error) {
    return fail(`could not be checked: ${reason(error)}`, "Fix the data folder first.");
  }
}

/** Checks that temporary files can be created. The binary unpacks SQLite's native addon there. */
export function checkTemporaryFolder(): Finding {
  try {
    rmSync(mkdtempSync(join(tmpdir(), "swiftmail-doctor-")), { recursive: true });
    return ok(`${tmpdir()} is writable`);
  } catch (error) {
    return fail(
      `${tmpdir()} is not writable: ${reason(error)}`,
      adviceFor(
        error,
        "Set TMPDIR to a folder that this user can write to and execute from (in Docker: --tmpfs /tmp:exec).",
      ),
    );
  }
}

/** Checks that SQLite loads and that its write-ahead log works on this file system. */
export function checkSqlite(dataDir: string): Finding {
  if (!existsSync(dataDir)) {
    return ok(NO_FOLDER);
  }
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(dataDir, ".doctor-"));
    const db = openConnection(join(folder, "probe.db"));
    db.exec("CREATE TABLE probe (value INTEGER) STRICT; INSERT INTO probe VALUES (1)");
    const version = String(db.prepare("SELECT sqlite_version()").pluck().get());
    db.close();
    return ok(`SQLite ${version}, write-ahead log works here`);
  } catch (error) {
    return fail(
      `SQLite does not work here: ${reason(error)}`,
      adviceFor(
        error,
        "Use a local disk (not NFS or SMB) for DATA_DIR, and a TMPDIR that is not mounted noexec.",
      ),
    );
  } finally {
    if (folder !== undefined) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Checks that the master key belongs to this instance and that nobody else can read it. Never creates one. */
export function checkMasterKey(config: Config): Finding {
  const path = masterKeyPath(config.dataDir, config.masterKeyFile);
  const hasKey = existsSync(path);
  const system = existsSync(config.dataDir) ? systemState(config.dataDir) : "none";
  if (!hasKey && system === "none") {
    return ok("none yet; it is created when the server first starts");
  }
  try {
    const ring = readKeyRing(config.dataDir, config.masterKeyFile);
    if (system === "unreadable") {
      return warn(
        "could not check whether the key belongs to this instance",
        "Fix system.db first.",
      );
    }
    const fault = system === "none" ? undefined : masterKeyFaultIn(config.dataDir, ring);
    if (fault !== undefined) {
      return fail(
        `${path} ${fault}`,
        "Restore the file from your backup; do not create a new one.",
      );
    }
    const others = statSync(path).mode & 0o077;
    const said = `key ${ring.current} of ${ring.keys.size}`;
    return others === 0
      ? ok(said)
      : warn(`${said}, but other users of this machine can read it`, `chmod 600 ${path}`);
  } catch (error) {
    return fail(reason(error), "Restore the file from your backup; do not create a new one.");
  }
}

/** `none` where starting the server would create an instance and its key. */
function systemState(dataDir: string): "none" | "used" | "unreadable" {
  if (systemFileFault(dataDir) !== undefined) {
    return "unreadable";
  }
  try {
    return isAbsent(dataDir) || !withSystem(dataDir, hasKeyInUse) ? "none" : "used";
  } catch {
    // The check of system.db reports what is wrong with the file.
    return "unreadable";
  }
}

/** A file without tables, as a full disk leaves it, has not used a key. */
function hasKeyInUse(system: Connection): boolean {
  return (
    Number(system.pragma("user_version", { simple: true })) > 0 &&
    (knowsMasterKey(system) || workspaceIds(system).length > 0)
  );
}

function masterKeyFaultIn(dataDir: string, ring: KeyRing): string | undefined {
  return withSystem(dataDir, (system) => masterKeyFault(system, ring));
}

function withSystem<T>(dataDir: string, look: (system: Connection) => T): T {
  return lookInside(dataDir, systemPath(dataDir), look);
}

/** Checks that other users of this machine cannot read SwiftMail's data. The server fixes this when it starts. */
export function checkPrivacy(dataDir: string): Finding {
  const open = existsSync(dataDir) ? openToOthers(dataDir) : [];
  return open.length === 0
    ? ok("no other user can read the data folder")
    : warn(
        `other users of this machine can read ${open[0]}${open.length > 1 ? ` and ${open.length - 1} more` : ""}`,
        "Start the server once as the owner of the files: it corrects the permissions.",
      );
}

/** Reports which process uses the data folder. */
export function checkInUse(dataDir: string): Finding {
  if (!isInUse(dataDir)) {
    return ok("no server is using this data folder");
  }
  const holder = lockHolder(dataDir);
  return ok(
    holder === undefined
      ? "a server is using this data folder"
      : `used by process ${holder.pid} on ${holder.host} since ${holder.startedAt}`,
  );
}

/** Checks that a port is free, or used by this server itself. */
export async function checkPort(
  name: string,
  port: number,
  isOurs: () => Promise<boolean>,
): Promise<Finding> {
  const fault = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const server = createServer();
    server.once("error", resolve);
    server.listen(port, () => server.close(() => resolve(undefined)));
  });
  if (fault === undefined) {
    return ok(`${port} is free`);
  }
  if (fault.code === "EADDRINUSE" && (await isOurs())) {
    return ok(`SwiftMail answers on ${port}`);
  }
  return fail(
    `${port} cannot be opened: ${fault.code ?? fault.message}`,
    `Stop the program that uses it, or set ${name} to another port.`,
  );
}

/** Whether this server is already running on that HTTP port. */
export async function answersHealth(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    return (await fetch(`http://127.0.0.1:${port}/healthz`, { signal })).ok;
  } catch {
    return false;
  }
}

/** Checks that the system's OpenSSL is found, which signs faster than the built-in implementation. */
export function checkOpenSsl(): Finding {
  for (const name of ["libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.dylib"]) {
    try {
      dlopen(name, { EVP_PKEY_new: { args: [], returns: "ptr" } }).close();
      return ok(`${name} is found`);
    } catch {
      // Try the next library name.
    }
  }
  return warn("libcrypto was not found", "Install libssl3: DKIM signing is slower without it.");
}

/** Checks that the clock is not behind times already stored here. Signatures and schedules depend on it. */
export function checkClock(dataDir: string, now: number): Finding {
  const newest = existsSync(dataDir)
    ? Math.max(0, ...readdirSync(dataDir).map((file) => statSync(join(dataDir, file)).mtimeMs))
    : 0;
  const said = new Date(now).toISOString();
  return newest > now + CLOCK_SLACK_MS
    ? fail(
        `${said}, earlier than a file written at ${new Date(newest).toISOString()}`,
        "Set the clock and keep it in sync with NTP.",
      )
    : ok(said);
}

/** Checks that DNS names can be resolved, which checks of sending domains and relays need. */
export async function checkDns(): Promise<Finding> {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 1 });
  try {
    const answers = await resolver.resolveMx("gmail.com");
    return ok(`MX of gmail.com: ${answers.length} hosts`);
  } catch (error) {
    return warn(
      `MX of gmail.com: ${reason(error)}`,
      "Check the machine's resolver; without DNS, domain checks and direct delivery do not work.",
    );
  }
}

/**
 * Checks that bounces can arrive: the listener accepts connections from outside, the MX record of the bounce domain
 * names this instance, and port 25 answers as SwiftMail where that can be tested from here.
 */
export async function checkBounces(
  config: Config,
  lookUp: (name: string) => Promise<string[]> = mxOf,
  greet: (host: string) => Promise<string> = greetingOf,
): Promise<Finding> {
  const state = existsSync(config.dataDir) ? systemState(config.dataDir) : "none";
  if (state !== "used") {
    return state === "none"
      ? ok("not set up yet")
      : warn("cannot be checked", "Fix system.db first.");
  }
  const { bounceDomain, mxHost } = withSystem(config.dataDir, readInboundSettings);
  if (bounceDomain === "") {
    return warn(
      "no bounce domain is set",
      "Set one for the instance, so that SwiftMail receives bounces.",
    );
  }
  if (config.smtpInHost === "127.0.0.1") {
    return warn(
      `bounces to ${bounceDomain} cannot arrive: the SMTP listener only accepts connections from this machine`,
      "Set SMTP_IN_HOST=0.0.0.0 and forward public port 25 to SMTP_IN_PORT.",
    );
  }
  const hosts = await lookUp(bounceDomain);
  const host = mxHost || hosts[0];
  if (host === undefined || !hosts.includes(host)) {
    return warn(
      hosts.length === 0
        ? `${bounceDomain} has no MX record`
        : `the MX of ${bounceDomain} is ${hosts.join(", ")}, not ${mxHost || "this instance"}`,
      `Set the MX record of ${bounceDomain} to the host name of this instance.`,
    );
  }
  const greeting = await greet(host).catch((error: unknown) => reason(error));
  return /^220 .*SwiftMail/.test(greeting)
    ? ok(`${host} answers on port 25`)
    : warn(
        `${host} does not answer on port 25 as seen from here: ${greeting}`,
        "Check firewalls in between, and that port 25 is forwarded to SMTP_IN_PORT.",
      );
}

async function mxOf(name: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 1 });
  const records = await resolver.resolveMx(name).catch(() => []);
  return records
    .sort((a, b) => a.priority - b.priority)
    .map(({ exchange }) => exchange.toLowerCase().replace(/\.$/, ""));
}

function greetingOf(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: 25, timeout: PROBE_TIMEOUT_MS });
    const end = (settle: () => void) => {
      socket.destroy();
      settle();
    };
    socket.once("data", (bytes) =>
      end(() => resolve(bytes.toString("latin1").slice(0, 200).trim())),
    );
    socket.once("timeout", () => end(() => reject(new Error("no greeting"))));
    socket.once("error", (error) => end(() => reject(error)));
  });
}

/** Checks the limit of open files: every workspace and every connection needs at least one. */
export function checkOpenFiles(): Finding {
  if (!existsSync("/proc/self/limits")) {
    return ok("not known on this system");
  }
  const soft = /Max open files\s+(\d+|unlimited)/.exec(
    readFileSync("/proc/self/limits", "utf8"),
  )?.[1];
  const limit = soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft);
  return limit >= MIN_OPEN_FILES
    ? ok(`${limit} files can be open`)
    : warn(
        `only ${limit} files can be open`,
        "Raise the limit: LimitNOFILE=65536, or docker --ulimit nofile=65536.",
      );
}
