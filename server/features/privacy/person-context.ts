import type { Connection } from "../../platform/db/driver.ts";
import type { RunContext, Surroundings } from "../tasks/task-kind.service.ts";

/** What the task of a privacy request depends on. */
export type PersonContext = Pick<RunContext, "open" | "signal"> &
  Pick<Surroundings, "databases" | "workspaceId" | "dataDir"> & {
    db: Connection;
    now: number;
  };

/** An address, and the contact that has or had it. */
export type Identity = { contactId: number | null; address: string };
