import { Elysia } from "elysia";
import { Done, done, refusals, WorkspaceItemParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { ListDeletion, ListUse } from "../lists/lists.schema.ts";
import { deleteList } from "../lists/lists.service.ts";
import { listUse, requireUnused } from "./list-use.ts";

/** Routes of lists that check which forms, segments and campaigns use one, which is why they are in this slice. */
export const listUseRoutes = ({ guard, clock, databases }: AppDeps) =>
  new Elysia({
    name: "list-use",
    prefix: "/workspaces/:workspaceId/lists",
    detail: { tags: ["Lists"] },
  })
    .use(guard)
    .get("/:id/use", ({ db, params }) => listUse(db, params.id, clock()), {
      permission: "lists:read",
      params: WorkspaceItemParams,
      response: { 200: ListUse, ...refusals },
      detail: { summary: "List what uses a list and depends on it" },
    })
    .delete(
      "/:id",
      async ({ db, params, query, workspace }) => {
        if (query.force !== true) {
          requireUnused(db, params.id, clock());
        }
        await deleteList(() => databases.workspace(workspace.id), params.id);
        return done;
      },
      {
        permission: "lists:write",
        audit: "list.delete",
        params: WorkspaceItemParams,
        query: ListDeletion,
        response: { 200: Done, ...refusals },
        detail: {
          summary: "Delete a list; its contacts stay",
          description:
            "If a form, a segment, an unfinished campaign or a waiting sign-up uses the list, the request is refused with 409, which names them, unless force=true. It is always refused while the recipients of a campaign are being found, and while a running campaign excludes the list's members.",
        },
      },
    );
