import type { Connection } from "../../platform/db/driver.ts";
import { listFields } from "../contacts/contact-fields.service.ts";
import { topicsAmong } from "../lists/lists.service.ts";
import { builtInFields, isBuiltIn } from "./forms.rules.ts";
import type { FormSettings } from "./forms.schema.ts";

/** A field as a form shows it. `name` is that of its input. */
export type FormField = {
  key: string;
  name: string;
  /** "" for the built-in ones: the form's language names them. */
  label: string;
  type: string;
  choices: string[];
  required: boolean;
};

/** The fields a form asks for, in its order; those that were deleted meanwhile are left out. */
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

/** The lists a form leads to that are still there and public. */
export function topicsOfForm(db: Connection, settings: FormSettings) {
  return topicsAmong(db, settings.listIds);
}

/**
 * True for a form that named lists of which none is left (deleted, or not public any more): whoever signed up
 * by it would join nothing. A form that never named one leads to contacts without a list, as its owner chose.
 */
export function leadsNowhere(settings: FormSettings, topics: readonly unknown[] = []): boolean {
  return settings.listIds.length > 0 && topics.length === 0;
}
