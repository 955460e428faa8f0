import type { Connection } from "../../platform/db/driver.ts";
import { listFields } from "../contacts/contact-fields.service.ts";
import { topicsAmong } from "../lists/lists.service.ts";
import { builtInFields, isBuiltIn } from "./forms.rules.ts";
import type { FormSettings } from "./forms.schema.ts";

/** A field as a form shows it. `name` is its input name. */
export type FormField = {
  key: string;
  name: string;
  /** Empty for built-in fields, which are labelled in the form's language. */
  label: string;
  type: string;
  choices: string[];
  required: boolean;
};

/** The fields of a form, in order. Deleted fields are skipped. */
export function fieldsOfForm(db: Connection, settings: FormSettings): FormField[] {
  const custom = new Map(listFields(db).map((field) => [field.key, field]));
  return settings.fields.flatMap(({ key, required }): FormField[] => {
    if (isBuiltIn(key)) {
      return [{ key, name: key, label: "", type: builtInFields[key], choices: [], required }];
    }
    const field = custom.get(key);
    if (field === undefined) {
      return [];
    }
    const { label, type, choices } = field;
    return [{ key, name: `field_${key}`, label, type, choices, required }];
  });
}

/** The lists of a form that still exist and are public. */
export function topicsOfForm(db: Connection, settings: FormSettings) {
  return topicsAmong(db, settings.listIds);
}

/**
 * True when the form named lists but none is left (deleted, or not public any more), so a sign-up would join nothing.
 * A form that never named a list creates contacts without one, as its owner chose.
 */
export function hasLostItsLists(settings: FormSettings, topics: readonly unknown[] = []): boolean {
  return settings.listIds.length > 0 && topics.length === 0;
}
