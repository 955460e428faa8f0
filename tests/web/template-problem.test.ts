import { afterEach, expect, test } from "bun:test";
import { checkHtml } from "../../server/delivery/render/content-checks.ts";
import { lintTemplate } from "../../server/delivery/render/lint.ts";
import { locale } from "../../web/src/i18n.ts";
import { templateProblem } from "../../web/src/template-problem.ts";

afterEach(() => {
  locale.value = "en";
});

const remarks = () => [
  ...lintTemplate("{{ contcat.x }} {{ campaign.color }} {{ contact.nope }}", {
    where: "html",
    fieldKeys: [],
  }),
  ...lintTemplate(`<p>${"x".repeat(120_000)}</p>`),
  ...checkHtml(
    `<img src="a.png"><a href="page">a</a><a href="http://localhost/">b</a><a href="https://bit.ly/x">c</a>${"y".repeat(120_000)}`,
  ),
];

test("each remark about a template is worded in the reader's language, with its values", () => {
  locale.value = "de";

  const said = remarks().map(templateProblem);

  expect(said).toEqual([
    expect.stringContaining("Den Wert „contcat.x“ gibt es nicht. Werte eines Kontakts"),
    expect.stringContaining("Den Wert „campaign.color“ gibt es nicht. Er bleibt leer."),
    expect.stringContaining("„contact.nope“ ist kein Feld Ihrer Kontakte."),
    expect.stringContaining("Der Quelltext hat 118 kB."),
    expect.stringContaining("Das Bild „a.png“ wird nicht angezeigt."),
    expect.stringContaining("Der Link „page“ führt nirgendwohin."),
    expect.stringContaining("Der Link „http://localhost/“ führt zu einer Adresse"),
    expect.stringContaining("Der Link „https://bit.ly/x“ führt über einen Link-Kürzer."),
    expect.stringContaining("Ein Bild hat keinen Alternativtext."),
    expect.stringContaining("Das HTML hat 118 kB."),
  ]);
});

test("a mistake of syntax, and a code from a newer server, keep the server's sentence", () => {
  locale.value = "de";
  const message = "tag {% if %} not closed";

  expect(templateProblem({ message, line: 3 })).toBe(`Zeile 3: ${message}`);
  expect(templateProblem({ message, code: "constructor" })).toBe(message);
});

test("the start of MJML is shown as it must be written", () => {
  expect(templateProblem({ message: "", code: "not_mjml" })).toBe(
    "This is not MJML. It must start with <mjml>.",
  );
});
