import type { Clock } from "../../platform/clock.ts";
import type { Databases } from "../../platform/db/databases.ts";
import type { AuditLog } from "../ports.ts";

/** What the job of a privacy request works on. */
export type PersonContext = {
  databases: Databases;
  workspaceId: string;
  dataDir: string;
  clock: Clock;
  audit: AuditLog;
  signal: AbortSignal;
  isLastTry: boolean;
};

/** An address, and the contact that has or had it. */
export type Identity = { contactId: number | null; address: string };
