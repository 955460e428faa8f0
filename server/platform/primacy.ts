import type { Connection } from "./db/driver.ts";
import { inTransaction } from "./db/transaction.ts";
import { readSetting, writeSetting } from "./settings.store.ts";

const SETTING = "primacy";

type Primacy = { epoch: number; boot: string };

/**
 * Begins the reign of one process over a data folder, and returns its number. The lock of the folder keeps a
 * second process out; this one finds out when it was got round, for instance because local/ was removed.
 *
 * @param boot Names the process.
 */
export function beginPrimacy(system: Connection, boot: string, now: number): number {
  return inTransaction(system, () => {
    const epoch = (readSetting<Primacy>(system, SETTING)?.epoch ?? 0) + 1;
    writeSetting(system, SETTING, { epoch, boot } satisfies Primacy, now);
    return epoch;
  });
}

/** False once another process has begun to reign: this one must apply, claim and send nothing more. */
export function stillReigns(system: Connection, boot: string): boolean {
  return readSetting<Primacy>(system, SETTING)?.boot === boot;
}
