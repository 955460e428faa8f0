/** The parts of a JSON schema that define the members of an object. */
export type BodySchema = {
  $id?: string;
  $ref?: string;
  type?: string;
  properties?: Record<string, BodySchema>;
  patternProperties?: Record<string, BodySchema>;
  additionalProperties?: boolean | BodySchema;
  items?: BodySchema;
  anyOf?: BodySchema[];
  allOf?: BodySchema[];
};

/** More problems than a person would read. */
const MOST = 10;

/** Schemas that refer to themselves, by their `$id`. */
type Known = ReadonlyMap<string, BodySchema>;

/**
 * Lists the members of a parsed body that its schema does not name, as paths such as `filter.query`; at most ten. What
 * the schema leaves open (a record, any value) is not checked, and values of a wrong type are left to the validator.
 */
export function unknownMembers(schema: BodySchema, body: unknown): string[] {
  const found: string[] = [];
  collect(schema, body, "", new Map(), found);
  return found;
}

function collect(
  written: BodySchema,
  value: unknown,
  path: string,
  outer: Known,
  found: string[],
): void {
  if (typeof value !== "object" || value === null || found.length >= MOST) {
    return;
  }
  const schema = (written.$ref === undefined ? written : outer.get(written.$ref)) ?? {};
  const known = schema.$id === undefined ? outer : new Map([...outer, [schema.$id, schema]]);
  if (schema.anyOf !== undefined) {
    found.push(...leastUnknown(schema.anyOf, value, path, known).slice(0, MOST - found.length));
    return;
  }
  if (Array.isArray(value)) {
    value.forEach((each, index) => {
      collect(schema.items ?? {}, each, `${path}${index}.`, known, found);
    });
    return;
  }
  const members = membersOf(schema, known);
  if (members === undefined) {
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    if (Object.hasOwn(members, name)) {
      collect(members[name] ?? {}, inner, `${path}${name}.`, known, found);
    } else if (found.length < MOST) {
      found.push(`${path}${name}`);
    }
  }
}

/** The members that an object may have; undefined when the schema leaves that open. */
function membersOf(written: BodySchema, known: Known): Record<string, BodySchema> | undefined {
  const schema = (written.$ref === undefined ? written : known.get(written.$ref)) ?? {};
  if (schema.allOf !== undefined) {
    const parts = schema.allOf.map((part) => membersOf(part, known));
    return parts.includes(undefined) ? undefined : Object.assign({}, ...parts);
  }
  const { properties, patternProperties, additionalProperties = false } = schema;
  const isOpen = patternProperties !== undefined || additionalProperties !== false;
  return properties === undefined || isOpen ? undefined : properties;
}

/** If a value may have several forms, the one that it fits best. The caller did not mean the others. */
function leastUnknown(forms: BodySchema[], value: object, path: string, known: Known): string[] {
  let least: string[] | undefined;
  for (const form of forms) {
    if (isOfForm(form, value, known)) {
      const found: string[] = [];
      collect(form, value, path, known, found);
      least = least === undefined || found.length < least.length ? found : least;
    }
    if (least?.length === 0) {
      break;
    }
  }
  return least ?? [];
}

function isOfForm(written: BodySchema, value: object, known: Known): boolean {
  const schema = (written.$ref === undefined ? written : known.get(written.$ref)) ?? {};
  const isScalar = schema.type !== undefined && schema.type !== "object" && schema.type !== "array";
  return !isScalar && (schema.type === "array") === Array.isArray(value);
}
