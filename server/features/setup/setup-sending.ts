// The second half of the wizard: sending method, sender, and a test message that must arrive.

import { randomUUID } from "node:crypto";
import { INSTANCE_INBOX } from "../../inbound/index.ts";
import { domainOf } from "../../platform/address.rules.ts";
import type { Connection } from "../../platform/db/driver.ts";
import {
  AppError,
  because,
  invalidField,
  spokenReason,
  storedBecause,
  storedReason,
} from "../../platform/errors.ts";
import {
  type CheckPlace,
  checkDomain,
  createDomain,
  isReservedDomain,
  readDomains,
} from "../domains/domains.service.ts";
import { changeSender, createSender, readSender, readSenders } from "../domains/senders.service.ts";
import { publicUrlOf, storePrivateRelays } from "../instance/instance.service.ts";
import type { DnsLookup, RouteCheck } from "../ports.ts";
import type { RouteCreate } from "../routes/routes.schema.ts";
import {
  changeRoute,
  createRoute,
  ensureTestInboxRoute,
  keepCheck,
  loadRoute,
  readRoute,
  readRoutes,
  routeOrigins,
  routeToTry,
} from "../routes/routes.service.ts";
import { findPerson, readEmail } from "../users/users.service.ts";
import type { RouteRequest, SenderRequest } from "./setup.schema.ts";
import { requireSteps, type SetupDesk, systemFromOf } from "./setup.service.ts";
import { findInInbox } from "./setup.store.ts";
import { readMemory, remember, type SetupMemory, writeMemory } from "./setup-lock.service.ts";
import { copySystemMail, type SystemFrom } from "./system-mail.service.ts";

const ARRIVAL_MS = 10_000;
const LOOK_EVERY_MS = 50;

/** Connects with the entered settings up to the sign-in, and reports each step with the server's replies. */
export async function checkSetupRoute(desk: SetupDesk, request: RouteRequest): Promise<RouteCheck> {
  const { allowPrivateRelays, ...input } = request;
  const { workspaceId } = requireSteps(desk, "route");
  if (allowPrivateRelays !== undefined) {
    storePrivateRelays(desk.databases.system, allowPrivateRelays, desk.clock());
  }
  const id = workspaceId ?? "";
  const context = { keyRing: desk.keyRing, workspaceId: id, inboxPort: desk.inboxPort };
  const db = desk.databases.workspace(id);
  if (input.kind === "test_inbox") {
    const route = ensureTestInboxRoute(db, desk.clock());
    return await desk.checkRoute(loadRoute(db, context, route.id));
  }
  const { kind: _, name: __, ...settings } = input;
  const stored = relayOf(db);
  // A password that was entered once is not requested again when the user moves between steps.
  const known = stored?.hasPassword && input.password === undefined ? { id: stored.id } : {};
  return await desk.checkRoute(routeToTry(db, context, { ...settings, ...known }));
}

/**
 * Step 5: stores the sending method once a check has fully succeeded.
 *
 * @throws AppError `unreachable` with the failed step and the server's reply; `invalid_input`.
 */
export async function answerRoute(desk: SetupDesk, request: RouteRequest): Promise<RouteCheck> {
  const check = await checkSetupRoute(desk, request);
  const { allowPrivateRelays: _, ...input } = request;
  const failed = check.steps.find((step) => !step.ok);
  if (!check.ok) {
    throw new AppError(
      "unreachable",
      because("route_check_failed", {
        stage: failed?.stage ?? "check",
        said: failed?.cause ? storedReason(failed.cause) : (failed?.message ?? "failed"),
      }),
    );
  }
  const { workspaceId } = requireSteps(desk, "route");
  const db = desk.databases.workspace(workspaceId ?? "");
  const now = desk.clock();
  const routeId = keepRoute(db, desk, input);
  keepCheck(db, routeId, check, now);
  // A test message sent by the previous method proves nothing about the new one, so it must be sent again.
  remember(desk.databases.system, { routeId }, now);
  forgetTestMessage(desk);
  return check;
}

/**
 * Step 6: the sender, whose domain gets a DKIM key. Invitations and password links are sent in the organization's
 * name, which can differ from the client whose campaigns are sent.
 */
export async function answerSender(desk: SetupDesk, input: SenderRequest): Promise<void> {
  const { workspaceId = "", routeId = 0 } = requireSteps(desk, "sender");
  const { address } = readEmail(input.email);
  const from = systemFromAfter(desk, input);
  const open = () => desk.databases.workspace(workspaceId);
  const domain = domainOf(address);
  const domainNote = await prepareDomain(desk, workspaceId, domain);
  const now = desk.clock();
  const fields = { name: input.name, email: input.email, replyTo: input.replyTo ?? "" };
  const known = readSenders(open()).items[0];
  const sender =
    known === undefined
      ? createSender(open(), fields, now)
      : changeSender(open(), known.id, fields);
  const { system } = desk.databases;
  sendSystemMailBy(desk, { workspaceId, routeId }, from);
  remember(system, { senderId: sender.id, domainNote }, now);
  forgetTestMessage(desk);
}

/**
 * Step 7: sends a test message. For the test inbox it waits until the message is there; for a relay only the server's
 * reply is known.
 *
 * @throws AppError `unreachable` with the server's reply, or when nothing arrived in the test inbox.
 */
