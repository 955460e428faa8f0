import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because, invalidField, notFound } from "../../platform/errors.ts";
import { newId } from "../../platform/ids.ts";
import {
  addOrganization,
  addOrganizationMember,
  organizationRole,
  renameOrganization,
} from "./organizations.store.ts";

/** The organizations a person belongs to, with their role there. */
export { findOrganization, organizationsOf } from "./organizations.store.ts";

/** Creates an organization that `ownerId` owns; returns its id. Safe inside a transaction. */
export function createOrganization(
  system: Connection,
  name: string,
  ownerId: string,
  now: number,
): string {
  const id = newId(now);
  addOrganization(system, { id, name: name.trim(), now });
  addOrganizationMember(system, { organizationId: id, userId: ownerId, role: "owner", now });
  return id;
}

/**
 * Refuses everyone except an owner.
 *
 * @throws AppError `not_found` for people outside the organization, so that ids reveal nothing; `forbidden` for a
 * member.
 */
export function requireOrganizationOwner(
  system: Connection,
  organizationId: string,
  userId: string,
): void {
  const role = organizationRole(system, organizationId, userId);
  if (role === undefined) {
    throw notFound("organization");
  }
  if (role !== "owner") {
    throw new AppError("forbidden", because("organization_owners_only"));
  }
}

/** Renames an organization. Owners only. @throws the errors of `requireOrganizationOwner`. */
export function changeOrganization(
  system: Connection,
  change: { organizationId: string; name: string; userId: string; now: number },
): void {
  const { organizationId, userId } = change;
  requireOrganizationOwner(system, organizationId, userId);
  const name = change.name.trim();
  if (name === "") {
    throw invalidField("name", because("empty"));
  }
  renameOrganization(system, organizationId, name, change.now);
}

/** Renames an organization without a permission check. For the setup wizard, which has its own protection. */
export function nameOrganization(system: Connection, id: string, name: string, now: number): void {
  renameOrganization(system, id, name.trim(), now);
}
