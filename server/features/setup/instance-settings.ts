// Settings of the instance that an administrator can change after the setup.

import type { Config } from "../../config.ts";
import type { Databases } from "../../platform/db/databases.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { because, invalidField } from "../../platform/errors.ts";
import { isProxyRange } from "../../platform/http/client-address.ts";
import type { Mailer } from "../../platform/mail.ts";
import type { KeyRing } from "../../platform/secrets.ts";
import {
  allowsDirectSending,
  allowsPrivateRelays,
  allowsPrivateTargets,
  publicUrlOf,
  storeDirectSending,
  storePrivateRelays,
  storePrivateTargets,
  storePublicUrl,
  storeTrustedProxies,
  trustedProxiesOf,
} from "../instance/instance.service.ts";
import type { AuditLog, UnnamedProxies } from "../ports.ts";
import { findPerson } from "../users/users.service.ts";
import type { InstanceChange } from "./instance.schema.ts";
import { readPublicUrl } from "./setup.rules.ts";
import {
  changeSystemMail,
  readSystemMail,
  workspaceLendingSystemSender,
} from "./system-mail.service.ts";

export type InstanceDesk = {
  config: Config;
  databases: Databases;
  keyRing: KeyRing;
  mail: Mailer;
  audit: AuditLog;
  unnamedProxies: UnnamedProxies;
};

/** The instance's current settings. */
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
    systemMail: readSystemMail(databases.system),
    systemMailLentBy: workspaceLendingSystemSender(databases),
  };
}

/**
 * Changes the given settings and keeps the others.
 *
 * @throws AppError `invalid_input` for an invalid address, a public URL that PUBLIC_URL fixes, an invalid proxy, or
 * system mail settings that cannot work.
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
    if (change.systemMail !== undefined) {
      changeSystemMail(system, desk.keyRing, change.systemMail, now);
    }
    const detail = { fields: Object.keys(change) };
    desk.audit.record({ actorId: userId, workspaceId: null, action: "instance.change", detail });
  });
  return readInstanceSettings(desk);
}

/**
 * Sends the administrator a test message in the same way as password links, and returns the server's reply.
 *
 * @throws AppError `unavailable` when no sending method is set up, `unreachable` with the server's reply.
 */
export async function sendSystemTest(desk: InstanceDesk, userId: string) {
  const to = findPerson(desk.databases.system, userId)?.email ?? "";
  const { reply } = await desk.mail.send({
    to,
    subject: "Test message from SwiftMail",
    text: "This instance sends password links and invitations in the same way as this message.\n",
  });
  return { to, reply };
}

function checkedUrl({ config }: InstanceDesk, typed: string): string {
  const read = readPublicUrl(typed);
  if ("why" in read) {
    throw invalidField("publicUrl", read.why);
  }
  if (config.publicUrl !== undefined && config.publicUrl !== read.origin) {
    throw invalidField("publicUrl", because("url_fixed", { url: config.publicUrl }));
  }
  return read.origin;
}

function checkedProxies({ config }: InstanceDesk, typed: readonly string[]): string[] {
  if (config.trustedProxies !== undefined) {
    throw invalidField(
      "trustedProxies",
      because("proxies_fixed", { ranges: config.trustedProxies.join(", ") }),
    );
  }
  const ranges = [...new Set(typed.map((range) => range.trim()))];
  const wrong = ranges.find((range) => !isProxyRange(range));
  if (wrong !== undefined) {
    throw invalidField("trustedProxies", because("not_a_proxy", { range: wrong }));
  }
  return ranges;
}