export async function answerTestMessage(desk: SetupDesk, input: { to?: string | undefined }) {
  const memory = requireSteps(desk, "test-message");
  const { workspaceId = "", routeId = 0, senderId = 0 } = memory;
  const { system } = desk.databases;
  const administrator = findPerson(system, memory.userId ?? "");
  const to = readEmail(input.to ?? administrator?.email ?? "").email;
  const db = desk.databases.workspace(workspaceId);
  const { kind } = readRoute(db, routeId);
  const { email } = readSender(db, senderId);
  sendSystemMailBy(desk, { workspaceId, routeId }, systemFromOf(desk, memory));
  const messageId = `${randomUUID()}@${domainOf(email)}`;
  const sent = await desk.mail.send({
    to,
    messageId,
    subject: "Your SwiftMail can send",
    text: `This message was sent from ${publicUrlOf(desk.config, system)} with the sending method that you set up.\n\nYou can go back to the setup now.\n`,
  });
  const inboxId = kind === "test_inbox" ? await arrival(desk, messageId) : null;
  const testMessage = { to, at: desk.clock(), reply: sent.reply, workspaceId, inboxId };
  requireSteps(desk, "test-message");
  remember(system, { testMessage }, desk.clock());
  return testMessage;
}

/** The DNS records that the sender's domain needs, with their current status. */
export async function readSetupDns(desk: SetupDesk, dns: DnsLookup) {
  const memory = requireSteps(desk, "test-message");
  const open = () => desk.databases.workspace(memory.workspaceId ?? "");
  const place = placeOf(desk, memory.workspaceId ?? "");
  const domain = readDomains(open(), place).items[0];
  if (domain === undefined) {
    return { domain: null, ...noteOf(memory), records: [] };
  }
  const checked = await checkDomain(open, dns, { id: domain.id, place }, desk.clock());
  return { domain: checked.name, ...noteOf(memory), records: checked.records };
}

function noteOf({ domainNote = "" }: SetupMemory) {
  const { reason, cause } = spokenReason(domainNote);
  return { note: reason, noteCause: cause };
}

function systemFromAfter(desk: SetupDesk, input: SenderRequest): SystemFrom {
  const known = systemFromOf(desk, readMemory(desk.databases.system));
  const { systemName = known.fromName, systemEmail = known.fromEmail } = input;
  if (systemName.trim() === "") {
    throw invalidField("systemName", because("empty"));
  }
  return { fromName: systemName.trim(), fromEmail: readEmail(systemEmail, "systemEmail").email };
}

/** Copies the first workspace's sending method for the instance's own mail. */
function sendSystemMailBy(
  desk: SetupDesk,
  chosen: { workspaceId: string; routeId: number },
  from: SystemFrom,
): void {
  const { keyRing, inboxPort, databases } = desk;
  const { workspaceId, routeId } = chosen;
  const context = { keyRing, workspaceId, inboxPort };
  const route = loadRoute(databases.workspace(workspaceId), context, routeId);
  copySystemMail(databases.system, keyRing, route, from, desk.clock());
}

function relayOf(db: Connection) {
  return readRoutes(db).items.find(({ kind }) => kind === "relay");
}

function keepRoute(db: Connection, desk: SetupDesk, input: RouteCreate): number {
  const now = desk.clock();
  if (input.kind === "test_inbox") {
    return ensureTestInboxRoute(db, now).id;
  }
  const stored = relayOf(db);
  const { kind: _, ...settings } = input;
  const name = input.name ?? stored?.name ?? input.host ?? "Relay";
  return stored === undefined
    ? createRoute(db, desk.keyRing, { ...input, name }, now).id
    : changeRoute(db, desk.keyRing, stored.id, { ...settings, name }, now).id;
}

function placeOf({ config, databases: { system } }: SetupDesk, workspaceId: string): CheckPlace {
  return { system, publicUrl: publicUrlOf(config, system), routeOrigins, workspaceId };
}

/** Creates the domain's key. Returns why there are no records to publish, as a stored reason; empty if there are. */
async function prepareDomain(desk: SetupDesk, workspaceId: string, name: string): Promise<string> {
  if (isReservedDomain(name)) {
    return storedBecause("domain_for_tests", { name });
  }
  const place = placeOf(desk, workspaceId);
  const open = () => desk.databases.workspace(workspaceId);
  try {
    await createDomain(open, desk.keyRing, { name, place }, desk.clock());
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "internal") {
      throw error;
    }
    // `conflict` only means that the user returned to this step. For a mailbox provider's domain there are no records
    // to publish.
    return error.code === "conflict" ? "" : storedFault(error);
  }
  return "";
}

/** Why a request failed, as a stored reason; in English if it has no code. */
function storedFault(error: AppError): string {
  const [field] = error.fields;
  const { code, params } = field ?? error.reason ?? {};
  return code === undefined
    ? (field?.reason ?? error.message)
    : storedReason({ code, ...(params === undefined ? {} : { params }) });
}

async function arrival(desk: SetupDesk, messageId: string): Promise<number> {
  const deadline = performance.now() + ARRIVAL_MS;
  for (;;) {
    const id = findInInbox(desk.databases.inbox(INSTANCE_INBOX), messageId);
    if (id !== undefined) {
      return id;
    }
    if (performance.now() > deadline) {
      throw new AppError("unreachable", because("test_message_lost"));
    }
    await Bun.sleep(LOOK_EVERY_MS);
  }
}

function forgetTestMessage(desk: SetupDesk): void {
  const { system } = desk.databases;
  const { testMessage: _, ...rest } = requireSteps(desk, "route");
  writeMemory(system, rest, desk.clock());
}
