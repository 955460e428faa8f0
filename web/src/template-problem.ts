import type { ProblemCode } from "../../server/app.ts";
import { t } from "./template-problem.messages.ts";

/** Turns each code of the renderer and its values into a sentence. */
const words: Record<ProblemCode, (values: Values) => string> = {
  too_much_work: () => t("too_much_work"),
  too_much_text: () => t("too_much_text"),
  too_deep: () => t("too_deep"),
  too_slow: () => t("too_slow"),
  unknown_name: ({ name }) => t("unknown_name", { name: text(name) }),
  unfilled_name: ({ name }) => t("unfilled_name", { name: text(name) }),
  unfilled_field: ({ name }) => t("unfilled_field", { name: text(name) }),
  source_too_large: ({ size }) => t("source_too_large", { size: number(size) }),
  active_content_removed: ({ what }) => t("active_content_removed", { what: text(what) }),
  mjml_too_long: ({ max }) => t("mjml_too_long", { max: number(max) }),
  not_mjml: () => t("not_mjml"),
  image_not_shown: ({ image }) => t("image_not_shown", { image: text(image) }),
  images_without_alt: ({ count }) => t("images_without_alt", { count: number(count) }),
  html_too_large: ({ size }) => t("html_too_large", { size: number(size) }),
  link_leads_nowhere: ({ link }) => t("link_leads_nowhere", { link: text(link) }),
  link_is_private: ({ link }) => t("link_is_private", { link: text(link) }),
  link_is_shortened: ({ link }) => t("link_is_shortened", { link: text(link) }),
};

type Values = Record<string, string | number>;
const text = (value: string | number | undefined) => String(value ?? "");
const number = (value: string | number | undefined) => Number(value ?? 0);

const isKnown = (code: string | undefined): code is ProblemCode =>
  code !== undefined && Object.hasOwn(words, code);

/** Describes a mistake in a template with its position, in the reader's language if it has a code. */
export function templateProblem({
  message,
  code,
  params = {},
  line,
  column,
}: {
  message: string;
  code?: string;
  params?: Values;
  line?: number;
  column?: number;
}): string {
  const said = isKnown(code) ? words[code](params) : message;
  if (line === undefined) {
    return said;
  }
  return column === undefined
    ? t("line", { line, message: said })
    : t("place", { line, column, message: said });
}
