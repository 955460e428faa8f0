// What an administrator may change of the instance after the setup.
import type { Config } from "../../config.ts";
import type { Databases } from "../../platform/db/databases.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, invalidField } from "../../platform/errors.ts";
import { isProxyRange } from "../../platform/http/client-address.ts";
import { roleHas } from "../../platform/http/permissions.ts";
import type { AuditLog } from "../audit/audit.service.ts";
import { readEmail } from "../auth/users.service.ts";
import { readRoute } from "../routes/routes.service.ts";
import { workspaceForPerson } from "../workspaces/workspaces.service.ts";
import type { InstanceChange } from "./instance.schema.ts";
import {
  allowsDirectSending,
  allowsPrivateRelays,
  allowsPrivateTargets,
  publicUrlOf,
  readSystemRoute,
  type SystemRoute,
  storeDirectSending,
  storePrivateRelays,
  storePrivateTargets,
  storePublicUrl,
  storeSystemRoute,
  storeTrustedProxies,
  trustedProxiesOf,
} from "./instance.service.ts";
import { readPublicUrl } from "./setup.rules.ts";
import type { UnnamedProxies } from "./unnamed-proxies.ts";

export type InstanceDesk = {
  config: Config;
  databases: Databases;
  audit: AuditLog;
  unnamedProxies: UnnamedProxies;
};

/** The instance's settings, as they work now. */
export function readInstanceSettings({ config, databases, unnamedProxies }: InstanceDesk) {
  const trustedProxies = [...trustedProxiesOf(config, databases.system)];
  return {
    publicUrl: publicUrlOf(config, databases.system),
    publicUrlFixed: config.publicUrl !== undefined,
    trustedProxies,
    trustedProxiesFixed: config.trustedProxies !== undefined,
    unnamedProxies: unnamedProxies.seen().filter((address) => !trustedProxies.includes(address)),
    allowPrivateRelays: allowsPrivateRelays(databases.system),
    allowDirectSending: allowsDirectSending(databases.system),
    allowPrivateTargets: allowsPrivateTargets(databases.system),
    systemMail: readSystemRoute(databases.system) ?? null,
  };
}

/**
 * Changes what is given and leaves the rest.
 *
 * @throws AppError `invalid_input` for an address that is none, a public URL that PUBLIC_URL fixes, or a
 *   route that is not there or not this administrator's to use.
 */
export function changeInstanceSettings(
  desk: InstanceDesk,
  userId: string,
  change: InstanceChange,
  now: number,
) {
  const { system } = desk.databases;
  const origin = change.publicUrl === undefined ? undefined : checkedUrl(desk, change.publicUrl);
  const proxies =
    change.trustedProxies === undefined ? undefined : checkedProxies(desk, change.trustedProxies);
  const route =
    change.systemMail === undefined ? undefined : checkedRoute(desk, userId, change.systemMail);
  inTransaction(system, () => {
    if (origin !== undefined) {
      storePublicUrl(system, origin, now);
    }
    if (proxies !== undefined) {
      storeTrustedProxies(system, proxies, now);
    }
    if (change.allowPrivateRelays !== undefined) {
      storePrivateRelays(system, change.allowPrivateRelays, now);
    }
    if (change.allowDirectSending !== undefined) {
      storeDirectSending(system, change.allowDirectSending, now);
    }
    if (change.allowPrivateTargets !== undefined) {
      storePrivateTargets(system, change.allowPrivateTargets, now);
    }
    if (route !== undefined) {
      storeSystemRoute(system, route, now);
    }
    const detail = { fields: Object.keys(change) };
    desk.audit.record({ actorId: userId, workspaceId: null, action: "instance.change", detail });
  });
  return readInstanceSettings(desk);
}

function checkedUrl({ config }: InstanceDesk, typed: string): string {
  const read = readPublicUrl(typed);
  if ("reason" in read) {
    throw invalidField("publicUrl", read.reason, "Write it like https://mail.example.com.");
  }
  if (config.publicUrl !== undefined && config.publicUrl !== read.origin) {
    throw invalidField("publicUrl", `PUBLIC_URL says ${config.publicUrl}`, "Change that variable.");
  }
  return read.origin;
}

function checkedProxies({ config }: InstanceDesk, typed: readonly string[]): string[] {
  if (config.trustedProxies !== undefined) {
    throw invalidField(
      "trustedProxies",
      `TRUSTED_PROXIES says ${config.trustedProxies.join(", ")}`,
      "Change that variable.",
    );
  }
  const ranges = [...new Set(typed.map((range) => range.trim()))];
  const wrong = ranges.find((range) => !isProxyRange(range));
  if (wrong !== undefined) {
    throw invalidField(
      "trustedProxies",
      `"${wrong}" is neither an address nor a range`,
      "Write it like 10.0.0.7 or 172.28.0.0/16.",
    );
  }
  return ranges;
}

// To administer the instance is not to own its workspaces: mail leaves only by a route one may use anyway.
function checkedRoute(desk: InstanceDesk, userId: string, route: SystemRoute): SystemRoute {
  const access = workspaceForPerson(desk.databases.system, userId, route.workspaceId);
  if (access === undefined || !roleHas(access.role, "sending:write")) {
    throw invalidField("systemMail.workspaceId", "you may not use the routes of that workspace");
  }
  try {
    const { kind } = readRoute(desk.databases.workspace(route.workspaceId), route.routeId);
    if (kind === "direct") {
      throw invalidField("systemMail.routeId", "is a direct route", "Choose a relay.");
    }
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") {
      throw invalidField("systemMail.routeId", "there is no such route in that workspace");
    }
    throw error;
  }
  return { ...route, fromEmail: readEmail(route.fromEmail).email };
}
