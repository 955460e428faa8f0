import { type AnyElysia, Elysia } from "elysia";
import { AppError, because } from "../errors.ts";
import { problemResponse } from "./problem.ts";

/**
 * Answers 405 with the allowed methods when a route matches the path but not the method (RFC 9110 §15.5.6). Paths
 * without any route remain a 404. Must be registered before `problems`, which handles every error.
 */
export const methods = (appOf: () => AnyElysia) => {
  let known: { method: string; path: string; address: RegExp }[] | undefined;
  const methodsAt = (asked: string): string[] => {
    known ??= appOf()
      .routes.filter((route) => !isForPages(route))
      .map(({ method, path }) => ({ method, path, address: addressOf(path) }));
    const found = known.filter(({ address }) => address.test(asked));
    // A literal path takes precedence over a parameter that would match the same text.
    const fewest = Math.min(...found.map(({ path }) => parametersIn(path)));
    const meant = found.filter(({ path }) => parametersIn(path) === fewest);
    return [...new Set(meant.map(({ method }) => method))].sort();
  };

  return new Elysia({ name: "methods" }).onError({ as: "global" }, ({ code, request, route }) => {
    // The web UI's route matches every path that has no other route.
    if (code !== "NOT_FOUND" && !isForPages({ path: route })) {
      return undefined;
    }
    const allowed = methodsAt(new URL(request.url).pathname);
    if (allowed.length === 0 || allowed.includes(request.method)) {
      return undefined;
    }
    const answer = problemResponse(
      new AppError("method_not_allowed", because("other_methods", { methods: allowed.join(", ") })),
    );
    answer.headers.set("allow", allowed.join(", "));
    return answer;
  });
};

function isForPages({ path }: { path: string }): boolean {
  return path === "/" || path === "/*";
}

function parametersIn(path: string): number {
  return path.split("/:").length - 1;
}

function addressOf(path: string): RegExp {
  const segments = path.replace(/(.)\/$/, "$1").split("/");
  const pattern = segments.map((each) => (each.startsWith(":") ? "[^/]+" : RegExp.escape(each)));
  return new RegExp(`^${pattern.join("/")}/?$`);
}
