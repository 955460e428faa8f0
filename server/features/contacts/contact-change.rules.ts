import { type FieldValue, parseFields } from "./contacts.rules.ts";

/** The values of a contact that are compared. `fields` is JSON. */
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

/** Old and new value per property or `fields.<key>`; null means no value. */
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

/** The differences between two states of a contact. */
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
