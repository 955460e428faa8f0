import type { AuditTrail } from "../../platform/audit/trail.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Databases } from "../../platform/db/databases.ts";

/** What the job of a privacy request depends on. */
export type PersonContext = {
  databases: Databases;
  workspaceId: string;
  dataDir: string;
  clock: Clock;
  trail: AuditTrail;
  signal: AbortSignal;
  isLastTry: boolean;
};

/** An address with the contact that has or had it. */
export type Identity = { contactId: number | null; address: string };
