// Restricts the setup wizard to a person who has read the one-time token on the process's console.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because, refusedField } from "../../platform/errors.ts";
import { readSetting, writeSetting } from "../../platform/settings.store.ts";
import { isSetUp } from "../instance/instance.service.ts";
import type { SetupAnswers } from "./setup.schema.ts";

const KEY = "setup";
const COOKIE = "swiftmail_setup";
const TOKEN_BYTES = 20;
const COOKIE_BYTES = 32;
const MAX_UNLOCKED = 20;

type PublicUrl = NonNullable<SetupAnswers["publicUrl"]>;

/** What the wizard stores between requests and restarts. Secrets are stored as hashes only. */
export type SetupMemory = {
  tokenHash: string;
  /** Hashes of cookies from browsers that presented the token. */
  unlocked: string[];
  userId?: string;
  organizationId?: string;
  workspaceId?: string;
  /** Answers that were stored before causes existed have none. */
  publicUrl?: Omit<PublicUrl, "cause"> & Partial<Pick<PublicUrl, "cause">>;
  routeId?: number;
  senderId?: number;
  /** A stored reason, or the English words of an earlier version. */
  domainNote?: string;
  testMessage?: NonNullable<SetupAnswers["testMessage"]>;
};

/**
 * Creates a one-time token for the console; undefined when the setup is finished. Earlier tokens expire, while
 * answers and unlocked browsers stay.
 */
export function newSetupToken(system: Connection, now: number): string | undefined {
  if (isSetUp(system)) {
    return undefined;
  }
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const memory = readMemory(system);
  writeMemory(system, { ...memory, tokenHash: hashOf(token) }, now);
  return token;
}

/**
 * Accepts the token and returns the Set-Cookie value that lets this browser use the wizard.
 *
 * @throws AppError `setup_done`; `unauthenticated` for a wrong token.
 */
export function unlockSetup(
  system: Connection,
  token: string,
  isSecure: boolean,
  now: number,
): string {
  refuseWhenDone(system);
  const memory = readMemory(system);
  const given = Buffer.from(hashOf(token));
  const right = Buffer.from(memory.tokenHash);
  if (given.length !== right.length || !timingSafeEqual(given, right)) {
    throw refusedField("unauthenticated", "token", because("setup_token_wrong"));
  }
  const id = randomBytes(COOKIE_BYTES).toString("base64url");
  const unlocked = [hashOf(id), ...memory.unlocked].slice(0, MAX_UNLOCKED);
  writeMemory(system, { ...memory, unlocked }, now);
  return `${COOKIE}=${id}; HttpOnly; Path=/; SameSite=Strict${isSecure ? "; Secure" : ""}`;
}

/** True when the browser has presented the token. */
export function isUnlocked(system: Connection, cookieHeader: string | null): boolean {
  const id = new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]+)`).exec(cookieHeader ?? "")?.[1];
  return id !== undefined && readMemory(system).unlocked.includes(hashOf(id));
}

/** @throws AppError `setup_done` when the wizard has finished; `unauthenticated` without the token. */
export function requireUnlocked(system: Connection, cookieHeader: string | null): void {
  refuseWhenDone(system);
  if (!isUnlocked(system, cookieHeader)) {
    throw new AppError("unauthenticated", because("setup_token_missing"));
  }
}

/** @throws AppError `setup_done` when the wizard has finished. */
export function refuseWhenDone(system: Connection): void {
  if (isSetUp(system)) {
    throw new AppError("setup_done", because("already_set_up"));
  }
}

export function readMemory(system: Connection): SetupMemory {
  return readSetting<SetupMemory>(system, KEY) ?? { tokenHash: "", unlocked: [] };
}

export function writeMemory(system: Connection, memory: SetupMemory, now: number): void {
  writeSetting(system, KEY, memory, now);
}

/** Changes the given values and keeps the others. Joins the caller's transaction. */
export function remember(system: Connection, change: Partial<SetupMemory>, now: number): void {
  writeMemory(system, { ...readMemory(system), ...change }, now);
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
