import { afterEach, beforeAll, expect, test } from "bun:test";
import { AppError, faultyField, type Reason } from "../../server/platform/errors.ts";
import { problemResponse } from "../../server/platform/http/problem.ts";
import { type ReasonCode, reasonAreas } from "../../server/reasons/because.ts";
import { filled, type Words } from "../../server/reasons/sentence.ts";
import { locale, locales } from "../../web/src/i18n.ts";
import { fillMessage, type Params } from "../../web/src/icu.ts";
import { type Problem, problemFrom, receivedProblem } from "../../web/src/problem.ts";
import { loadRefusalWords } from "../../web/src/refusal.ts";
import { refusalWords } from "../../web/src/refusals/all.ts";
import type { RefusalWords } from "../../web/src/refusals/words.ts";
import { fieldError } from "../../web/src/ui/form.ts";

beforeAll(loadRefusalWords);
afterEach(() => {
  locale.value = "en";
});

const areas = Object.values(reasonAreas) as Record<string, Words>[];
const reasons = areas.flatMap((area) => Object.entries(area)) as [ReasonCode, Words][];
const words: Record<ReasonCode, RefusalWords> = refusalWords;

/** Reads which values of a sentence are used while `fill` fills it, with a number for each. */
function valuesOf(fill: (values: Params) => unknown): Params {
  const asked: Params = {};
  fill(
    new Proxy(asked, {
      get: (_, name) => {
        asked[String(name)] = 4711;
        return 4711;
      },
    }),
  );
  return asked;
}

/** The names of the values in a message and its hint. */
const placeholders = (...messages: (string | undefined)[]) =>
  Object.keys(
    valuesOf((values) => messages.map((one) => one && fillMessage(one, values, "de"))),
  ).sort();

/** What the interface shows for the answer that the server sends. */
async function received(error: AppError): Promise<Problem> {
  const response = problemResponse(error);
  return await receivedProblem(response.status, await response.text());
}

test("a code belongs to one area, and each is worded", () => {
  const codes = reasons.map(([code]) => code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(Object.keys(refusalWords).sort()).toEqual(codes.toSorted());
});

test.each(reasons)("%s is worded in every language with its values", (code, sentence) => {
  const values = valuesOf((asked) => filled(sentence, asked));
  const { text, hint } = filled(sentence, values);
  const { en, de, hint: worded } = words[code];

  // The API's text that follows a field's name is not a sentence of its own.
  expect(en ?? text, "needs an English sentence").not.toMatch(/^[a-z]/);
  expect(worded === undefined, "a hint has words where the server sends one").toBe(
    hint === undefined,
  );
  for (const said of [en, de]) {
    if (said !== undefined) {
      expect(said).toMatch(/^[A-ZÄÖÜ“„"{].*[.:?}]?$/);
      expect(said).not.toMatch(/\b(du|dein|deine|dir|dich)\b/i);
    }
  }
  expect(de).not.toBe(en ?? text);
  const names = Object.keys(values).sort();
  expect(placeholders(de, worded?.de)).toEqual(names);
  if (en !== undefined) {
    expect(placeholders(en, worded?.en ?? worded?.de)).toEqual(names);
  }
});

test.each(reasons)("%s arrives worded, at its field and above the form", async (code, sentence) => {
  const params = valuesOf((asked) => filled(sentence, asked));
  const { text, hint } = filled(sentence, params);
  const reason: Reason = { code, params, text, ...(hint === undefined ? {} : { hint }) };
  const field = faultyField("settings.name", reason);
  const atField = new AppError(
    "invalid_input",
    { text: `${field.field}: ${text}` },
    { fields: [field] },
  );
  for (const language of locales) {
    locale.value = language;
    const problem = await received(atField);
    const shown = fieldError(problem, "settings.name") ?? "";
    const whole = (await received(new AppError("conflict", reason))).detail;

    expect(shown.startsWith(problem.detail), `${shown} / ${problem.detail}`).toBe(true);
    expect(shown).toMatch(/^[A-ZÄÖÜ“„"0-9].*$/);
    expect(shown + whole).not.toMatch(/[{}]|settings\.|, (select|plural)/);
    if (language === "de") {
      // A text that is only passed on, such as a mistake in a template, is in both.
      const own = Object.values(params).includes(Number(text)) ? "never said" : text;
      expect(whole).not.toContain(own);
      expect(shown).not.toContain(own);
      expect(shown).not.toContain(hint ?? "never said");
    }
  }
});

test("a reason that this interface does not know yet is shown in the server's words", () => {
  locale.value = "de";
  const problem = problemFrom(409, {
    code: "conflict",
    detail: "It glows.",
    reason: { code: "toString", params: {} },
  });
  expect(problem.detail).toBe("It glows.");
});
