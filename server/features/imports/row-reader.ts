import { plainCell } from "../../platform/csv.ts";
import type { StoredField } from "../contacts/contact-fields.service.ts";
import { fieldKeyFrom, readFieldValue } from "../contacts/contact-fields.service.ts";
import {
  type FieldValues,
  noFields,
  type Place,
  readWrittenPlace,
} from "../contacts/contacts.service.ts";
import type { SuppressionReason } from "../suppressions/suppressions.service.ts";
import { type AddressCell, readAddressCell } from "./address-cell.ts";
import { BUILT_IN, type BuiltIn, builtInNamed, type Target } from "./column-guess.rules.ts";
import { ownFileReader, type Restored, settleStatus } from "./own-file.ts";
import { readAttributeCell, readLabels, readTagCell } from "./presets.rules.ts";
import type { RowStatus } from "./row-status.rules.ts";
import { reasonOf } from "./status-words.rules.ts";

/** The target of a column, as the importing person chose. `key` is that of the custom field or own column. */
export type ColumnMapping = { column: number; target: Exclude<Target, "newField">; key?: string };

/** A row that can be written. Empty strings stand for empty or missing cells. */
export type ReadContact = {
  email: string;
  address: string;
  domain: string;
  firstName: string;
  lastName: string;
  language: string;
  /** Only the parts that the file contains. */
  place: Partial<Place>;
  fields: FieldValues | undefined;
  /** Set when the file says that this person must not be mailed, or contains a status that was not understood. */
  suppress: SuppressionReason | undefined;
  /** The text that was not understood. */
  suppressDetail: string;
  /** True when the file says that the sign-up was never confirmed: the contact joins lists as `pending`. */
  pending: boolean;
  /** Names of tags. */
  tags: readonly string[];
  /** When and from which IP address the person agreed, according to the file. */
  optIn: { at: string; ip: string };
  /** For our own export: the values of its special columns. */
  restored?: Restored | undefined;
};

/** A refusal. It is applied even if the rest of its row is rejected. */
export type Refusal = Pick<ReadContact, "suppressDetail"> & {
  addresses: string[];
  suppress: SuppressionReason;
};

export type ReadRow = ReadContact | { reject: string; refusal?: Refusal | undefined };

const MAX_NAME_CHARS = 200;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
const LANGUAGE = /^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$/;

/**
 * Creates the function that reads the cells of a row. Everything is looked up once for all rows.
 *
 * @param readStatus Decides from a row's cells whether its person may be mailed. A refusal is returned even when
 * another cell of the row is invalid.
 */
export function rowReader(
  mapping: readonly ColumnMapping[],
  fields: readonly StoredField[],
  readStatus: (cells: readonly string[]) => RowStatus,
): (cells: readonly string[]) => ReadRow {
  const readOwn = ownFileReader(mapping);
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
  const spread = builtInSpreader(mapping, columns, fields);
  const place = placeReader(columns);

  return (written) => {
    const json = readJson(written[columns.attributes]);
    const cells = spread(written, json);
    const address = readAddressCell(cells[columns.email]);
    const said = statusOf(readStatus(written));
    if ("fault" in address) {
      return rejectAddress(address, said);
    }
    const words = withOwn(readOwn?.(cells), readWords(columns, cells));
    if ("reject" in words) {
      return { ...words, refusal: refusalOf([address.address], said) };
    }
    const own = custom.length === 0 ? undefined : readCustom(custom, cells);
    const values = typeof own === "string" ? own : attributes(json, own);
    if (typeof values === "string") {
      return { reject: values, refusal: refusalOf([address.address], said) };
    }
    return {
      email: address.email,
      address: address.address,
      domain: address.domain,
      ...words,
      place: place(cells),
      fields: values,
      ...settleStatus(cells[columns.status], said, words.restored),
      tags: readTags(cells[columns.tags], readOwn !== undefined),
      optIn: { at: short(cells[columns.consentTime]), ip: short(cells[columns.consentIp]) },
    };
  };
}

type JsonCell = ReturnType<typeof readAttributeCell>;

/** Reads a row's JSON cell; undefined when there is no such column or the cell is empty. */
function readJson(cell: string | undefined): JsonCell | undefined {
  return cell === undefined || cell.trim() === "" ? undefined : readAttributeCell(cell);
}

/**
 * Gives built-in fields without a column of their own a position after the mapped columns, and creates the function
 * that copies their values there from a row's JSON object: `{"city": "Bonn"}` fills the city. A workspace with a custom
 * field of that name keeps using it.
 *
 * @param columns Modified: the position that each built-in field is read from.
 */
function builtInSpreader(
  mapping: readonly ColumnMapping[],
  columns: Record<BuiltIn | "attributes", number>,
  fields: readonly StoredField[],
): (cells: readonly string[], json: JsonCell | undefined) => readonly string[] {
  if (columns.attributes === -1) {
    return (cells) => cells;
  }
  const first = Math.max(...mapping.map(({ column }) => column)) + 1;
  const places = new Map<BuiltIn, number>();
  for (const target of BUILT_IN) {
    const isName = target === "firstName" || target === "lastName";
    if (columns[target] === -1 && !(isName && columns.fullName !== -1)) {
      columns[target] = first + places.size;
      places.set(target, columns[target]);
    }
  }
  const own = new Set(fields.map(({ key }) => key));
  return (cells, json) => {
    const spread = cells.slice(0, first);
    for (const [key, value] of Object.entries(json && "values" in json ? json.values : {})) {
      const target = own.has(fieldKeyFrom(key)) ? undefined : builtInNamed(key);
      const at = target === undefined ? undefined : places.get(target);
      if (at !== undefined) {
        spread[at] ??= String(value);
      }
    }
    return spread;
  };
}

