import { afterEach, expect, test } from "bun:test";
import {
  AppError,
  because,
  type ErrorCode,
  invalidField,
  type Reason,
} from "../../server/platform/errors.ts";
import { problemResponse } from "../../server/platform/http/problem.ts";
import { locale, locales } from "../../web/src/i18n.ts";
import { t as titleWords } from "../../web/src/problem.messages.ts";
import { type Problem, problemFrom, receivedProblem } from "../../web/src/problem.ts";
import { fieldError } from "../../web/src/ui/form.ts";

afterEach(() => {
  locale.value = "en";
});

const faults = [
  because("empty"),
  because("too_long", { max: 4711 }),
  because("too_short", { min: 4711 }),
  because("below_minimum", { min: 4711 }),
  because("above_maximum", { max: 4711 }),
  because("not_one_of", { options: "on, off" }),
  because("not_a_number"),
  because("not_an_id"),
  because("unknown_member"),
];

const shown = { 4711: { en: "4,711", de: "4.711" }, "on, off": { en: "on, off", de: "on, off" } };

/** What the interface shows for the answer that the server sends for this refusal. */
async function received(error: AppError): Promise<Problem> {
  const response = problemResponse(error);
  return await receivedProblem(response.status, await response.text());
}

const refusalOf = (fault: Reason) => invalidField("settings.name", fault);

test.each(faults)("$code is worded in every language with its values", async (fault) => {
  for (const language of locales) {
    locale.value = language;
    const problem = await received(refusalOf(fault));
    const sentence = fieldError(problem, "settings.name") ?? "";

    expect(problem.detail, "above the form stands the same sentence").toBe(sentence);
    expect(sentence).toMatch(/^[A-ZÄÖÜ].*\.$/);
    expect(sentence).not.toMatch(/[{}]|settings/);
    for (const value of Object.values(fault.params ?? {})) {
      expect(sentence).toContain(shown[value as keyof typeof shown][language]);
    }
    if (language === "de") {
      expect(sentence).not.toContain(fault.text);
    }
  }
});

test("no German title is the English one", () => {
  for (const [code, { en, de }] of Object.entries(titleWords.catalogue)) {
    expect(de, code).not.toBe(en);
  }
});

test("the English title is the same for people and for API clients", async () => {
  const titles = Object.keys(titleWords.catalogue);
  // The following sentences are only in the interface.
  const english = titles.slice(0, titles.indexOf("internal") + 1) as ErrorCode[];
  expect(english.length).toBeGreaterThan(20);
  for (const code of english) {
    const { title } = (await problemResponse(
      new AppError(code, { text: "Why." }),
    ).json()) as Problem;
    expect(titleWords.catalogue[code].en).toBe(title);
  }
});

test("a German reads a German title", async () => {
  locale.value = "de";
  expect((await received(new AppError("in_use", { text: "May uses it." }))).title).toBe(
    "Wird noch verwendet",
  );
  expect(problemFrom(0, undefined).title).toBe("Der Server ist nicht erreichbar");
});

test("a code or a title that this interface does not know yet is shown in the server's words", () => {
  locale.value = "de";
  const problem = problemFrom(409, {
    code: "on_the_moon",
    title: "On the moon",
    detail: "name: must glow",
    fields: [{ field: "name", reason: "must glow", code: "dark", params: {} }],
  });
  expect(problem.title).toBe("On the moon");
  expect(problem.detail).toBe("Must glow");
  expect(fieldError(problem, "name")).toBe("Must glow.");
});
