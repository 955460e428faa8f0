import { plainCell } from "../../platform/csv.ts";
import { isAddressFault, parseEmailAddress } from "../../platform/email-address.ts";
import type { StoredField } from "../contacts/contact-fields.service.ts";
import { fieldKeyFrom, readFieldValue } from "../contacts/contact-fields.service.ts";
import {
  type FieldValues,
  noFields,
  type Place,
  readWrittenPlace,
} from "../contacts/contacts.service.ts";
import type { SuppressionReason } from "../suppressions/suppressions.service.ts";
import { isPendingStatus, suppressionOfStatus, type Target } from "./column-guess.rules.ts";
import { readAttributeCell, readTagCell } from "./presets.rules.ts";

/** What becomes of a column, as the person who imports decided. `key` is the custom field's. */
export type ColumnMapping = { column: number; target: Exclude<Target, "newField">; key?: string };

/** A row that can be written. Empty texts are cells that were empty or not there. */
export type ReadContact = {
  email: string;
  address: string;
  domain: string;
  firstName: string;
  lastName: string;
  language: string;
  /** Only what the file says. */
  place: Partial<Place>;
  fields: FieldValues | undefined;
  /** Set when the file says that this person must not be mailed. */
  suppress: SuppressionReason | undefined;
  /** Set when the file says that the sign-up was never confirmed: then no list is joined. */
  pending: boolean;
  /** Names of tags. */
  tags: readonly string[];
  /** When and from where the person agreed, as the file says. */
  optIn: { at: string; ip: string };
};

export type ReadRow = ReadContact | { reject: string };

const MAX_NAME_CHARS = 200;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
const LANGUAGE = /^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$/;

/**
 * Makes the function that reads one row's cells, with everything looked up once for all rows.
 *
 * @param header The names of the columns; empty when the file has none.
 * @param whole Why people whose row says nothing must not be mailed, for a file of such people.
 */
export function rowReader(
  mapping: readonly ColumnMapping[],
  fields: readonly StoredField[],
  header: readonly string[],
  whole?: SuppressionReason | undefined,
): (cells: readonly string[]) => ReadRow {
  const at = (target: Target) => mapping.find((one) => one.target === target)?.column ?? -1;
  const columns = {
    email: at("email"),
    firstName: at("firstName"),
    lastName: at("lastName"),
    fullName: at("fullName"),
    language: at("language"),
    timeZone: at("timeZone"),
    country: at("country"),
    city: at("city"),
    status: at("status"),
    tags: at("tags"),
    attributes: at("attributes"),
    consentTime: at("consentTime"),
    consentIp: at("consentIp"),
  };
  const custom = mapping.flatMap(({ column, target, key }) => {
    const spec = target === "field" ? fields.find((field) => field.key === key) : undefined;
    return spec === undefined ? [] : [{ column, spec }];
  });
  const attributes = attributeReader(fields);
  const place = placeReader(columns);
  const statusName = header[columns.status] ?? "";

  return (cells) => {
    const address = parseEmailAddress(plainCell(cells[columns.email] ?? ""));
    if (isAddressFault(address)) {
      return { reject: `e-mail address: ${address.reason}` };
    }
    const words = readWords(columns, cells);
    if ("reject" in words) {
      return words;
    }
    const own = custom.length === 0 ? undefined : readCustom(custom, cells);
    const values = typeof own === "string" ? own : attributes(cells[columns.attributes], own);
    if (typeof values === "string") {
      return { reject: values };
    }
    return {
      email: address.email,
      address: address.address,
      domain: address.domain,
      ...words,
      place: place(cells),
      fields: values,
      ...readStatus(cells[columns.status] ?? "", statusName, whole),
      tags: readTags(cells[columns.tags]),
      optIn: { at: short(cells[columns.consentTime]), ip: short(cells[columns.consentIp]) },
    };
  };
}

function readStatus(status: string, column: string, whole: SuppressionReason | undefined) {
  return status === ""
    ? { suppress: whole, pending: false }
    : { suppress: suppressionOfStatus(status, column), pending: isPendingStatus(status) };
}

const NOWHERE: Partial<Place> = {};

