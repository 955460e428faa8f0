import type { Databases } from "../../platform/db/databases.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { because, invalidField, notFound } from "../../platform/errors.ts";
import type { Role } from "../../platform/http/permissions.ts";
import { newId } from "../../platform/ids.ts";

export { skipNumbers } from "./workspaces.store.ts";

import { findKeyIdentity } from "../api-keys/api-keys.service.ts";
import { requireOrganizationOwner } from "../organizations/organizations.service.ts";
import type { AuditLog } from "../ports.ts";
import { addMember } from "./members.store.ts";
import { readTimeZone } from "./workspaces.rules.ts";
import {
  addWorkspace,
  changeWorkspaceRow,
  findWorkspace,
  type WorkspaceRow,
  workspaceForPerson,
  workspacesForPerson,
} from "./workspaces.store.ts";

/** All workspaces a person may see, with their role. The owner of an organization sees all of its workspaces. */
export { findWorkspace, workspaceForPerson, workspacesForPerson } from "./workspaces.store.ts";

/** The workspaces an actor can use: a person's, with their role, or the one an API key belongs to. */
export function listWorkspaces(system: Connection, actor: { kind: string; id: string }) {
  if (actor.kind === "user") {
    const rows = workspacesForPerson(system, actor.id);
    return rows.map((row) => ({ ...toWorkspace(row), role: row.role }));
  }
  const key = findKeyIdentity(system, actor.id.replace(/^key:/, ""));
  const row = key === undefined ? undefined : findWorkspace(system, key.workspaceId);
  return row === undefined ? [] : [{ ...toWorkspace(row), role: null }];
}

/** A person's role in a workspace. @throws AppError `not_found` when they have none. */
export function roleInWorkspace(system: Connection, userId: string, workspaceId: string): Role {
  const row = workspaceForPerson(system, userId, workspaceId);
  if (row === undefined) {
    throw notFound("workspace");
  }
  return row.role;
}

export type WorkspaceInput = { name: string; timeZone: string; postalAddress: string };

/** The response for one workspace. */
export function toWorkspace(row: WorkspaceRow) {
  return {
    id: row.id,
    name: row.name,
    timeZone: row.timeZone,
    postalAddress: row.postalAddress,
    tracking: row.tracking === 1,
    maxPerSecond: row.maxPerSecond,
    organizationId: row.organizationId,
    organizationName: row.organizationName,
    createdAt: row.createdAt,
  };
}

/**
 * Creates a workspace, its database file, and its owner's membership. Returns its id. The file is created first:
 * after a crash there may be an unknown file, but never a workspace without one.
 *
 * @throws AppError `invalid_input` for an unknown time zone.
 */
export function createWorkspace(
  databases: Databases,
  input: WorkspaceInput & { organizationId: string; ownerId: string },
  now: number,
): string {
  const { system } = databases;
  const id = newId(now);
  const checked = checkedInput(input);
  databases.createWorkspace(id);
  inTransaction(system, () => {
    addWorkspace(system, { id, organizationId: input.organizationId, ...checked, now });
    addMember(system, { workspaceId: id, userId: input.ownerId, role: "owner", now });
  });
  return id;
}

/**
 * Creates a workspace for an owner of the organization and writes the audit entry.
 *
 * @throws the errors of `requireOrganizationOwner` and `createWorkspace`.
 */
export function createWorkspaceAs(
  deps: { databases: Databases; audit: AuditLog },
  userId: string,
  input: WorkspaceInput & { organizationId: string },
  now: number,
) {
  const { system } = deps.databases;
  requireOrganizationOwner(system, input.organizationId, userId);
  const id = inTransaction(system, () => {
    const made = createWorkspace(deps.databases, { ...input, ownerId: userId }, now);
    const entry = { actorId: userId, workspaceId: made, action: "workspace.create" } as const;
    deps.audit.record({ ...entry, target: made });
    return made;
  });
  return readWorkspace(system, id);
}

/** @throws AppError `not_found` when there is no such workspace. */
export function readWorkspace(system: Connection, id: string) {
  const row = findWorkspace(system, id);
  if (row === undefined) {
    throw notFound("workspace");
  }
  return toWorkspace(row);
}

/** Changes the given properties. @throws AppError `invalid_input`, `not_found`. */
export function changeWorkspace(
  deps: { databases: Databases; audit: AuditLog },
  actorId: string,
  id: string,
  change: Partial<WorkspaceInput> & {
    tracking?: boolean | undefined;
    maxPerSecond?: number | null | undefined;
  },
  now: number,
) {
  const { system } = deps.databases;
  const row = findWorkspace(system, id);
  if (row === undefined) {
    throw notFound("workspace");
  }
  const checked = checkedInput({
    name: change.name ?? row.name,
    timeZone: change.timeZone ?? row.timeZone,
    postalAddress: change.postalAddress ?? row.postalAddress,
  });
  const tracking = (change.tracking ?? row.tracking === 1) ? 1 : 0;
  const maxPerSecond = change.maxPerSecond === undefined ? row.maxPerSecond : change.maxPerSecond;
  inTransaction(system, () => {
    changeWorkspaceRow(system, { id, ...checked, tracking, maxPerSecond, now });
    const detail = { fields: Object.keys(change) };
    deps.audit.record({ actorId, workspaceId: id, action: "workspace.change", target: id, detail });
  });
  return readWorkspace(system, id);
}

function checkedInput(input: WorkspaceInput): WorkspaceInput {
  const name = input.name.trim();
  if (name === "") {
    throw invalidField("name", because("empty"));
  }
  const timeZone = readTimeZone(input.timeZone);
  if (timeZone === undefined) {
    throw invalidField("timeZone", because("unknown_time_zone", { name: input.timeZone }));
  }
  const postalAddress = input.postalAddress.trim();
  if (postalAddress === "") {
    throw invalidField("postalAddress", because("postal_address_empty"));
  }
  return { name, timeZone, postalAddress };
}
