import type { Config } from "../config.ts";
import type { Clock } from "../platform/clock.ts";
import type { Databases } from "../platform/db/databases.ts";
import type { Guard } from "../platform/http/guard.ts";
import type { KeyRing } from "../platform/secrets.ts";

/** What every slice's plugin is a function of; app.ts makes it once. */
export type AppDeps = {
  config: Config;
  databases: Databases;
  keyRing: KeyRing;
  clock: Clock;
  guard: Guard;
};
