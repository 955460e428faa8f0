import { isNode, type Node } from "./openapi-tidy.ts";

/** The operations of one path by method, as the document has them. */
export type Methods = Record<string, Node>;

const PROBLEM = "application/problem+json";

// A probe's answers are a closed list; these take nothing and read no workspace.
const TAKES_NOTHING = new Set(["/healthz", "/readyz", "/metrics", "/openapi.json", "/f/form.js"]);

/**
 * Adds to each operation what the guard, the parser and the validator can answer before its handler runs, so that
 * a route has to state only its own refusals. A refusal that the route states in a form of its own, as a
 * page for recipients, can come as problem details too.
 */
export function addRefusals(paths: Record<string, Methods>): void {
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const responses = operation["responses"] as Record<string, Node>;
      for (const [status, description] of commonRefusals(path, method, operation)) {
        responses[status] = withProblem(responses[status] ?? { description });
      }
    }
  }
}

function commonRefusals(path: string, method: string, operation: Node): [string, string][] {
  if (TAKES_NOTHING.has(path)) {
    return [];
  }
  const isOpen = String(operation["x-access"]).startsWith("open:");
  const isWrite = !["get", "head"].includes(method);
  const takesInput = "parameters" in operation || "requestBody" in operation;
  const isLimited = path.startsWith("/api/") && !path.startsWith("/api/v1/hooks/");
  const refusals: [boolean, string, string][] = [
    [!isOpen, "401", "Nobody is signed in"],
    [!isOpen, "403", "Who is signed in may not do this"],
    [!isOpen && path.includes("{"), "404", "There is no such thing"],
    [isWrite, "413", "The body is too large"],
    [takesInput, "422", "Something in the request must be changed"],
    [isLimited, "429", "Too many requests"],
    [true, "503", "Not available at the moment"],
  ];
  return refusals.flatMap(([applies, status, text]) => (applies ? [[status, text]] : []));
}

function withProblem(response: Node): Node {
  const content = isNode(response["content"]) ? response["content"] : {};
  const schema = { $ref: "#/components/schemas/Problem" };
  return { ...response, content: { ...content, [PROBLEM]: content[PROBLEM] ?? { schema } } };
}