function placeReader({ timeZone, country, city }: Record<keyof Place, number>) {
  if (Math.max(timeZone, country, city) < 0) {
    return () => NOWHERE;
  }
  return (cells: readonly string[]) => {
    const cell = (column: number) => oneLine(cells[column]);
    return readWrittenPlace({ timeZone: cell(timeZone), country: cell(country), city: cell(city) });
  };
}

const readTags = (cell: string | undefined) => (cell === undefined ? NONE : readTagCell(cell));

const NONE: readonly string[] = [];

/** What goes into a proof, as far as it can be one: a date and an address are short. */
function short(cell: string | undefined): string {
  return cell === undefined ? "" : oneLine(cell).slice(0, 60);
}

/** Adds what a cell with a JSON object says, key by key, to what columns said; keys without a field are left out. */
function attributeReader(fields: readonly StoredField[]) {
  const specs = new Map(fields.map((field) => [field.key, field]));
  return (
    cell: string | undefined,
    own: FieldValues | undefined,
  ): FieldValues | undefined | string => {
    if (cell === undefined || cell.trim() === "") {
      return own;
    }
    const read = readAttributeCell(cell);
    if ("fault" in read) {
      return `attributes: the cell ${read.fault}`;
    }
    return addAttributes(specs, read.values, own);
  };
}

function addAttributes(
  specs: ReadonlyMap<string, StoredField>,
  given: Record<string, string | number | boolean>,
  own: FieldValues | undefined,
): FieldValues | string {
  const values = Object.assign(noFields(), own);
  for (const [key, raw] of Object.entries(given)) {
    const spec = specs.get(fieldKeyFrom(key));
    if (spec === undefined) {
      continue;
    }
    const one = readFieldValue(spec, raw);
    if ("fault" in one) {
      return `${key}: ${one.fault}`;
    }
    if (one.value !== undefined) {
      values[spec.key] ??= one.value;
    }
  }
  return values;
}

type Words = { firstName: string; lastName: string; language: string };

function readWords(
  columns: Record<"firstName" | "lastName" | "fullName" | "language", number>,
  cells: readonly string[],
): Words | { reject: string } {
  const full = splitName(oneLine(cells[columns.fullName]));
  const firstName = oneLine(cells[columns.firstName]) || full.first;
  const lastName = oneLine(cells[columns.lastName]) || full.last;
  if (firstName.length > MAX_NAME_CHARS || lastName.length > MAX_NAME_CHARS) {
    return { reject: `name: it is longer than ${MAX_NAME_CHARS} characters` };
  }
  const language = oneLine(cells[columns.language]);
  if (language !== "" && !LANGUAGE.test(language)) {
    return { reject: "language: it is not a language code such as en or pt-BR" };
  }
  return { firstName, lastName, language: language.replaceAll("_", "-") };
}

function readCustom(
  custom: readonly { column: number; spec: StoredField }[],
  cells: readonly string[],
): FieldValues | undefined | string {
  let values: FieldValues | undefined;
  for (const { column, spec } of custom) {
    const cell = cells[column];
    if (cell === undefined || cell === "") {
      continue;
    }
    const raw = plainCell(cell);
    if (raw.includes("\u0000")) {
      return `${spec.label}: there is a NUL character in it`;
    }
    const read = readFieldValue(spec, raw);
    if ("fault" in read) {
      return `${spec.label}: ${read.fault}`;
    }
    if (read.value !== undefined) {
      values ??= noFields();
      values[spec.key] = read.value;
    }
  }
  return values;
}

function oneLine(cell: string | undefined): string {
  if (cell === undefined || cell === "") {
    return "";
  }
  return plainCell(cell).replace(CONTROL, " ").trim();
}

/** `Lee, Ann` and `Ann Lee` alike; of more than two words the last is the last name. */
function splitName(name: string): { first: string; last: string } {
  const comma = name.indexOf(",");
  if (comma > 0) {
    return { first: name.slice(comma + 1).trim(), last: name.slice(0, comma).trim() };
  }
  const space = name.lastIndexOf(" ");
  return space === -1
    ? { first: name, last: "" }
    : { first: name.slice(0, space).trim(), last: name.slice(space + 1) };
}
