import { createHash, randomBytes } from "node:crypto";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, because, invalidField, notFound, refusedField } from "../../platform/errors.ts";
import { type Role, roleHas } from "../../platform/http/permissions.ts";
import { newId } from "../../platform/ids.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import type { AuditLog } from "../ports.ts";
import {
  createPerson,
  findPerson,
  findPersonByEmail,
  type MailLocale,
  mailLocaleOf,
  readEmail,
} from "../users/users.service.ts";
import {
  addInvitation,
  countInvitations,
  deleteInvitationsBefore,
  endInvitation,
  endInvitationsOf,
  findByToken,
  findInvitation,
  type InvitationRow,
  openInvitations,
  setToken,
} from "./invitations.store.ts";
import { addMember, findMember } from "./members.store.ts";
import { type MemberDesk, requireMayGive } from "./members.ts";
import { plainName } from "./workspaces.rules.ts";
import { findWorkspace, workspaceForPerson } from "./workspaces.store.ts";

export { endAllInvitations } from "./invitations.store.ts";

/** The kind of job that mails an invitation. */
export const INVITE_MAIL = "auth.invite-mail";

const LIFE_MS = 7 * DAY_MS;
/**
 * Invitations per day and workspace. The mail comes from the instance's own address, which must not become an
 * advertising channel.
 */
const MAX_OF_WORKSPACE = 30;
/** Per organization, since its owner can create as many workspaces as they like. */
const MAX_OF_ORGANIZATION = 100;
/** To one address, by one organization. */
const MAX_OF_ADDRESS = 3;

/** Open invitations of a workspace that can still be accepted, newest first. */
export function listInvitations(system: Connection, workspaceId: string, now: number) {
  const open = openInvitations(system, workspaceId, now);
  const items = open.filter((one) => mayStillGive(system, one)).map(toInvitation);
  return { items, nextCursor: null };
}

/**
 * Invites a person to a workspace. The response does not reveal whether the address has an account, and nobody
 * becomes a member before they accept. The link is mailed when the instance can send mail, otherwise it is returned
 * once. An earlier invitation of the same address is replaced. The mail uses the given language, otherwise the
 * inviter's.
 *
 * @throws AppError `conflict` for a member, `forbidden` for a role above the inviter's (also that of the invitation
 * to be replaced), `rate_limited` beyond 30 invitations of a workspace, 100 of an organization, or 3 by it to one
 * address in a day, `invalid_input`.
 */
export function invite(
  desk: MemberDesk,
  input: { email: string; role: Role; locale?: MailLocale | undefined },
) {
  requireMayGive(desk, input.role);
  const { system, workspaceId, now } = desk;
  const { email, address } = readEmail(input.email);
  return inTransaction(system, () => {
    const person = findPersonByEmail(system, email);
    if (person !== undefined && findMember(system, workspaceId, person.id) !== undefined) {
      throw refusedField("conflict", "email", because("already_member"));
    }
    requireRoom(system, { workspaceId, address, since: now - DAY_MS });
    for (const earlier of openInvitations(system, workspaceId, now)) {
      if (earlier.address === address && mayStillGive(system, earlier)) {
        requireMayGive(desk, earlier.role);
      }
    }
    endInvitationsOf(system, { workspaceId, address, now });
    const times = { createdAt: now, expiresAt: now + LIFE_MS };
    const id = newId(now);
    const locale = input.locale ?? mailLocaleOf(findPerson(system, desk.userId)?.locale ?? "");
    const { role } = input;
    const row = { id, workspaceId, email, address, role, locale, invitedBy: desk.userId };
    addInvitation(system, { ...row, ...times });
    let link: string | null = null;
    if (desk.canMail) {
      desk.jobs.enqueue(INVITE_MAIL, workspaceId, { invitationId: id });
    } else {
      link = newInvitationLink(system, desk.publicUrl, id);
    }
    return { invitation: toInvitation({ ...row, ...times }), link };
  });
}

/** Withdraws an invitation; its link stops working. @throws AppError `not_found`, `forbidden`. */
export function withdrawInvitation(desk: MemberDesk, id: string): void {
  const { system, workspaceId, now } = desk;
  inTransaction(system, () => {
    const invitation = findInvitation(system, id, now);
    if (invitation === undefined || invitation.workspaceId !== workspaceId) {
      throw notFound("invitation");
    }
    requireMayGive(desk, invitation.role);
    endInvitation(system, { id, workspaceId, now });
  });
}

/** Creates a new link for an invitation and invalidates the earlier one. Only its SHA-256 is stored. */
export function newInvitationLink(system: Connection, publicUrl: string, id: string): string {
  const token = randomBytes(32).toString("base64url");
  setToken(system, id, hashOf(token));
  return `${publicUrl}/invitation?token=${token}`;
}

