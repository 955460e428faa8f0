import type { Connection } from "../platform/db/driver.ts";
import { statement } from "../platform/db/statements.ts";

const selectWorkspace = statement<[id: string], { id: string }>(`
  SELECT id
    FROM workspace
   WHERE id = ? AND status = 'active'
`);

/** True for an active workspace of this instance. */
export function isKnownWorkspace(system: Connection, id: string): boolean {
  return selectWorkspace(system).get(id) !== undefined;
}

const selectByNumber = statement<[number: number], { id: string }>(`
  SELECT id
    FROM workspace
   WHERE number = ? AND status <> 'deleting'
`);

/** The workspace that a token names, even a suspended one: its earlier mail may still bounce. */
export function workspaceIdOf(system: Connection, number: number): string | undefined {
  return selectByNumber(system).get(number)?.id;
}

const selectClaims = statement<[name: string], { workspaceId: string }>(`
  SELECT mail_domain.workspace_id AS workspaceId
    FROM mail_domain
    JOIN workspace ON workspace.id = mail_domain.workspace_id
   WHERE mail_domain.name = ? AND workspace.status <> 'deleting'
   ORDER BY mail_domain.workspace_id
   LIMIT 20
`);

/** Workspaces that claim the domain. Whether they have proved it is stored in their own files. */
export function claimsOf(system: Connection, name: string): string[] {
  return selectClaims(system)
    .all(name)
    .map((row) => row.workspaceId);
}

const selectRelated = statement<[{ name: string }], { workspaceId: string }>(`
  SELECT DISTINCT mail_domain.workspace_id AS workspaceId
    FROM mail_domain
    JOIN workspace ON workspace.id = mail_domain.workspace_id
   WHERE workspace.status <> 'deleting'
     AND (mail_domain.name = @name OR mail_domain.name LIKE '%.' || @name OR @name LIKE '%.' || mail_domain.name)
   ORDER BY mail_domain.workspace_id
   LIMIT 20
`);

/**
 * Workspaces that claim the domain, a parent or a subdomain of it. Whether they have proved it is stored in their own
 * files.
 */
export function claimsAround(system: Connection, name: string): string[] {
  return selectRelated(system)
    .all({ name })
    .map((row) => row.workspaceId);
}

const selectProof = statement<[{ name: string }], { id: number }>(`
  SELECT id
    FROM sending_domain
   WHERE verified_at IS NOT NULL
     AND (name = @name OR (bounce_host = @name AND @name LIKE '%.' || name))
`);

/**
 * True when the workspace's key was found in the domain's DNS, where only the owner can have published it. This also
 * proves a bounce host below the domain, but no other host.
 */
export function hasProved(db: Connection, name: string): boolean {
  return selectProof(db).get({ name }) !== undefined;
}

const selectBounceDomain = statement<[campaignId: number], { name: string | null }>(`
  SELECT json_extract(content, '$.bounceDomain') AS name
    FROM campaign_content
   WHERE campaign_id = ?
`);

/** The domain of a launched campaign's return paths; undefined when the campaign no longer exists. */
export function bounceDomainOf(db: Connection, campaignId: number): string | undefined {
  return selectBounceDomain(db).get(campaignId)?.name ?? undefined;
}

/** A message's recipient and the time of its last change. */
export type SentMessage = { address: string; changedAt: number | null };

const selectMessage = statement<[campaignId: number, seq: number], SentMessage>(`
  SELECT address, changed_at AS changedAt
    FROM message
   WHERE campaign_id = ? AND seq = ?
`);

export function findSentMessage(
  db: Connection,
  campaignId: number,
  seq: number,
): SentMessage | undefined {
  return selectMessage(db).get(campaignId, seq);
}

const insertClaim = statement<[{ name: string; workspaceId: string; now: number }]>(`
  INSERT INTO mail_domain (name, workspace_id, created_at) VALUES (@name, @workspaceId, @now)
  ON CONFLICT DO NOTHING
`);

/**
 * Claims mail to the domain, and to names directly below it, for a workspace. The claim takes effect once the domain is
 * proved.
 */
export function claimMailDomain(
  system: Connection,
  claim: { name: string; workspaceId: string; now: number },
): void {
  insertClaim(system).run(claim);
}
