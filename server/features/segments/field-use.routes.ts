import { Elysia } from "elysia";
import { refusals, WorkspaceItemParams } from "../../platform/http/schemas.ts";
import { FieldUse } from "../contacts/contacts.schema.ts";
import type { AppDeps } from "../deps.ts";
import { fieldUse } from "./field-use.ts";
import type { SegmentDeps } from "./segment-read.service.ts";

/** A route of custom fields that reads segments, which is why it is in this slice. */
export const fieldUseRoutes = ({ guard, clock, databases, outside }: AppDeps & SegmentDeps) =>
  new Elysia({
    name: "field-use",
    prefix: "/workspaces/:workspaceId/contact-fields",
    detail: { tags: ["Contacts"] },
  })
    .use(guard)
    .get(
      "/:id/use",
      ({ params, workspace }) =>
        fieldUse(
          {
            open: () => databases.workspace(workspace.id),
            reads: outside.reads,
            workspaceId: workspace.id,
            timeZone: workspace.timeZone,
            clock,
          },
          params.id,
        ),
      {
        permission: "contacts:read",
        params: WorkspaceItemParams,
        response: { 200: FieldUse, ...refusals },
        detail: { summary: "List what uses a custom field and depends on it" },
      },
    );
