// How the instance's own mail is sent. This belongs to the instance alone: members of a workspace could redirect one of
// their routes and then read everybody's password links.

import { isIP } from "node:net";
import { accessTokens, type Route } from "../../delivery/index.ts";
import { INSTANCE_INBOX, inboxPassword } from "../../inbound/index.ts";
import { domainOf } from "../../platform/address.rules.ts";
import type { Databases } from "../../platform/db/databases.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because, invalidField } from "../../platform/errors.ts";
import type { MailRoute } from "../../platform/mail.ts";
import type { KeyRing } from "../../platform/secrets.ts";
import { readSetting, writeSetting } from "../../platform/settings.store.ts";
import { relayTargets } from "../../platform/target-guard.ts";
import { isFreeMail } from "../domains/domains.service.ts";
import { readSender } from "../domains/senders.service.ts";
import { allowsPrivateRelays } from "../instance/instance.service.ts";
import { openSecrets, refuseToMoveSecrets, sealSecrets } from "../routes/route-secrets.service.ts";
import { loadRoute } from "../routes/routes.service.ts";
import { readEmail } from "../users/users.service.ts";
import { findWorkspace } from "../workspaces/workspaces.service.ts";
import type { SystemMailChange, SystemMailView } from "./instance.schema.ts";
import { readMemory } from "./setup-lock.service.ts";

const SYSTEM_MAIL = "system_mail";
const MAX_NAME_CHARS = 100;
/** The setting of earlier versions: a workspace and its route. */
const SYSTEM_ROUTE = "system_route";

/** As stored: `password` and `oauth` are encrypted, or empty. */
type Stored = {
  kind: "relay" | "test_inbox";
  host: string;
  port: number;
  security: Route["security"];
  verifyCertificate: boolean;
  username: string;
  password: string;
  oauth: string;
  fromName: string;
  fromEmail: string;
};

/** The From name and address of the instance's own mail. */
export type SystemFrom = Pick<Stored, "fromName" | "fromEmail">;

/**
 * The default From of the instance's own mail. The name is the organization's, never a client's. The address is at
 * the administrator's domain. If that is a mailbox provider, where others cannot send from, the public host is used
 * instead, or the administrator's own address if the host is not a domain.
 */
export function proposedFrom(of: {
  organization: string;
  administrator: string;
  publicUrl: string;
}): SystemFrom {
  const fromName = of.organization.trim().slice(0, MAX_NAME_CHARS).trim();
  const domain = domainOf(of.administrator);
  const host = URL.parse(of.publicUrl)?.hostname ?? "";
  const own = isFreeMail(domain) ? host : domain;
  const isName = own.includes(".") && isIP(own.replace(/^\[|\]$/g, "")) === 0;
  return { fromName, fromEmail: isName ? `noreply@${own}` : of.administrator };
}

/** How the instance's own mail is sent, without the password; null when not configured. */
export function readSystemMail(system: Connection): SystemMailView | null {
  const stored = readSetting<Stored>(system, SYSTEM_MAIL);
  if (stored === undefined) {
    return null;
  }
  const { password, oauth, ...visible } = stored;
  return { ...visible, hasPassword: password !== "" || oauth !== "" };
}

/**
 * The name of the first workspace when the instance's own mail still uses its sender, as earlier versions set it up;
 * null otherwise. It is not changed automatically, because the relay may accept no other address.
 */
export function workspaceLendingSystemSender(databases: Databases): string | null {
  const stored = readSystemMail(databases.system);
  const { workspaceId, senderId } = readMemory(databases.system);
  if (stored === null || workspaceId === undefined || senderId === undefined) {
    return null;
  }
  try {
    const { name, email } = readSender(databases.workspace(workspaceId), senderId);
    const isLent = stored.fromName === name && stored.fromEmail === email;
    return isLent ? (findWorkspace(databases.system, workspaceId)?.name ?? null) : null;
  } catch (error) {
    // The sender was deleted or the workspace is set aside, so the answer is unknown.
    if (error instanceof AppError && ["not_found", "workspace_unavailable"].includes(error.code)) {
      return null;
    }
    throw error;
  }
}

/**
 * Configures how the instance's own mail is sent. An omitted password stays, unless the mail would go to another
 * server or over a less secure connection.
 *
 * @throws AppError `invalid_input`.
 */
