import { type AnyElysia, Elysia } from "elysia";
import { AppError, type FieldProblem, faultyField } from "../errors.ts";

/**
 * Refuses query parameters that a route of the API does not have: `?limt=5` must not be answered as though nothing had
 * been asked. Routes that are open are exempt, since mail programs and networks add parameters to links in mail.
 *
 * @param appOf Gives the application once it is complete; its routes are read on the first request.
 */
export const queryNames = (appOf: () => AnyElysia) => {
  let known: Map<string, readonly string[]> | undefined;
  return new Elysia({ name: "query-names" }).onBeforeHandle(
    { as: "global" },
    ({ request, route }) => {
      // Not the parsed query, which has lost what the schema does not name.
      const start = request.url.indexOf("?");
      if (start === -1) {
        return;
      }
      const asked = [...new URLSearchParams(request.url.slice(start)).keys()];
      known ??= namesOf(appOf());
      const names = known.get(`${request.method} ${route}`);
      const unknown = names === undefined ? [] : asked.filter((name) => !names.includes(name));
      if (names !== undefined && unknown.length > 0) {
        throw unknownNames(unknown, names);
      }
    },
  );
};

type Described = { detail?: Record<string, unknown>; query?: { properties?: object } };

function namesOf(app: AnyElysia): Map<string, readonly string[]> {
  const guarded = app.routes.filter(({ path, hooks }) => {
    const access = String((hooks as Described).detail?.["x-access"] ?? "open");
    return path.startsWith("/api/v1/") && !access.startsWith("open");
  });
  return new Map(
    guarded.map(({ method, path, hooks }) => [
      `${method} ${path}`,
      Object.keys((hooks as Described).query?.properties ?? {}),
    ]),
  );
}

function unknownNames(unknown: readonly string[], names: readonly string[]): AppError {
  const hint =
    names.length === 0
      ? "This address has no query parameters."
      : `The query parameters here are: ${names.join(", ")}.`;
  const fields: FieldProblem[] = unknown
    .slice(0, 10)
    .map((field) => ({ ...faultyField(field.slice(0, 60), { code: "unknown_parameter" }), hint }));
  const [first] = fields;
  return new AppError("invalid_input", `${first?.field}: ${first?.reason}. ${hint}`, { fields });
}
