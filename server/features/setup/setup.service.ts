import { randomBytes } from "node:crypto";
import type { Config } from "../../config.ts";
import type { Route } from "../../delivery/index.ts";
import type { AuditAction } from "../../platform/audit/actions.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Databases } from "../../platform/db/databases.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import {
  AppError,
  because,
  type CodedReason,
  coded,
  invalidField,
  messageOf,
  type Reason,
  spokenReason,
} from "../../platform/errors.ts";
import type { Mailer } from "../../platform/mail.ts";
import type { KeyRing } from "../../platform/secrets.ts";
import { readSender } from "../domains/senders.service.ts";
import {
  allowsPrivateRelays,
  isSetUp,
  markSetUp,
  publicUrlOf,
  storePublicUrl,
} from "../instance/instance.service.ts";
import {
  createOrganization,
  findOrganization,
  nameOrganization,
} from "../organizations/organizations.service.ts";
import type { AuditLog, RouteCheck } from "../ports.ts";
import { readRoute } from "../routes/routes.service.ts";
import {
  createPerson,
  findPerson,
  type MailLocale,
  replacePerson,
} from "../users/users.service.ts";
import {
  changeWorkspace,
  createWorkspace,
  findWorkspace,
  type WorkspaceInput,
} from "../workspaces/workspaces.service.ts";
import {
  missingBefore,
  openStep,
  readPublicUrl,
  type SetupStep,
  setupSteps,
} from "./setup.rules.ts";
import type { SetupAnswers } from "./setup.schema.ts";
import { readMemory, refuseWhenDone, remember, type SetupMemory } from "./setup-lock.service.ts";

import { proposedFrom, readSystemMail, type SystemFrom } from "./system-mail.service.ts";

export { newSetupToken } from "./setup-lock.service.ts";

// Lets the server recognise itself when it requests its own public URL.
const bootId = randomBytes(12).toString("base64url");
const LOOK_MS = 5_000;

export type SetupDesk = {
  config: Config;
  databases: Databases;
  keyRing: KeyRing;
  audit: AuditLog;
  mail: Mailer;
  clock: Clock;
  /** Where the test inbox listens. */
  inboxPort: number;
  checkRoute: (route: Route) => Promise<RouteCheck>;
};

/** The state of the wizard. Answers are only returned to an unlocked browser, passwords never. */
export function readSetup(desk: SetupDesk, unlocked: boolean) {
  const { system } = desk.databases;
  const done = isSetUp(system);
  const memory = readMemory(system);
  const answered = answeredSteps(desk, memory);
  return {
    done,
    unlocked: unlocked && !done,
    step: openStep(answered),
    steps: setupSteps.map((name) => ({ name, answered: done || answered.has(name) })),
    answers: unlocked && !done ? answersOf(desk, memory) : {},
    fixedPublicUrl: done ? null : (desk.config.publicUrl ?? null),
    boot: bootId,
  };
}

/** Step 1: the first person, who administers the instance. A repeated answer changes that person. */
export async function answerAdministrator(
  desk: SetupDesk,
  input: { email: string; name: string; password: string; locale?: MailLocale },
): Promise<void> {
  const { system } = desk.databases;
  const { userId } = requireSteps(desk, "administrator");
  const now = desk.clock();
  if (userId !== undefined) {
    await replacePerson(system, userId, input, now);
    return;
  }
  await createPerson(system, { ...input, isAdmin: true }, now, (id) => {
    // Hashing takes time, and another request may have answered this step in the meantime.
    if (readMemory(system).userId !== undefined) {
      throw new AppError("changed_meanwhile", because("step_done_elsewhere"));
    }
    remember(system, { userId: id }, now);
    recordStep(desk, "user.create", id);
  });
}

/** Step 2: the organization that owns the workspaces. */
export function answerOrganization(desk: SetupDesk, input: { name: string }): void {
  const { system } = desk.databases;
  const memory = requireSteps(desk, "organization");
  const now = desk.clock();
  if (input.name.trim() === "") {
    throw invalidField("name", because("empty"));
  }
  inTransaction(system, () => {
    if (memory.organizationId === undefined) {
      const id = createOrganization(system, input.name, required(memory.userId), now);
      recordStep(desk, "organization.create", id);
      remember(system, { organizationId: id }, now);
    } else {
      nameOrganization(system, memory.organizationId, input.name, now);
    }
  });
}

