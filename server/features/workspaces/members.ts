import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, because, notFound } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import type { Role } from "../../platform/http/permissions.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";
import { revokeKeysOf } from "../api-keys/api-keys.service.ts";
import {
  findMember,
  type MemberRow,
  membersAfter,
  ownersIn,
  removeMemberRow,
  setMemberRole,
} from "./members.store.ts";

/** The person who changes members of a workspace, and the dependencies. */
export type MemberDesk = {
  system: Connection;
  jobs: JobQueue;
  workspaceId: string;
  /** The acting person. API keys are never allowed. */
  userId: string;
  role: Role;
  publicUrl: string;
  /** True when the instance can send mail, so invitations are mailed. */
  canMail: boolean;
  now: number;
};

/** A page of members, in the order of creation. */
export function listMembers(
  system: Connection,
  workspaceId: string,
  query: { cursor?: string | undefined; limit?: number | undefined },
) {
  const {
    limit,
    after: [after],
  } = readPage(query, [""]);
  const rows = membersAfter(system, { workspaceId, after, limit: limit + 1 });
  const page = cutPage(rows, limit, (row) => [row.userId]);
  return { items: page.items.map(toMember), nextCursor: page.nextCursor };
}

/**
 * Changes a member's role and returns the previous one.
 * @throws AppError `forbidden`, `not_found`, `illegal_state` for the last owner.
 */
export function changeMember(desk: MemberDesk, userId: string, role: Role) {
  return inTransaction(desk.system, () => {
    const member = requireMember(desk, userId);
    requireMayGive(desk, member.role);
    requireMayGive(desk, role);
    if (member.role === "owner" && role !== "owner") {
      requireAnotherOwner(desk);
    }
    setMemberRole(desk.system, { workspaceId: desk.workspaceId, userId, role });
    return { member: toMember({ ...member, role }), from: member.role };
  });
}

/**
 * Removes a person from the workspace and revokes the API keys they created there. Everybody may leave; removing
 * others needs `mayRemoveOthers`. Returns the number of keys.
 *
 * @throws AppError `forbidden`, `not_found`, `illegal_state` for the last owner.
 */
export function removeMember(desk: MemberDesk, userId: string, mayRemoveOthers: boolean): number {
  const isSelf = userId === desk.userId;
  if (!isSelf && !mayRemoveOthers) {
    throw new AppError("forbidden", because("members_permission_missing"));
  }
  return inTransaction(desk.system, () => {
    const member = requireMember(desk, userId);
    if (!isSelf) {
      requireMayGive(desk, member.role);
    }
    if (member.role === "owner") {
      requireAnotherOwner(desk);
    }
    removeMemberRow(desk.system, desk.workspaceId, userId);
    return revokeKeysOf(desk.system, desk.workspaceId, userId, desk.now);
  });
}

function requireMember(desk: MemberDesk, userId: string): MemberRow {
  const member = findMember(desk.system, desk.workspaceId, userId);
  if (member === undefined) {
    throw notFound("member");
  }
  return member;
}

/**
 * Only owners may appoint, change and remove owners. Otherwise an administrator could take over the workspace.
 *
 * @throws AppError `forbidden`.
 */
export function requireMayGive(desk: MemberDesk, role: Role): void {
  if (role === "owner" && desk.role !== "owner") {
    throw new AppError("forbidden", because("owners_only"));
  }
}

function requireAnotherOwner(desk: MemberDesk): void {
  if (ownersIn(desk.system, desk.workspaceId) < 2) {
    throw new AppError("illegal_state", because("last_owner"));
  }
}

function toMember(row: MemberRow) {
  return {
    userId: row.userId,
    email: row.email,
    name: row.name,
    role: row.role,
    invited: row.isInvited === 1,
    createdAt: row.createdAt,
  };
}
