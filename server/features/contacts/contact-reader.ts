import { domainOf } from "../../platform/address.rules.ts";
import {
  addressHint,
  type EmailAddress,
  isAddressFault,
  parseEmailAddress,
} from "../../platform/email-address.ts";
import {
  AppError,
  because,
  type FieldProblem,
  faultyField,
  invalidFields,
  refusedField,
} from "../../platform/errors.ts";
import type { StoredField } from "./contact-fields.store.ts";
import { type PlaceInput, readPlace } from "./contact-place.rules.ts";
import { MAX_NAME_CHARS, nameKeys, parseFields, readFieldValue } from "./contacts.rules.ts";
import type { ContactRow, ContactWrite } from "./contacts.store.ts";

/** Values of a contact from a person or program. Omitted properties stay unchanged. */
export type ContactInput = PlaceInput & {
  email?: string | undefined;
  firstName?: string | undefined;
  lastName?: string | undefined;
  language?: string | undefined;
  fields?: Record<string, unknown> | undefined;
  trackingOff?: boolean | undefined;
};

/**
 * Builds the row from the input and, for omitted properties, from the old row.
 *
 * @throws AppError `invalid_input` with all invalid values, field by field.
 */
export function readContact(
  specs: StoredField[],
  input: ContactInput,
  old: ContactRow | undefined,
  source: string,
): ContactWrite {
  const problems: FieldProblem[] = [];
  const address = readAddress(input.email ?? old?.email ?? "", problems);
  const firstName = readText("firstName", input.firstName ?? old?.firstName ?? "", problems);
  const lastName = readText("lastName", input.lastName ?? old?.lastName ?? "", problems);
  const language = readLanguage(input.language ?? old?.language ?? "", problems);
  const place = readPlace(input, old ?? { timeZone: "", country: "", city: "" }, problems);
  const fields = readFields(specs, input.fields ?? {}, old?.fields ?? "{}", problems);
  const [first, ...others] = problems;
  if (first !== undefined) {
    throw invalidFields([first, ...others]);
  }
  if (address === undefined) {
    throw new AppError("invalid_input", because("contact_does_not_fit"));
  }
  return {
    email: address.email,
    address: address.address,
    domain: address.domain,
    firstName,
    lastName,
    language,
    fields,
    trackingOff: Number(input.trackingOff ?? old?.trackingOff === 1),
    source,
    place,
    ...nameKeys(firstName, lastName),
  };
}

function readAddress(written: string, problems: FieldProblem[]): EmailAddress | undefined {
  const read = parseEmailAddress(written);
  if (!isAddressFault(read)) {
    return read;
  }
  const hint = addressHint(domainOf(written));
  problems.push({ ...faultyField("email", read.why), ...(hint === undefined ? {} : { hint }) });
  return undefined;
}

function readText(field: string, written: string, problems: FieldProblem[]): string {
  const text = oneLine(written);
  if (text.length > MAX_NAME_CHARS) {
    problems.push(faultyField(field, because("too_long", { max: MAX_NAME_CHARS })));
  }
  return text;
}

/** Text for a header or table: without line breaks, control characters or surrounding white space. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
}

function readLanguage(written: string, problems: FieldProblem[]): string {
  const language = written.trim();
  if (language !== "" && !/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$/.test(language)) {
    problems.push(faultyField("language", because("not_a_language")));
  }
  return language.replaceAll("_", "-");
}

function readFields(
  specs: StoredField[],
  input: Record<string, unknown>,
  old: string,
  problems: FieldProblem[],
): string {
  const values = parseFields(old);
  const known = new Map(specs.map((spec) => [spec.key, spec]));
  for (const [key, raw] of Object.entries(input)) {
    const spec = known.get(key);
    if (spec === undefined) {
      problems.push(faultyField(`fields.${key}`, because("not_a_field")));
      continue;
    }
    const read = readFieldValue(spec, raw);
    if ("fault" in read) {
      problems.push(faultyField(`fields.${key}`, read.fault));
    } else if (read.value === undefined) {
      delete values[key];
    } else {
      values[key] = read.value;
    }
  }
  // During a rename the task moves values from the old key, so they must stay there.
  const oldKeys = new Set(specs.map((spec) => spec.oldKey));
  const kept = Object.entries(values).filter(([key]) => known.has(key) || oldKeys.has(key));
  return JSON.stringify(Object.fromEntries(kept));
}

/** The error for an address that belongs to another contact. */
export function addressTaken(): AppError {
  return refusedField("conflict", "email", because("contact_exists"));
}