/** Step 3: the first workspace with its database file. */
export function answerWorkspace(desk: SetupDesk, input: WorkspaceInput): void {
  const { databases, audit } = desk;
  const memory = requireSteps(desk, "workspace");
  const now = desk.clock();
  const ownerId = required(memory.userId);
  if (memory.workspaceId !== undefined) {
    changeWorkspace({ databases, audit }, ownerId, memory.workspaceId, input, now);
    return;
  }
  const organizationId = required(memory.organizationId);
  inTransaction(databases.system, () => {
    const id = createWorkspace(databases, { ...input, organizationId, ownerId }, now);
    recordStep(desk, "workspace.create", id);
    remember(databases.system, { workspaceId: id }, now);
  });
}

/**
 * Step 4: the public URL of this instance. The server requests itself there and reports the result. A failure does
 * not block the step, because a proxy may not be running yet.
 */
export async function answerPublicUrl(desk: SetupDesk, input: { url: string }): Promise<void> {
  requireSteps(desk, "public-url");
  const fixed = desk.config.publicUrl;
  const read = readPublicUrl(input.url);
  if ("why" in read) {
    throw invalidField("url", read.why);
  }
  if (fixed !== undefined && fixed !== read.origin) {
    throw invalidField("url", because("url_fixed", { url: fixed }));
  }
  const found = await lookForSelf(read.origin);
  const { system } = desk.databases;
  refuseWhenDone(system);
  inTransaction(system, () => {
    storePublicUrl(system, read.origin, desk.clock());
    remember(system, { publicUrl: { url: read.origin, ...found } }, desk.clock());
  });
}

/** Last step: finishes the wizard permanently. Returns the administrator and their first workspace. */
export function finishSetup(desk: SetupDesk): { userId: string; workspaceId: string } {
  const { system } = desk.databases;
  const memory = requireSteps(desk, "finish");
  const userId = required(memory.userId);
  const workspaceId = required(memory.workspaceId);
  inTransaction(system, () => {
    markSetUp(system, desk.clock());
    remember(system, { tokenHash: "", unlocked: [] }, desk.clock());
    desk.audit.record({ actorId: userId, workspaceId: null, action: "instance.set-up" });
  });
  return { userId, workspaceId };
}

/**
 * The wizard's stored state, if this step can be answered now.
 *
 * @throws AppError `setup_done`; `illegal_state` naming the first earlier step without an answer.
 */
export function requireSteps(desk: SetupDesk, step: SetupStep): SetupMemory {
  const { system } = desk.databases;
  refuseWhenDone(system);
  const memory = readMemory(system);
  const missing = missingBefore(step, answeredSteps(desk, memory))[0];
  if (missing !== undefined) {
    throw new AppError("illegal_state", because("step_missing", { step: missing }));
  }
  return memory;
}

/** Nobody is signed in during the setup, so audit entries name the instance. */
function recordStep(desk: SetupDesk, action: AuditAction, target: string): void {
  desk.audit.record({ actorId: null, workspaceId: null, action, target, detail: { setup: true } });
}

function answeredSteps(desk: SetupDesk, memory: SetupMemory): Set<SetupStep> {
  const answers: [SetupStep, unknown][] = [
    ["administrator", memory.userId],
    ["organization", memory.organizationId],
    ["workspace", memory.workspaceId],
    ["public-url", memory.publicUrl ?? desk.config.publicUrl],
    ["route", memory.routeId],
    ["sender", memory.senderId],
    ["test-message", memory.testMessage],
  ];
  return new Set(answers.filter(([, answer]) => answer !== undefined).map(([step]) => step));
}