/** The contents of an invitation mail; undefined when the invitation can no longer be accepted. */
export function invitationMail(system: Connection, id: string, now: number) {
  const invitation = findInvitation(system, id, now);
  const workspace = invitation && findWorkspace(system, invitation.workspaceId);
  const isOpen = invitation !== undefined && mayStillGive(system, invitation);
  if (!isOpen || workspace === undefined) {
    return undefined;
  }
  const inviter = findPerson(system, invitation.invitedBy);
  return {
    to: invitation.email,
    locale: invitation.locale,
    inviter: plainName(inviter?.name ?? "", inviter?.email ?? "Somebody"),
    workspace: plainName(workspace.name, "a workspace"),
  };
}

/**
 * The workspace and role that the holder of a link is invited to.
 *
 * @throws AppError `not_found` when the link no longer works.
 */
export function readInvitation(system: Connection, token: string, now: number) {
  const invitation = required(system, token, now);
  const workspace = findWorkspace(system, invitation.workspaceId);
  const { email, role, locale } = invitation;
  return { email, role, locale, workspaceName: workspace?.name ?? "" };
}

type Acceptance = { system: Connection; audit: AuditLog; token: string; now: number };

/**
 * Makes a signed-in person a member. Returns the workspace's id.
 *
 * @throws AppError `not_found` for a link that no longer works, `forbidden` for someone else's.
 */
export function acceptInvitation(acceptance: Acceptance, userId: string): string {
  const { system, token, now } = acceptance;
  return inTransaction(system, () => {
    const invitation = required(system, token, now);
    const person = findPerson(system, userId);
    if (person === undefined || readEmail(person.email).address !== invitation.address) {
      throw new AppError("forbidden", because("invitation_of_other", { email: invitation.email }));
    }
    return join(acceptance, invitation, userId);
  });
}

/**
 * Creates an account for an invited person and makes them a member. Returns the workspace's id. Their language is the
 * given one, otherwise that of the invitation.
 *
 * @throws AppError `not_found` for a link that no longer works, `conflict` when the address has an account,
 * `invalid_input` for the name or the password.
 */
export async function registerInvited(
  acceptance: Acceptance,
  input: { name: string; password: string; locale?: string | undefined },
): Promise<string> {
  const { system, token, now } = acceptance;
  const { email, locale: invitedIn } = required(system, token, now);
  if (input.name.trim() === "") {
    throw invalidField("name", because("empty"));
  }
  let workspaceId = "";
  const person = { ...input, email, isAdmin: false, locale: input.locale ?? invitedIn };
  await createPerson(system, person, now, (userId) => {
    // Hashing takes time, and the invitation may have been used or withdrawn in the meantime.
    workspaceId = join(acceptance, required(system, token, now), userId);
  });
  return workspaceId;
}

/** Deletes invitations that ended long enough ago not to count towards any limit. */
export function forgetInvitations(system: Connection, now: number): void {
  deleteInvitationsBefore(system, now - DAY_MS);
}

function join(acceptance: Acceptance, invitation: InvitationRow, userId: string): string {
  const { system, audit, now } = acceptance;
  const { id, workspaceId, role } = invitation;
  endInvitation(system, { id, workspaceId, now });
  addMember(system, { workspaceId, userId, role, now });
  const entry = { actorId: userId, workspaceId, action: "member.join", target: userId } as const;
  audit.record({ ...entry, detail: { role, invitation: id } });
  return workspaceId;
}

/** An invitation is only valid while its inviter may still grant the role. */
function mayStillGive(
  system: Connection,
  { workspaceId, invitedBy, role }: InvitationRow,
): boolean {
  const inviter = workspaceForPerson(system, invitedBy, workspaceId)?.role;
  return (
    inviter !== undefined &&
    roleHas(inviter, "members:write") &&
    (role !== "owner" || inviter === "owner")
  );
}

function required(system: Connection, token: string, now: number): InvitationRow {
  const invitation = findByToken(system, hashOf(token), now);
  if (invitation === undefined || !mayStillGive(system, invitation)) {
    throw new AppError("not_found", because("invitation_stale"));
  }
  return invitation;
}

function requireRoom(
  system: Connection,
  whom: { workspaceId: string; address: string; since: number },
): void {
  const made = countInvitations(system, whom);
  const why =
    made.ofWorkspace >= MAX_OF_WORKSPACE
      ? because("workspace_invited_enough")
      : made.ofOrganization >= MAX_OF_ORGANIZATION
        ? because("organization_invited_enough")
        : made.ofAddress >= MAX_OF_ADDRESS
          ? because("address_invited_enough")
          : undefined;
  if (why !== undefined) {
    throw new AppError("rate_limited", why, { retryAfterSeconds: DAY_MS / 1_000 });
  }
}

function toInvitation(row: InvitationRow) {
  const { id, email, role, createdAt, expiresAt } = row;
  return { id, email, role, createdAt, expiresAt };
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
