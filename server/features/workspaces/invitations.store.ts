import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import type { Role } from "../../platform/http/permissions.ts";

export type InvitationRow = {
  id: string;
  workspaceId: string;
  email: string;
  address: string;
  role: Role;
  /** The language of its mail, and of a new account that accepts it. */
  locale: string;
  invitedBy: string;
  createdAt: number;
  expiresAt: number;
};

const columns = `id, workspace_id AS workspaceId, email, address, role, locale, invited_by AS invitedBy,
  created_at AS createdAt, expires_at AS expiresAt`;

const insertInvitation = statement<[InvitationRow]>(`
  INSERT INTO invitation (id, workspace_id, email, address, role, locale, invited_by, created_at, expires_at)
  VALUES (@id, @workspaceId, @email, @address, @role, @locale, @invitedBy, @createdAt, @expiresAt)
`);

const selectOpen = statement<[{ workspaceId: string; now: number }], InvitationRow>(`
  SELECT ${columns}
    FROM invitation
   WHERE workspace_id = @workspaceId AND ended_at IS NULL AND expires_at > @now
   ORDER BY created_at DESC, id DESC
`);

const selectById = statement<[{ id: string; now: number }], InvitationRow>(`
  SELECT ${columns} FROM invitation WHERE id = @id AND ended_at IS NULL AND expires_at > @now
`);

const selectByToken = statement<[{ tokenHash: string; now: number }], InvitationRow>(`
  SELECT ${columns}
    FROM invitation
   WHERE token_hash = @tokenHash AND ended_at IS NULL AND expires_at > @now
`);

const updateToken = statement<[{ id: string; tokenHash: string }]>(`
  UPDATE invitation SET token_hash = @tokenHash WHERE id = @id
`);

const endOne = statement<[{ id: string; workspaceId: string; now: number }]>(`
  UPDATE invitation SET ended_at = @now
   WHERE id = @id AND workspace_id = @workspaceId AND ended_at IS NULL
`);

const endOfAddress = statement<[{ workspaceId: string; address: string; now: number }]>(`
  UPDATE invitation SET ended_at = @now
   WHERE workspace_id = @workspaceId AND address = @address AND ended_at IS NULL
`);

const countOfWorkspace = statement<[{ workspaceId: string; since: number }], { n: number }>(`
  SELECT count(*) AS n FROM invitation WHERE workspace_id = @workspaceId AND created_at > @since
`);

const countOfOrganization = statement<
  [{ workspaceId: string; address: string; since: number }],
  { ofOrganization: number; ofAddress: number }
>(`
  SELECT count(*) AS ofOrganization, count(*) FILTER (WHERE address = @address) AS ofAddress
    FROM workspace AS own
    JOIN workspace AS each ON each.organization_id = own.organization_id
    JOIN invitation ON invitation.workspace_id = each.id
   WHERE own.id = @workspaceId AND invitation.created_at > @since
`);

const endAll = statement<[now: number]>(
  "UPDATE invitation SET ended_at = ? WHERE ended_at IS NULL",
);

const deleteOld = statement<[before: number]>("DELETE FROM invitation WHERE expires_at < ?");

export function addInvitation(db: Connection, invitation: InvitationRow): void {
  insertInvitation(db).run(invitation);
}

/** Invitations that can still be accepted, newest first. A workspace has few, because of the daily limit. */
export function openInvitations(db: Connection, workspaceId: string, now: number): InvitationRow[] {
  return selectOpen(db).all({ workspaceId, now });
}

export function findInvitation(db: Connection, id: string, now: number): InvitationRow | undefined {
  return selectById(db).get({ id, now });
}

export function findByToken(
  db: Connection,
  tokenHash: string,
  now: number,
): InvitationRow | undefined {
  return selectByToken(db).get({ tokenHash, now });
}

/** Sets a new token; the previous link stops working. */
export function setToken(db: Connection, id: string, tokenHash: string): void {
  updateToken(db).run({ id, tokenHash });
}

/** False when the workspace has no such open invitation. */
export function endInvitation(
  db: Connection,
  invitation: { id: string; workspaceId: string; now: number },
): boolean {
  return endOne(db).run(invitation).changes === 1;
}

export function endInvitationsOf(
  db: Connection,
  whom: { workspaceId: string; address: string; now: number },
): void {
  endOfAddress(db).run(whom);
}

/**
 * Counts the invitations of a workspace and its organization since a time, and those of the organization to one
 * address. Invitations by other organizations do not count and are not revealed: one customer must not use up
 * another's allowance.
 */
export function countInvitations(
  db: Connection,
  { workspaceId, address, since }: { workspaceId: string; address: string; since: number },
): { ofWorkspace: number; ofOrganization: number; ofAddress: number } {
  const counted = countOfOrganization(db).get({ workspaceId, address, since });
  return {
    ...(counted ?? { ofOrganization: 0, ofAddress: 0 }),
    ofWorkspace: countOfWorkspace(db).get({ workspaceId, since })?.n ?? 0,
  };
}

export function deleteInvitationsBefore(db: Connection, before: number): void {
  deleteOld(db).run(before);
}

/** Ends every invitation, of all workspaces. Returns how many. */
export function endAllInvitations(db: Connection, now: number): number {
  return endAll(db).run(now).changes;
}