function answersOf(desk: SetupDesk, memory: SetupMemory): SetupAnswers {
  const { system } = desk.databases;
  const person = memory.userId === undefined ? undefined : findPerson(system, memory.userId);
  const organization =
    memory.organizationId === undefined
      ? undefined
      : findOrganization(system, memory.organizationId);
  const workspace =
    memory.workspaceId === undefined ? undefined : findWorkspace(system, memory.workspaceId);
  return {
    ...(person === undefined ? {} : { administrator: { email: person.email, name: person.name } }),
    ...(organization === undefined ? {} : { organization: { name: organization.name } }),
    ...(workspace === undefined
      ? {}
      : {
          workspace: {
            name: workspace.name,
            timeZone: workspace.timeZone,
            postalAddress: workspace.postalAddress,
          },
        }),
    ...publicUrlAnswer(desk, memory),
    ...systemFromAnswer(desk, memory),
    ...sendingAnswers(desk, memory),
    ...(memory.testMessage === undefined ? {} : { testMessage: memory.testMessage }),
  };
}

/** The name and address of the instance's own mail: the answered values, otherwise the proposed ones. */
export function systemFromOf(desk: SetupDesk, memory: SetupMemory): SystemFrom {
  const { system } = desk.databases;
  const stored = readSystemMail(system);
  if (stored !== null) {
    return { fromName: stored.fromName, fromEmail: stored.fromEmail };
  }
  return proposedFrom({
    organization: findOrganization(system, required(memory.organizationId))?.name ?? "",
    administrator: findPerson(system, required(memory.userId))?.email ?? "",
    publicUrl: publicUrlOf(desk.config, system),
  });
}

function systemFromAnswer(desk: SetupDesk, memory: SetupMemory): Pick<SetupAnswers, "systemFrom"> {
  if (memory.userId === undefined || memory.organizationId === undefined) {
    return {};
  }
  const { fromName: name, fromEmail: email } = systemFromOf(desk, memory);
  return { systemFrom: { name, email } };
}

function publicUrlAnswer(desk: SetupDesk, memory: SetupMemory): Pick<SetupAnswers, "publicUrl"> {
  if (memory.publicUrl !== undefined) {
    return {
      publicUrl: {
        cause: null,
        ...memory.publicUrl,
        url: publicUrlOf(desk.config, desk.databases.system),
      },
    };
  }
  const url = desk.config.publicUrl;
  return url === undefined
    ? {}
    : { publicUrl: { url, reachable: false, ...saidOf(because("public_url_unchecked")) } };
}

function sendingAnswers(
  desk: SetupDesk,
  memory: SetupMemory,
): Pick<SetupAnswers, "route" | "sender"> {
  if (memory.workspaceId === undefined || memory.routeId === undefined) {
    return {};
  }
  const db = desk.databases.workspace(memory.workspaceId);
  const stored = readRoute(db, memory.routeId);
  const { preset, host, port, security, verifyCertificate, username, hasPassword } = stored;
  // The wizard never creates a direct route.
  const kind = stored.kind === "test_inbox" ? stored.kind : ("relay" as const);
  const reached = { host, port, security, verifyCertificate, username, hasPassword };
  const allowPrivateRelays = allowsPrivateRelays(desk.databases.system);
  const route = { kind, preset, ...reached, allowPrivateRelays };
  if (memory.senderId === undefined) {
    return { route };
  }
  const { name, email, replyTo } = readSender(db, memory.senderId);
  const { reason: domainNote, cause: domainNoteCause } = spokenReason(memory.domainNote ?? "");
  return { route, sender: { name, email, replyTo, domainNote, domainNoteCause } };
}

type Look = { reachable: boolean; message: string; cause: CodedReason | null };

const saidOf = (why: Reason) => ({ message: why.text, cause: coded(why) });

async function lookForSelf(origin: string): Promise<Look> {
  try {
    const response = await fetch(`${origin}/api/v1/setup`, {
      signal: AbortSignal.timeout(LOOK_MS),
      redirect: "manual",
    });
    const body = (await response.json()) as { boot?: unknown };
    return body.boot === bootId
      ? { reachable: true, ...saidOf(because("public_url_reached")) }
      : { reachable: false, ...saidOf(because("public_url_foreign")) };
  } catch (error) {
    const fault = messageOf(error);
    return { reachable: false, ...saidOf(because("public_url_unreached", { fault })) };
  }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new AppError("internal", because("answer_lost"));
  }
  return value;
}