type Own = { restored: Restored | undefined };

/** Adds the values that only our own export has. A fault in them is a fault of the row. */
function withOwn(
  own: Restored | { fault: string } | undefined,
  words: Words | { reject: string },
): (Words & Own) | { reject: string } {
  if (own !== undefined && "fault" in own) {
    return { reject: own.fault };
  }
  return "reject" in words ? words : { ...words, restored: own };
}

/**
 * Adds `unclear` and the details of a SwiftMail export of suppressions, which occur in no other file.
 *
 * @param detailColumn Undefined for any other file; its reader is then returned unchanged.
 */
export function withDetails(
  read: (cells: readonly string[]) => ReadRow,
  statusColumn: number,
  detailColumn: number | undefined,
): (cells: readonly string[]) => ReadRow {
  if (detailColumn === undefined) {
    return read;
  }
  return (cells) => {
    const row = read(cells);
    return "reject" in row || row.suppress === undefined
      ? row
      : {
          ...row,
          suppress: cells[statusColumn] === "unclear" ? "unclear" : row.suppress,
          suppressDetail: short(cells[detailColumn]),
        };
  };
}

/**
 * Creates the function that reads a row for the suppression list: its address and the reason. Other cells cannot
 * prevent the suppression.
 *
 * @param fallback The reason for rows without a reason of their own.
 * @param detailColumn The details, in our own export of suppressions: there `unclear` is a reason that is kept.
 */
export function refusalReader(
  mapping: readonly ColumnMapping[],
  readStatus: (cells: readonly string[]) => RowStatus,
  fallback: SuppressionReason,
  detailColumn?: number | undefined,
): (cells: readonly string[]) => ReadRow {
  const column = mapping.find(({ target }) => target === "email")?.column ?? -1;
  return (cells) => {
    const address = readAddressCell(cells[column]);
    const { says } = readStatus(cells);
    const isKept = says === "unclear" && detailColumn !== undefined;
    const known = says === "nothing" || says === "unclear" ? undefined : reasonOf(says);
    const why = {
      suppress: isKept ? ("unclear" as const) : (known ?? fallback),
      suppressDetail: isKept ? short(cells[detailColumn]) : "",
    };
    return "fault" in address
      ? rejectAddress(address, { ...why, pending: false })
      : { ...address, ...NOTHING_ELSE, ...why };
  };
}

const NOTHING_ELSE = {
  firstName: "",
  lastName: "",
  language: "",
  place: {},
  fields: undefined,
  suppressDetail: "",
  pending: false,
  tags: [],
  optIn: { at: "", ip: "" },
};

type Status = Pick<ReadContact, "suppress" | "suppressDetail" | "pending">;

function statusOf({ says, unclear }: RowStatus): Status {
  if (says === "unclear") {
    return { suppress: "unclear", suppressDetail: oneLine(unclear).slice(0, 60), pending: false };
  }
  const suppress = says === "nothing" ? undefined : reasonOf(says);
  return { suppress, suppressDetail: "", pending: says === "unconfirmed" };
}

/**
 * A row without a usable address is rejected. A refusal in the row applies to every address that can be found in the
 * cell.
 */
const rejectAddress = (
  { fault, said }: Extract<AddressCell, { fault: string }>,
  status: Status,
): ReadRow => ({
  reject: `email address: ${fault}`,
  refusal: refusalOf(said, status),
});

function refusalOf(addresses: string[], { suppress, suppressDetail }: Status): Refusal | undefined {
  return suppress === undefined ? undefined : { addresses, suppress, suppressDetail };
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

const readTags = (cell: string | undefined, isOwn: boolean) =>
  cell === undefined ? NONE : isOwn ? readTagCell(plainCell(cell)) : readLabels(plainCell(cell));

const NONE: readonly string[] = [];

/** Limits the text that goes into a proof of consent. A date and an IP address are short. */
function short(cell: string | undefined): string {
  return cell === undefined ? "" : oneLine(cell).slice(0, 60);
}

/** Adds the values of a JSON cell, key by key, to those of the columns. Keys without a field are skipped. */
function attributeReader(fields: readonly StoredField[]) {
  const specs = new Map(fields.map((field) => [field.key, field]));
  return (
    json: JsonCell | undefined,
    own: FieldValues | undefined,
  ): FieldValues | undefined | string => {
    if (json === undefined) {
      return own;
    }
    if ("fault" in json) {
      return `attributes: the cell ${json.fault}`;
    }
    return addAttributes(specs, json.values, own);
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
      return `${key}: ${one.fault.text}`;
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
    return { reject: "language: this is not a language code such as en or pt-BR" };
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
      return `${spec.label}: this text contains a NUL character`;
    }
    const read = readFieldValue(spec, raw);
    if ("fault" in read) {
      return `${spec.label}: ${read.fault.text}`;
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

/** Reads `Lee, Ann` and `Ann Lee` as the same name. If there are more than two words, the last is the last name. */
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
