import { Elysia } from "elysia";
import { refusals } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { routePresets } from "./route-presets.rules.ts";
import { RoutePresetPage } from "./routes.schema.ts";

/** Used by the setup wizard before there is any account, and by the dialog for sending methods. */
export const routePresetRoutes = ({ guard }: AppDeps) =>
  new Elysia({ name: "route-presets", detail: { tags: ["Routes"] } })
    .use(guard)
    .get("/route-presets", () => ({ items: [...routePresets], nextCursor: null }), {
      open: "it contains only what providers publish, and the setup needs it before anybody can sign in",
      response: { 200: RoutePresetPage, ...refusals },
      detail: { summary: "List known providers" },
    });
