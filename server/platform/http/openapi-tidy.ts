import { MEDIA_TYPES } from "./schemas.ts";

// The plugin's output is correct but repeats the same schemas hundreds of times. This file deduplicates it.

export type Node = Record<string, unknown>;
export type Schemas = Record<string, unknown>;

const REQUEST_TYPES = [
  "application/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
];

/**
 * Returns an equivalent, shorter description: schemas with a title become references into `schemas` (which is filled),
 * refusals are `application/problem+json`, bodies that fit JSON are described as JSON only, and numbers are described
 * only as numbers (the plugin also lists the strings from which queries are coerced).
 */
export function tidy(node: unknown, schemas: Schemas): unknown {
  if (Array.isArray(node)) {
    return node.map((each) => tidy(each, schemas));
  }
  if (!isNode(node)) {
    return node;
  }
  const plain = withNull(withoutCoercion(node));
  const entries = Object.entries(plain)
    // Elysia adds this to a schema when it first compiles it, so the output would depend on earlier requests.
    .filter(([key, value]) => key !== "additionalProperties" || value !== false)
    .map(([key, value]) => [
      key,
      key === "content" && isNode(value) ? tidyContent(value, schemas) : tidy(value, schemas),
    ]);
  return asReference(Object.fromEntries(entries) as Node, schemas);
}

function tidyContent(content: Node, schemas: Schemas): Node {
  const json = content["application/json"];
  const mediaTypes = mediaTypesOf(json);
  if (mediaTypes !== undefined) {
    return Object.fromEntries(mediaTypes.map((type) => [type, { schema: schemaOf(type) }]));
  }
  const isOneOfMany = REQUEST_TYPES.every((type) => type in content);
  if (isOneOfMany && !JSON.stringify(json).includes('"binary"')) {
    return { "application/json": tidy(json, schemas) };
  }
  const isProblem = isNode(json) && isNode(json["schema"]) && json["schema"]["title"] === "Problem";
  return isProblem
    ? { "application/problem+json": tidy(json, schemas) }
    : Object.fromEntries(
        Object.entries(content).map(([type, value]) => [type, tidy(value, schemas)]),
      );
}

/** The media types that a route declares for a response that is not only JSON. */
function mediaTypesOf(json: unknown): string[] | undefined {
  const stated = isNode(json) && isNode(json["schema"]) ? json["schema"][MEDIA_TYPES] : undefined;
  return Array.isArray(stated) ? stated : undefined;
}

const event = {
  type: "object",
  properties: { event: { type: "string" }, data: { type: "string" } },
};

/**
 * A stream is described by one of its events, and text is a string; bytes have no schema (OpenAPI 3.1 §4.8.14.3), and
 * JSON beside another type may have any shape.
 */
function schemaOf(mediaType: string): Node {
  if (mediaType === "text/event-stream") {
    return event;
  }
  return /^(text|message)\//.test(mediaType) ? { type: "string" } : {};
}

/** In requests, Elysia's `t.Integer` and `t.Number` are unions with the string they are coerced from. */
function withoutCoercion(node: Node): Node {
  const arms = node["anyOf"];
  if (!Array.isArray(arms) || arms.length !== 2) {
    return node;
  }
  const [text, number] = arms as [Node, Node];
  const isCoerced =
    text["type"] === "string" &&
    /^(integer|numeric)$/.test(String(text["format"])) &&
    /^(integer|number)$/.test(String(number["type"]));
  const { anyOf: _, ...rest } = node;
  return isCoerced ? { ...rest, ...number } : node;
}

/** The plugin describes "this text or null" as a constant with two types, which null does not match. */
function withNull(node: Node): Node {
  const { const: constant, type, ...rest } = node;
  const isNullable = constant !== undefined && Array.isArray(type) && type.includes("null");
  return isNullable ? { ...rest, type, enum: [constant, null] } : node;
}

function asReference(node: Node, schemas: Schemas): Node {
  const title = node["title"];
  if (typeof title !== "string" || !("type" in node) || !/^[A-Za-z]+$/.test(title)) {
    return node;
  }
  const known = schemas[title];
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(node)) {
    return node;
  }
  schemas[title] = node;
  return { $ref: `#/components/schemas/${title}` };
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
