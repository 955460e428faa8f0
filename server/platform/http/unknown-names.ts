import { type AnyElysia, Elysia } from "elysia";
import { AppError, because, type FieldProblem, faultyField } from "../errors.ts";
import { type BodySchema, unknownMembers } from "./unknown-members.rules.ts";

/** What a route of the API takes. */
type Taken = { query: readonly string[]; body: BodySchema | undefined };

/**
 * Refuses query parameters and members of a JSON body that a route of the API does not have. Ignored, a misspelled one
 * would widen what is done: `?limt=5` gives a whole page, and a deletion with `filter: {"query": …}` takes everybody.
 * Routes that are open are exempt, since mail programs and networks add parameters to links in mail.
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
      // Before the validator, which removes what the schema does not name.
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
      // Not the parsed query, which has lost what the schema does not name.
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
