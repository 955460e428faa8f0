import { t } from "elysia";

export const Organization = t.Object({
  id: t.String(),
  name: t.String(),
  role: t.Union([t.Literal("owner"), t.Literal("member")]),
});
export const OrganizationList = t.Object({ items: t.Array(Organization) });
export const OrganizationParams = t.Object({ organizationId: t.String({ maxLength: 26 }) });
export const OrganizationChange = t.Object({ name: t.String({ minLength: 1, maxLength: 200 }) });
