import { type FieldValue, parseFields } from "./contacts.rules.ts";

/** What a contact says, as it is compared. `fields` is JSON. */
type Said = {
  email: string;
  firstName: string;
  lastName: string;
  language: string;
  timeZone: string;
  country: string;
  city: string;
  fields: string;
  trackingOff: number;
};

/** Per property or `fields.<key>` what it was and what it is; null for nothing. */
export type Differences = Record<string, { from: FieldValue | null; to: FieldValue | null }>;

const PROPERTIES = [
  "email",
  "firstName",
  "lastName",
  "language",
  "timeZone",
  "country",
  "city",
] as const;

/** What differs between two states of a contact. */
export function differences(before: Said, after: Said): Differences {
  const found: Differences = {};
  for (const name of PROPERTIES) {
    if (before[name] !== after[name]) {
      found[name] = { from: before[name], to: after[name] };
    }
  }
  if (before.trackingOff !== after.trackingOff) {
    found["trackingOff"] = { from: before.trackingOff === 1, to: after.trackingOff === 1 };
  }
  if (before.fields !== after.fields) {
    const old = parseFields(before.fields);
    const now = parseFields(after.fields);
    for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
      const [from, to] = [old[key] ?? null, now[key] ?? null];
      if (JSON.stringify(from) !== JSON.stringify(to)) {
        found[`fields.${key}`] = { from, to };
      }
    }
  }
  return found;
}
