import { AppError } from "../../platform/errors.ts";
import type { PlaceInput } from "../contacts/contacts.service.ts";
import type { Filled, FormView } from "./form-html.ts";
import type { FormField } from "./form-view.ts";
import { formWords } from "./form-words.rules.ts";
import { isBuiltIn } from "./forms.rules.ts";

/** What is stored of a sign-up besides its address. */
export type SignupData = {
  firstName: string;
  lastName: string;
  language: string;
  fields: Record<string, unknown>;
  /** Missing in sign-ups that are older than this field. */
  place?: PlaceInput;
};

type Reader = (
  input: {
    email: string;
    firstName: string;
    lastName: string;
    fields: Record<string, unknown>;
  } & PlaceInput,
) => { email: string; address: string };

type Problems = Map<string, string>;

/**
 * Reads the submitted values of the form's fields. Inputs that the form does not ask for are ignored.
 *
 * @param read Validates the values like those of any contact.
 * @throws AppError `invalid_input` per field.
 */
export function readSubmission(view: FormView, sent: URLSearchParams, read: Reader) {
  const { settings } = view;
  const problems: Problems = new Map();
  const { firstName, lastName, place, fields } = readFields(view, sent, problems);
  const listIds = readTopics(view, sent, problems);
  if (settings.consentText !== "" && settings.consentCheckbox && sent.get("_consent") !== "yes") {
    problems.set("_consent", formWords[settings.language].tick);
  }
  const input = { email: sent.get("email") ?? "", firstName, lastName, fields, ...place };
  const contact = attempt(() => read(input), view, problems);
  if (contact === undefined || problems.size > 0) {
    return { filled: { values: valuesOf(sent), problems } satisfies Filled };
  }
  const data: SignupData = { firstName, lastName, language: settings.language, fields, place };
  return { contact, data, listIds };
}

/** All submitted values by input name. */
export function valuesOf(sent: URLSearchParams): Map<string, string[]> {
  return new Map([...new Set(sent.keys())].map((name) => [name, sent.getAll(name)]));
}

function readFields(view: FormView, sent: URLSearchParams, problems: Problems) {
  const fields: Record<string, unknown> = {};
  const names: Record<string, string> = {};
  for (const { key, name, required, type } of view.fields) {
    const chosen = givenFor(name, sent);
    if (required && chosen.length === 0) {
      problems.set(name, formWords[view.settings.language].required);
    }
    const value = answerOf(type, chosen);
    if (isBuiltIn(key)) {
      names[key] = chosen[0] ?? "";
    } else if (value !== undefined) {
      fields[key] = value;
    }
  }
  return {
    firstName: names["first_name"] ?? "",
    lastName: names["last_name"] ?? "",
    place: placeOf(names),
    fields,
  };
}

/** An unticked box is an answer; any other empty field says nothing. */
function answerOf(type: string, chosen: string[]): unknown {
  switch (type) {
    case "multi_choice":
      return chosen;
    case "boolean":
      return (chosen[0] ?? "no") !== "no";
    default:
      return chosen[0];
  }
}

function givenFor(name: string, sent: URLSearchParams): string[] {
  const given = sent.getAll(name).map((each) => each.trim());
  return given.filter((each) => each !== "");
}

function placeOf(names: Record<string, string>): PlaceInput {
  const {
    "place.time_zone": timeZone = "",
    "place.country": country = "",
    "place.city": city = "",
  } = names;
  return {
    ...(timeZone === "" ? {} : { timeZone }),
    ...(country === "" ? {} : { country }),
    ...(city === "" ? {} : { city }),
  };
}

function readTopics(view: FormView, sent: URLSearchParams, problems: Problems): number[] {
  const offered = (view.topics ?? []).map(({ id }) => id);
  if (!view.settings.chooseLists) {
    return offered;
  }
  const wanted = new Set(sent.getAll("list").map(Number));
  const chosen = offered.filter((id) => wanted.has(id));
  if (offered.length > 0 && chosen.length === 0) {
    problems.set("list", formWords[view.settings.language].chooseOne);
  }
  return chosen;
}

function attempt<T>(work: () => T, view: FormView, problems: Problems): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "invalid_input") {
      throw error;
    }
    for (const { field } of error.fields) {
      const name = inputNames.get(field) ?? field.replace(/^fields\./, "field_");
      const asked = view.fields.find((one) => one.name === name);
      problems.set(name, faultIn(view, field, asked?.type));
    }
    return undefined;
  }
}

const inputNames = new Map(
  Object.entries({
    firstName: "first_name",
    lastName: "last_name",
    timeZone: "place.time_zone",
    country: "place.country",
    city: "place.city",
  }),
);

/** Worded in the form's language, because the normal field errors are written for the form's owner. */
function faultIn({ settings }: FormView, field: string, type: FormField["type"] | undefined) {
  const words = formWords[settings.language];
  if (field === "email") {
    return words.wrongEmail;
  }
  switch (type) {
    case "number":
      return words.wrongNumber;
    case "date":
      return words.wrongDate;
    case "url":
      return words.wrongUrl;
    case "choice":
    case "multi_choice":
    case "country":
    case "time_zone":
      return words.wrongChoice;
    default:
      return words.wrong;
  }
}
