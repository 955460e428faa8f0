import { existsSync } from "node:fs";
import type { Connection } from "../../platform/db/driver.ts";
import { lookInside } from "../../platform/db/look-inside.ts";
import { workspaceIds, workspacePath } from "../../platform/db/workspace-files.ts";
import { log } from "../../platform/log.ts";
import {
  decryptSecret,
  type KeyRing,
  keyFingerprint,
  loadKeyRing,
  MasterKeyError,
  masterKeyPath,
  readKeyRing,
} from "../../platform/secrets.ts";
import { readSetting, writeSetting } from "../../platform/settings.store.ts";
import { PRIVATE_KEY_PURPOSE } from "../domains/dkim-keys.service.ts";
import { PASSWORD_PURPOSE } from "../routes/route-secrets.service.ts";
import { SECRET_PURPOSE } from "../webhooks/hooks.service.ts";
import { type SealedColumn, type SealedSecret, sampleSecrets } from "./sealed.store.ts";

const SETTING = "master-key";
const COLUMNS: readonly SealedColumn[] = [
  { table: "route", column: "password", purpose: PASSWORD_PURPOSE },
  { table: "sending_domain", column: "dkim_private", purpose: PRIVATE_KEY_PURPOSE },
  { table: "route_webhook", column: "secret", purpose: SECRET_PURPOSE },
];

/** Fingerprints of the instance's master keys, by key id. */
type Known = Record<string, string>;
type KeyPlace = { dataDir: string; masterKeyFile: string | undefined };

/**
 * Loads the master key and verifies that it belongs to this instance: the fingerprint of each key is stored in
 * `system.db`. A new key is created only if none was ever used. An instance from before fingerprints existed stores
 * them now, provided its key decrypts what is stored.
 *
 * @throws MasterKeyError naming the file and how to recover when the key is missing, damaged or a different one.
 */
export function openMasterKey(system: Connection, place: KeyPlace, now: number): KeyRing {
  const { dataDir, masterKeyFile } = place;
  const path = masterKeyPath(dataDir, masterKeyFile);
  const known = readSetting<Known>(system, SETTING);
  const sealed = known === undefined ? sealedSecrets(system, dataDir) : [];
  const isFresh = known === undefined && sealed.length === 0;
  const ring = isFresh ? loadKeyRing(dataDir, masterKeyFile) : readKeyRing(dataDir, masterKeyFile);
  const fault = known === undefined ? faultBySecrets(ring, sealed) : faultByPrints(ring, known);
  if (fault !== undefined) {
    throw new MasterKeyError(path, fault);
  }
  const prints = Object.fromEntries(
    [...ring.keys.keys()].map((id) => [id, keyFingerprint(ring, id)]),
  );
  if (JSON.stringify(prints) !== JSON.stringify(known)) {
    writeSetting(system, SETTING, prints, now);
    log.info({ keys: Object.keys(prints) }, "the master key's fingerprint is kept");
  }
  return ring;
}

/** True once a key was used here, in which case a missing key must not be replaced by a new one. */
export function knowsMasterKey(system: Connection): boolean {
  return readSetting<Known>(system, SETTING) !== undefined;
}

/** What `openMasterKey` would report about the key in the file; undefined when it is the right one. */
export function masterKeyFault(system: Connection, ring: KeyRing): string | undefined {
  const known = readSetting<Known>(system, SETTING);
  return known === undefined ? undefined : faultByPrints(ring, known);
}

function faultByPrints(ring: KeyRing, known: Known): string | undefined {
  for (const [id, print] of Object.entries(known)) {
    if (!ring.keys.has(id)) {
      return `lacks the key "${id}", which this instance has used`;
    }
    if (keyFingerprint(ring, id) !== print) {
      return `contains a different key "${id}" than this instance used before`;
    }
  }
  return undefined;
}

function faultBySecrets(ring: KeyRing, sealed: readonly SealedSecret[]): string | undefined {
  const opens = ({ purpose, value }: SealedSecret) => {
    try {
      decryptSecret(ring, purpose, value);
      return true;
    } catch {
      return false;
    }
  };
  // One old secret that was encrypted with another key must not prevent the start, so one secret that can be decrypted
  // is enough.
  return sealed.length === 0 || sealed.some(opens)
    ? undefined
    : "contains a different key than the one that encrypted this instance's secrets";
}

/** Secrets of the first workspace that has any. An unreadable file is skipped. */
function sealedSecrets(system: Connection, dataDir: string): SealedSecret[] {
  for (const id of workspaceIds(system)) {
    const path = workspacePath(dataDir, id);
    const found = existsSync(path) ? secretsIn(dataDir, path) : [];
    if (found.length > 0) {
      return found;
    }
  }
  return [];
}

function secretsIn(dataDir: string, path: string): SealedSecret[] {
  try {
    return lookInside(dataDir, path, (db) => sampleSecrets(db, COLUMNS));
  } catch (error) {
    log.warn({ path, err: error }, "a workspace could not be read for its sealed secrets");
    return [];
  }
}
