import type { Connection } from "./db/driver.ts";
import { inTransaction } from "./db/transaction.ts";
import { readSetting, writeSetting } from "./settings.store.ts";

const SETTING = "primacy";

type Primacy = { epoch: number; boot: string };

/**
 * Makes a process the primary of a data folder and returns the number of its term. The folder's lock keeps a second
 * process out; this detects the case that the lock was bypassed, for example because local/ was deleted.
 *
 * @param boot Identifies the process.
 */
export function claimPrimacy(system: Connection, boot: string, now: number): number {
  return inTransaction(system, () => {
    const epoch = (readSetting<Primacy>(system, SETTING)?.epoch ?? 0) + 1;
    writeSetting(system, SETTING, { epoch, boot } satisfies Primacy, now);
    return epoch;
  });
}

/** False once another process has become primary; this one must then stop applying, claiming and sending. */
export function isStillPrimary(system: Connection, boot: string): boolean {
  return readSetting<Primacy>(system, SETTING)?.boot === boot;
}
