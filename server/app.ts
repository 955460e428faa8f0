import { Elysia } from "elysia";
import type { Config } from "./config.ts";
import type { AppDeps } from "./features/deps.ts";
import type { Clock } from "./platform/clock.ts";
import type { Databases } from "./platform/db/databases.ts";
import { type AccessPort, createGuard } from "./platform/http/guard.ts";
import { problems } from "./platform/http/problem.ts";
import type { KeyRing } from "./platform/secrets.ts";

export type AppOptions = {
  config: Config;
  databases: Databases;
  keyRing: KeyRing;
  clock: Clock;
  access: AccessPort;
};

/** The whole HTTP application, not yet listening. Importing or calling it starts nothing. */
export function createApp(options: AppOptions) {
  const deps: AppDeps = {
    config: options.config,
    databases: options.databases,
    keyRing: options.keyRing,
    clock: options.clock,
    guard: createGuard(options.access, options.databases),
  };
  return new Elysia({ name: "swiftmail" }).use(problems).use(api(deps));
}

export type App = ReturnType<typeof createApp>;

/** Everything below /api/v1: one line per slice. */
function api({ guard }: AppDeps) {
  return new Elysia({ name: "api", prefix: "/api/v1" }).use(guard);
}
