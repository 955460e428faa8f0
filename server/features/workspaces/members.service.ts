import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, notFound } from "../../platform/errors.ts";
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

/** Who changes the members of a workspace, and what that needs. */
export type MemberDesk = {
  system: Connection;
  jobs: JobQueue;
  workspaceId: string;
  /** The person who acts; API keys never may. */
  userId: string;
  role: Role;
  publicUrl: string;
  /** True when the instance can send mail, so that an invitation travels by it. */
  canMail: boolean;
  now: number;
};

/** A page of members, in the order they were created. */
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

/** Changes a member's role; says which it was before. @throws AppError `forbidden`, `not_found`, `illegal_state` for the last owner. */
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
 * Takes a person out of the workspace and revokes the API keys they made there. Everybody may leave;
 * removing others needs `mayRemoveOthers`. Returns how many keys that were.
 *
 * @throws AppError `forbidden`, `not_found`, `illegal_state` for the last owner.
 */
export function removeMember(desk: MemberDesk, userId: string, mayRemoveOthers: boolean): number {
  const isSelf = userId === desk.userId;
  if (!isSelf && !mayRemoveOthers) {
    throw new AppError("forbidden", "Your role in this workspace does not include members:write.");
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
 * Owners are made, changed and removed by owners alone; an admin could else take the workspace over.
 *
 * @throws AppError `forbidden`.
 */
export function requireMayGive(desk: MemberDesk, role: Role): void {
  if (role === "owner" && desk.role !== "owner") {
    throw new AppError("forbidden", "Only owners can change or remove owners.");
  }
}

function requireAnotherOwner(desk: MemberDesk): void {
  if (ownersIn(desk.system, desk.workspaceId) < 2) {
    throw new AppError(
      "illegal_state",
      "A workspace needs an owner. Make someone else an owner first.",
    );
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
