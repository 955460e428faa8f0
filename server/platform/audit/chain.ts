import { createHash } from "node:crypto";

/** The content of an entry; the hash covers all of it. */
export type AuditContent = {
  at: number;
  actorId: string | null;
  workspaceId: string | null;
  action: string;
  target: string;
  /** JSON. */
  detail: string;
};

/** The hash that precedes the first entry. */
export const GENESIS = "0".repeat(64);

/** SHA-256 over the previous hash and the entry, so that a changed, missing or moved row breaks the chain. */
export function chainHash(previous: string, entry: AuditContent): string {
  const row = [
    previous,
    entry.at,
    entry.actorId,
    entry.workspaceId,
    entry.action,
    entry.target,
    entry.detail,
  ];
  return createHash("sha256").update(JSON.stringify(row)).digest("hex");
}
