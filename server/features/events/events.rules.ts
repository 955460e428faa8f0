import { because, type FieldProblem, faultyField, type Reason } from "../../platform/errors.ts";
import { DAY_MS } from "../../platform/time.rules.ts";

export type Properties = Record<string, string | number | boolean>;

const MAX_PROPERTIES = 50;
const MAX_TEXT_CHARS = 500;
const MAX_AHEAD_MS = DAY_MS;

/** Validates an event apart from its contact. Faults are added to `problems`. */
export function checkEvent(
  event: {
    name: string;
    at?: number | undefined;
    properties?: Record<string, unknown> | undefined;
  },
  now: number,
  problems: FieldProblem[],
): { name: string; at: number; properties: Properties } {
  const name = event.name.normalize("NFC").trim();
  if (name === "" || name.length > 100 || /\p{Cc}/u.test(name)) {
    problems.push(faultyField("name", because("event_name_unusable")));
  }
  const at = event.at ?? now;
  if (at > now + MAX_AHEAD_MS || at < 0) {
    problems.push(faultyField("at", because("event_time_impossible")));
  }
  return { name, at, properties: readProperties(event.properties ?? {}, problems) };
}

function readProperties(input: Record<string, unknown>, problems: FieldProblem[]): Properties {
  const found = Object.create(null) as Properties;
  const entries = Object.entries(input);
  if (entries.length > MAX_PROPERTIES) {
    problems.push(
      faultyField("properties", because("event_too_many_properties", { max: MAX_PROPERTIES })),
    );
    return found;
  }
  for (const [key, value] of entries) {
    const fault = faultOf(key, value);
    if (fault !== undefined) {
      problems.push(faultyField(`properties.${key.slice(0, 60)}`, fault));
    } else if (value !== null) {
      found[key] = value as string | number | boolean;
    }
  }
  return found;
}

function faultOf(key: string, value: unknown): Reason | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,39}$/.test(key)) {
    return because("event_property_name");
  }
  if (typeof value === "string") {
    return value.length > MAX_TEXT_CHARS || value.includes("\u0000")
      ? because("event_property_long", { max: MAX_TEXT_CHARS })
      : undefined;
  }
  const isPlain = value === null || typeof value === "boolean" || Number.isFinite(value);
  return isPlain ? undefined : because("event_property_kind");
}
