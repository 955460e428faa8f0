import { AppError } from "../../platform/errors.ts";
import type { Filled, FormView } from "./form-html.ts";
import { formWords } from "./form-words.rules.ts";

/** What is kept of a sign-up besides its address. */
export type SignupData = {
  firstName: string;
  lastName: string;
  language: string;
  fields: Record<string, unknown>;
};

type Reader = (input: {
  email: string;
  firstName: string;
  lastName: string;
  fields: Record<string, unknown>;
}) => { email: string; address: string };

type Problems = Map<string, string>;

/**
 * What was typed, as the fields of the form allow; nothing that the form does not ask for is read.
 *
 * @param read Checks it like any contact's. @throws AppError `invalid_input` per field.
 */
export function readSubmission(view: FormView, sent: URLSearchParams, read: Reader) {
  const { settings } = view;
  const problems: Problems = new Map();
  const { firstName, lastName, fields } = readFields(view, sent, problems);
  const listIds = readTopics(view, sent, problems);
  if (settings.consentText !== "" && settings.consentCheckbox && sent.get("_consent") !== "yes") {
    problems.set("_consent", formWords[settings.language].tick);
  }
  const input = { email: sent.get("email") ?? "", firstName, lastName, fields };
  const contact = attempt(() => read(input), problems);
  if (contact === undefined || problems.size > 0) {
    return { filled: { values: valuesOf(sent), problems } satisfies Filled };
  }
  const data: SignupData = { firstName, lastName, language: settings.language, fields };
  return { contact, data, listIds };
}

/** Everything that was sent, by name. */
export function valuesOf(sent: URLSearchParams): Map<string, string[]> {
  return new Map([...new Set(sent.keys())].map((name) => [name, sent.getAll(name)]));
}

function readFields(view: FormView, sent: URLSearchParams, problems: Problems) {
  const fields: Record<string, unknown> = {};
  const names: Record<string, string> = {};
  for (const { key, name, required, type } of view.fields) {
    const given = sent.getAll(name).map((value) => value.trim());
    const value = given.filter((each) => each !== "").join("; ");
    if (required && value === "") {
      problems.set(name, formWords[view.settings.language].required);
    }
    if (key === name) {
      names[key] = value;
    } else if (type === "boolean") {
      fields[key] = value !== "" && value !== "no";
    } else if (value !== "") {
      fields[key] = value;
    }
  }
  return {
    firstName: names["first_name"] ?? "",
    lastName: names["last_name"] ?? "",
    fields,
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

function attempt<T>(work: () => T, problems: Problems): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "invalid_input") {
      throw error;
    }
    const names: Record<string, string> = { firstName: "first_name", lastName: "last_name" };
    for (const { field, reason } of error.fields) {
      const name = field.startsWith("fields.")
        ? `field_${field.slice(7)}`
        : (names[field] ?? field);
      problems.set(name, `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`);
    }
    return undefined;
  }
}
