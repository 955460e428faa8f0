import type { Connection } from "../platform/db/driver.ts";
import { statement } from "../platform/db/statements.ts";

/** A workspace's delivery settings and their default values. */
export const deliveryDefaults = {
  /** Days for which an address that may work again (full, disabled, unclear) stays suppressed; 0 = permanently. */
  softBounceDays: 180,
  /** Percentage of hard bounces that pauses a campaign once 100 messages have ended; 0 = never. */
  hardBouncePercent: 5,
  /**
   * Percentage of refusals for reputation or content that pauses a campaign once 200 messages have a result; 0 = never.
   */
  blockPercent: 5,
  /** Percentage of complaints that pauses a campaign, once 500 messages are sent and 2 complaints are in; 0 = never. */
  complaintPercent: 0.3,
  /** Percentage of complaints at which the report shows a warning; 0 = never. */
  complaintWarnPercent: 0.1,
};
export type DeliverySettings = typeof deliveryDefaults;
export type DeliverySettingName = keyof DeliverySettings;

const selectSettings = statement<[], { name: string; value: number }>(
  "SELECT name, value FROM delivery_setting",
);

/** The workspace's settings; a setting that is not stored has its default. */
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

/** Stores the given settings and leaves the others unchanged. */
export function changeDeliverySettings(db: Connection, change: Partial<DeliverySettings>): void {
  for (const [name, value] of Object.entries(change)) {
    upsertSetting(db).run(name, value);
  }
}

/** The value of one setting. */
export function deliverySetting(db: Connection, name: DeliverySettingName): number {
  return deliverySettings(db)[name];
}
