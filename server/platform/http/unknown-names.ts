import { type AnyElysia, Elysia } from "elysia";
import { AppError, because, type FieldProblem, faultyField } from "../errors.ts";
import { type BodySchema, unknownMembers } from "./unknown-members.rules.ts";

/** The query parameters and body members that a route of the API accepts. */
type Taken = { query: readonly string[]; body: BodySchema | undefined };

/**
 * Refuses query parameters and members of a JSON body that a route of the API does not have. If they were ignored, a
 * misspelled name would make a request do more than intended: `?limt=5` would return a whole page, and a deletion with
 * `filter: {"query": …}` would delete every contact. Open routes are exempt, because mail programs and networks add
 * parameters to links in mail.
 *
 * @param appOf Gives the application once it is complete; its routes are read on the first request.
 */
export const unknownNames = (appOf: () => AnyElysia) => {
  let known: Map<string, Taken> | undefined;
  const takenBy = (method: string, route: string): Taken | undefined => {
    known ??= takenByRoutes(appOf());
    return known.get(`${method} ${route}`);
  };
  return new Elysia({ name: "unknown-names" })
    .onTransform({ as: "global" }, ({ request, route, body }) => {
      // This runs before the validator, which removes members that are not in the schema.
      if (typeof body !== "object" || body === null) {
        return;
      }
      const schema = takenBy(request.method, route)?.body;
      const unknown = schema === undefined ? [] : unknownMembers(schema, body);
      if (unknown.length > 0) {
        throw refusal(unknown.map((path) => faultyField(path, because("unknown_member"))));
      }
    })
    .onBeforeHandle({ as: "global" }, ({ request, route }) => {
      // The raw query is used, because the parsed one no longer contains parameters that are not in the schema.
      const start = request.url.indexOf("?");
      if (start === -1) {
        return;
      }
      const asked = [...new URLSearchParams(request.url.slice(start)).keys()];
      const names = takenBy(request.method, route)?.query;
      const unknown = names === undefined ? [] : asked.filter((name) => !names.includes(name));
      if (names !== undefined && unknown.length > 0) {
        throw refusal(unknown.slice(0, 10).map((name) => unknownParameter(name, names)));
      }
    });
};

type Described = {
  detail?: Record<string, unknown>;
  query?: { properties?: object };
  body?: BodySchema;
};

function takenByRoutes(app: AnyElysia): Map<string, Taken> {
  const guarded = app.routes.filter(({ path, hooks }) => {
    const access = String((hooks as Described).detail?.["x-access"] ?? "open");
    return path.startsWith("/api/v1/") && !access.startsWith("open");
  });
  return new Map(
    guarded.map(({ method, path, hooks }) => {
      const { query, body } = hooks as Described;
      return [`${method} ${path}`, { query: Object.keys(query?.properties ?? {}), body }];
    }),
  );
}

function unknownParameter(name: string, names: readonly string[]): FieldProblem {
  const why =
    names.length === 0
      ? because("no_parameters")
      : because("other_parameters", { names: names.join(", ") });
  return faultyField(name.slice(0, 60), why);
}

function refusal(fields: FieldProblem[]): AppError {
  const [first] = fields;
  const hint = first?.hint === undefined ? "" : ` ${first.hint}`;
  return new AppError(
    "invalid_input",
    { text: `${first?.field}: ${first?.reason}.${hint}` },
    { fields },
  );
}
