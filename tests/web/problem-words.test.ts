import { afterEach, expect, test } from "bun:test";
import { AppError, type ErrorCode, faultyField } from "../../server/platform/errors.ts";
import type { FieldFault, FieldFaultCode } from "../../server/platform/field-faults.ts";
import { problemResponse } from "../../server/platform/http/problem.ts";
import { t as faultWords } from "../../web/src/field-fault.messages.ts";
import { locale, locales } from "../../web/src/i18n.ts";
import { t as titleWords } from "../../web/src/problem.messages.ts";
import { type Problem, problemFrom } from "../../web/src/problem.ts";
import { fieldError } from "../../web/src/ui/form.ts";

afterEach(() => {
  locale.value = "en";
});

/** One of each code; the compiler reports a missing one. Values that no sentence has by chance. */
const faults: { [C in FieldFaultCode]: Extract<FieldFault, { code: C }> } = {
  empty: { code: "empty" },
  too_long: { code: "too_long", params: { max: 4711 } },
  too_short: { code: "too_short", params: { min: 4711 } },
  below_minimum: { code: "below_minimum", params: { min: 4711 } },
  above_maximum: { code: "above_maximum", params: { max: 4711 } },
  not_one_of: { code: "not_one_of", params: { options: "on, off" } },
  not_a_number: { code: "not_a_number" },
  not_an_id: { code: "not_an_id" },
  unknown_parameter: { code: "unknown_parameter" },
  unknown_member: { code: "unknown_member" },
};

const shown = { 4711: { en: "4,711", de: "4.711" }, "on, off": { en: "on, off", de: "on, off" } };

/** What the interface makes of the answer that the server sends for this refusal. */
async function received(error: AppError): Promise<Problem> {
  const response = problemResponse(error);
  return problemFrom(response.status, await response.text());
}

const refusalOf = (fault: FieldFault) => {
  const field = faultyField("settings.name", fault);
  return new AppError("invalid_input", `${field.field}: ${field.reason}`, { fields: [field] });
};

test.each(Object.values(faults))(
  "$code is worded in every language with its values",
  async (fault) => {
    for (const language of locales) {
      locale.value = language;
      const problem = await received(refusalOf(fault));
      const sentence = fieldError(problem, "settings.name") ?? "";

      expect(problem.detail, "above the form stands the same sentence").toBe(sentence);
      expect(sentence).toMatch(/^[A-ZÄÖÜ].*\.$/);
      expect(sentence).not.toMatch(/[{}]|settings/);
      for (const value of Object.values("params" in fault ? fault.params : {})) {
        expect(sentence).toContain(shown[value as keyof typeof shown][language]);
      }
      if (language === "de") {
        expect(sentence).not.toContain(faultyField("", fault).reason);
      }
    }
  },
);

test("the two catalogues have every code, and no German sentence is the English one", () => {
  expect(Object.keys(faultWords.catalogue).sort()).toEqual(Object.keys(faults).sort());
  for (const [code, { en, de }] of Object.entries({
    ...faultWords.catalogue,
    ...titleWords.catalogue,
  })) {
    expect(de, code).not.toBe(en);
  }
});

test("the English title is the same for people and for API clients", async () => {
  const english = Object.keys(titleWords.catalogue).slice(0, 22) as ErrorCode[];
  expect(english.at(-1)).toBe("internal");
  for (const code of english) {
    const { title } = (await problemResponse(new AppError(code, "Why.")).json()) as Problem;
    expect(titleWords.catalogue[code].en).toBe(title);
  }
});

test("a German reads a German title", async () => {
  locale.value = "de";
  expect((await received(new AppError("in_use", "May uses it."))).title).toBe(
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
