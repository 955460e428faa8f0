import { isNode, type Node } from "./openapi-tidy.ts";

/** The operations of one path in the OpenAPI document, by method. */
export type Methods = Record<string, Node>;

const PROBLEM = "application/problem+json";

// These take no input and read no workspace, so they have no further refusals.
const TAKES_NOTHING = new Set(["/healthz", "/readyz", "/metrics", "/openapi.json", "/f/form.js"]);

/**
 * Adds to each operation the responses that the guard, the parser and the validator can give before the handler runs,
 * so that a route states only its own refusals. Where the route has its own representation of a status, such as an HTML
 * page, problem details are added as an alternative.
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
    [!isOpen, "403", "The signed-in person or API key may not do this"],
    [!isOpen && path.includes("{"), "404", "The resource does not exist"],
    [isWrite, "413", "The body is too large"],
    [takesInput, "422", "The request is not valid"],
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