export function changeSystemMail(
  system: Connection,
  keyRing: KeyRing,
  change: SystemMailChange,
  now: number,
): void {
  const from = {
    fromName: change.fromName.trim(),
    fromEmail: readEmail(change.fromEmail, "systemMail.fromEmail").email,
  };
  if (change.kind === "test_inbox") {
    writeSetting(system, SYSTEM_MAIL, { ...testInbox, ...from } satisfies Stored, now);
    return;
  }
  const host = change.host?.trim() ?? "";
  if (host === "") {
    throw invalidField("systemMail.host", because("mail_host_empty"));
  }
  const { port = 587, security = "starttls", verifyCertificate = true, username = "" } = change;
  const target = { kind: "relay" as const, host, port, security, verifyCertificate, username };
  const secrets = secretsAfter(system, keyRing, change, target);
  writeSetting(system, SYSTEM_MAIL, { ...target, ...secrets, ...from } satisfies Stored, now);
}

/**
 * Copies a workspace's current route for the instance's own mail. Later changes of that route have no effect here. A
 * test inbox route becomes the instance's own test inbox, which only administrators see.
 */
export function copySystemMail(
  system: Connection,
  keyRing: KeyRing,
  route: Route,
  from: SystemFrom,
  now: number,
): void {
  if (route.kind === "test_inbox") {
    writeSetting(system, SYSTEM_MAIL, { ...testInbox, ...from } satisfies Stored, now);
    return;
  }
  const { host, port, security, verifyCertificate, username, password, oauth } = route;
  const sealed = sealSecrets(keyRing, { password, oauth });
  const target = { kind: "relay" as const, host, port, security, verifyCertificate, username };
  writeSetting(system, SYSTEM_MAIL, { ...target, ...sealed, ...from } satisfies Stored, now);
}

/**
 * Copies the route that an earlier version used for the instance's own mail. Does nothing if that has already
 * happened or the route was deleted; the console then asks for a new setting.
 */
export function adoptSystemRoute(databases: Databases, keyRing: KeyRing, now: number): void {
  const { system } = databases;
  const old = readSetting<{
    workspaceId: string;
    routeId: number;
    fromName: string;
    fromEmail: string;
  }>(system, SYSTEM_ROUTE);
  if (old === undefined || readSetting(system, SYSTEM_MAIL) !== undefined) {
    return;
  }
  const { workspaceId, routeId, fromName, fromEmail } = old;
  try {
    const context = { keyRing, workspaceId, inboxPort: 0 };
    const route = loadRoute(databases.workspace(workspaceId), context, routeId);
    copySystemMail(system, keyRing, route, { fromName, fromEmail }, now);
  } catch (error) {
    // A workspace that is set aside must not prevent the start. Its route is copied at a later start.
    const isNotNow =
      error instanceof AppError && ["not_found", "workspace_unavailable"].includes(error.code);
    if (!isNotNow) {
      throw error;
    }
  }
}

/**
 * The route for the instance's own mail with its secrets decrypted; undefined when not configured. Read each time, so
 * that a change takes effect at once.
 *
 * @param inboxPort Port of the test inbox.
 */
export function systemMailRoute(
  system: Connection,
  keyRing: KeyRing,
  inboxPort: number,
): MailRoute | undefined {
  const stored = readSetting<Stored>(system, SYSTEM_MAIL);
  if (stored === undefined) {
    return undefined;
  }
  const { kind, password: _, oauth: __, ...target } = stored;
  if (kind === "test_inbox") {
    return {
      ...target,
      port: inboxPort,
      username: INSTANCE_INBOX,
      password: inboxPassword(keyRing, INSTANCE_INBOX),
      mayConnect: () => true,
    };
  }
  const { password, oauth } = openSecrets(keyRing, stored);
  const publicOnly = !allowsPrivateRelays(system);
  return {
    ...target,
    password,
    ...(oauth === undefined ? {} : { accessToken: accessTokens({ oauth, publicOnly }) }),
    mayConnect: relayTargets(publicOnly),
  };
}

const testInbox = {
  kind: "test_inbox",
  host: "127.0.0.1",
  port: 0,
  security: "none",
  verifyCertificate: false,
  username: "",
  password: "",
  oauth: "",
} as const;

function secretsAfter(
  system: Connection,
  keyRing: KeyRing,
  change: SystemMailChange,
  target: Pick<Stored, "host" | "security" | "verifyCertificate">,
): Pick<Stored, "password" | "oauth"> {
  if (change.password !== undefined) {
    return sealSecrets(keyRing, { password: change.password, oauth: undefined });
  }
  const stored = readSetting<Stored>(system, SYSTEM_MAIL);
  if (stored === undefined || stored.kind !== "relay") {
    return { password: "", oauth: "" };
  }
  const row = { ...stored, verifyCertificate: Number(stored.verifyCertificate) };
  refuseToMoveSecrets(row, openSecrets(keyRing, stored), target);
  return { password: stored.password, oauth: stored.oauth };
}
