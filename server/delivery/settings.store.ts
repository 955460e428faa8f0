import type { Connection } from "../platform/db/driver.ts";
import { statement } from "../platform/db/statements.ts";

/** What a workspace may set about its results, with the values that hold without it. */
export const deliveryDefaults = {
  /** How long an address stays suppressed that may come back (full, disabled, unclear); 0 = for good. */
  softBounceDays: 180,
  /** Hard bounces, in percent of the first 500 results, that pause a campaign; 0 = never. */
  hardBouncePercent: 5,
  /** Refusals for reputation or content, in percent of 200 results, that pause a campaign; 0 = never. */
  blockPercent: 5,
  /** Complaints, in percent of what was sent, that pause a campaign; 0 = never. */
  complaintPercent: 0.3,
  /** Complaints, in percent of what was sent, at which the report warns; 0 = never. */
  complaintWarnPercent: 0.1,
};
export type DeliverySettings = typeof deliveryDefaults;
export type DeliverySettingName = keyof DeliverySettings;

const selectSettings = statement<[], { name: string; value: number }>(
  "SELECT name, value FROM delivery_setting",
);

/** What holds for the workspace. */
export function deliverySettings(db: Connection): DeliverySettings {
  const stored = Object.fromEntries(
    selectSettings(db)
      .all()
      .filter(({ name }) => Object.hasOwn(deliveryDefaults, name))
      .map(({ name, value }) => [name, value]),
  );
  return { ...deliveryDefaults, ...stored };
}

const upsertSetting = statement<[name: string, value: number]>(`
  INSERT INTO delivery_setting (name, value) VALUES (?, ?)
      ON CONFLICT (name) DO UPDATE SET value = excluded.value
`);

/** Sets what is given and leaves the rest. */
export function changeDeliverySettings(db: Connection, change: Partial<DeliverySettings>): void {
  for (const [name, value] of Object.entries(change)) {
    upsertSetting(db).run(name, value);
  }
}

/** One of them. */
export function deliverySetting(db: Connection, name: DeliverySettingName): number {
  return deliverySettings(db)[name];
}
