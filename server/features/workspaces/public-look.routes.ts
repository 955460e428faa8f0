import { Elysia, t } from "elysia";
import { refusals, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { changePublicLook, readPublicLook } from "./public-look.service.ts";

const look = {
  name: t.String({
    maxLength: 200,
    description: "Name shown above pages; empty: the workspace's name",
  }),
  logoUrl: t.String({ maxLength: 1_000, description: "https:// address of an image" }),
  color: t.String({ maxLength: 7, description: "Colour of buttons as #rrggbb" }),
};
const PublicLook = t.Object(look, { title: "PublicLook" });
const PublicLookChange = t.Partial(t.Object(look));

/** Branding of forms and of pages for recipients. */
export const publicLookRoutes = ({ guard, clock }: AppDeps) =>
  new Elysia({
    name: "public-look",
    prefix: "/workspaces/:workspaceId/public-look",
    detail: { tags: ["Forms"] },
  })
    .use(guard)
    .get("/", ({ db }) => readPublicLook(db), {
      permission: "workspace:read",
      params: WorkspaceParams,
      response: { 200: PublicLook, ...refusals },
      detail: { summary: "Get the branding of public pages" },
    })
    .patch(
      "/",
      ({ db, body }) => {
        return changePublicLook(db, body, clock());
      },
      {
        permission: "workspace:write",
        audit: "public_look.change",
        params: WorkspaceParams,
        body: PublicLookChange,
        response: { 200: PublicLook, ...refusals },
        detail: { summary: "Change the branding of public pages" },
      },
    );
