import { toOpenAPISchema } from "@elysiajs/openapi";
import { type AnyElysia, Elysia, t } from "elysia";
import packageJson from "../../../package.json" with { type: "json" };
import { type Guard, isAdmission } from "./guard.ts";
import { addRefusals, type Methods } from "./openapi-refusals.ts";
import { type Schemas, tidy } from "./openapi-tidy.ts";

/** The OpenAPI 3.1 description of every documented route of `app`. */
export function apiDocument(app: AnyElysia) {
  const { paths } = toOpenAPISchema(asDescribed(app), { staticFile: false });
  const schemas: Schemas = {};
  const documented = withoutTrailingSlash(paths as Record<string, object>);
  const tidied = tidy(documented, schemas) as Record<string, Methods>;
  addRefusals(tidied);
  return {
    openapi: "3.1.0",
    info: {
      title: "SwiftMail",
      version: packageJson.version,
      description:
        "Everything the web interface does. Sign in with a session cookie, or send an API key as `Authorization: Bearer`. " +
        "Lists are paged by `cursor` and `limit`; refusals are problem details (RFC 9457); a POST with an `Idempotency-Key` is executed only once.",
    },
    paths: tidied,
    components: {
      schemas,
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "swiftmail_session" },
        apiKey: { type: "http", scheme: "bearer" },
      },
    },
    security: [{ session: [] }, { apiKey: [] }],
  };
}

/**
 * Adjusts the routes for the plugin: a parser of any kind makes it forget that a body is JSON, and a route's own
 * description of its body takes precedence.
 */
function asDescribed(app: AnyElysia): AnyElysia {
  const routes = app.routes.map((route) => {
    const parsers = [route.hooks.parse ?? []].flat();
    const own = parsers.filter(({ fn }: { fn: unknown }) => !isAdmission(fn));
    const parse = own.length === 0 ? undefined : own;
    const { detail } = route.hooks as { detail?: { requestBody?: unknown } };
    const body = detail?.requestBody === undefined ? route.hooks.body : undefined;
    return { ...route, hooks: { ...route.hooks, parse, body } };
  });
  return Object.create(app, { getGlobalRoutes: { value: () => routes } }) as AnyElysia;
}

/**
 * Sorts the paths and merges those that differ only by a trailing slash (both are served); pages are not part of the
 * API.
 */
function withoutTrailingSlash(paths: Record<string, object>): Record<string, object> {
  const merged = new Map<string, object>();
  for (const [path, methods] of Object.entries(paths)) {
    const name = path.replace(/(.)\/$/, "$1");
    if (name !== "/" && name !== "/*") {
      merged.set(name, { ...merged.get(name), ...methods });
    }
  }
  return Object.fromEntries([...merged].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** GET /openapi.json; generated on the first request from the routes registered by then. */
export const openApiRoute = (guard: Guard, appOf: () => AnyElysia) => {
  let document: string | undefined;
  return new Elysia({ name: "openapi", detail: { tags: ["Operation"] } }).use(guard).get(
    "/openapi.json",
    () => {
      document ??= JSON.stringify(apiDocument(appOf()));
      return new Response(document, { headers: { "content-type": "application/json" } });
    },
    {
      open: "it describes the product and contains no data",
      response: { 200: t.Object({ openapi: t.String() }) },
      detail: { summary: "Get this document" },
    },
  );
};
