/** The roles in a workspace, weakest first; each includes the permissions of those before it. */
export const roles = ["viewer", "editor", "admin", "owner"] as const;
export type Role = (typeof roles)[number];

/**
 * The permissions that routes can require, with the weakest role that has each. They are also the scopes of API keys.
 */
const weakestRole = {
  "workspace:read": "viewer",
  "workspace:write": "admin",
  "workspace:delete": "owner",
  "members:read": "viewer",
  "members:write": "admin",
  "api-keys:read": "admin",
  "api-keys:write": "admin",
  "audit:read": "admin",
  "contacts:read": "viewer",
  "contacts:write": "editor",
  "contacts:export": "admin",
  "lists:read": "viewer",
  "lists:write": "editor",
  "suppressions:read": "viewer",
  "suppressions:write": "editor",
  "complaints:lift": "admin",
  "privacy:write": "admin",
  "imports:read": "viewer",
  "imports:write": "editor",
  "campaigns:read": "viewer",
  "campaigns:write": "editor",
  "campaigns:send": "editor",
  "templates:read": "viewer",
  "templates:write": "editor",
  "reports:read": "viewer",
  "sending:read": "viewer",
  "sending:write": "admin",
  "inbox:read": "viewer",
  "inbox:write": "editor",
} as const satisfies Record<string, Role>;

export type Permission = keyof typeof weakestRole;

export const permissions = Object.keys(weakestRole) as Permission[];

/** True when `role` has `permission`. */
export function roleHas(role: Role, permission: Permission): boolean {
  return roles.indexOf(role) >= roles.indexOf(weakestRole[permission]);
}
