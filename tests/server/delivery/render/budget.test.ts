import { expect, setDefaultTimeout, test } from "bun:test";
import { Budget, OverBudget } from "../../../../server/delivery/render/budget.ts";
import { compileCampaign } from "../../../../server/delivery/render/compile.ts";
import { buildContent } from "../../../../server/delivery/render/content.ts";
import { linkTarget } from "../../../../server/delivery/render/link-target.ts";
import { collectLinks } from "../../../../server/delivery/render/links.ts";
import { renderSource, TemplateError } from "../../../../server/delivery/render/liquid-engine.ts";
import { renderMessage } from "../../../../server/delivery/render/message.ts";
import {
  buildAndTry,
  renderPreview,
  showContent,
} from "../../../../server/delivery/render/preview.ts";
import {
  campaignContent,
  contactFields,
  recipient,
  testTokenKeys,
} from "../../../support/campaign-content.ts";

setDefaultTimeout(60_000);

/**
 * Each of these once took seconds to minutes, or gigabytes. On an idle machine, each is now stopped well below one
 * second.
 */
const MAX_MS = 5_000;

const times = (n: number, text: string) => text.repeat(n);
const loop = (n: number, inside: string) => `{% for i in (1..${n}) %}${inside}{% endfor %}`;
const list = "{% assign r = (1..10000) %}";

const attacks: Record<string, string> = {
  "find_exp in a loop": loop(100, '{% assign y = (1..10000) | find_exp: "x", "x == 0" %}{{ y }}'),
  ...Object.fromEntries(
    ["where_exp", "reject_exp", "group_by_exp", "has_exp", "find_index_exp"].map((filter) => [
      `${filter} in a loop`,
      `${list}${loop(1_000, `{% assign y = r | ${filter}: "x", "x == 0" %}`)}`,
    ]),
  ),
  "an expression that goes through a range for each item":
    "{% assign y = (1..1000) | where_exp: 'x', '(1..1000) contains x' %}",
  "lists of a filter without an expression": `${list}${loop(10_000, "{% assign y = r | sum %}")}`,
  "a capture that doubles": `{% capture a %}xxxxxxxxxx{% endcapture %}${times(60, "{% capture a %}{{ a }}{{ a }}{% endcapture %}")}`,
  "an append that doubles": `{% assign s = "xxxxxxxxxx" %}${times(60, "{% assign s = s | append: s %}")}`,
  "a replace that grows": `{% assign s = "xxxxxxxxxx" %}${times(60, '{% assign s = s | replace: "x", "xxxxxxxx" %}')}`,
  "split and join": `{% assign s = "xxxxxxxxxx" %}${times(60, '{% assign s = s | split: "" | join: "xyzxyzxyz" %}')}`,
  "a list that doubles": `{% assign a = (1..10) %}${times(60, "{% assign a = a | concat: a %}")}`,
  "lists inside lists, compared": `{% assign a = "a" | split: "," %}{% assign b = a %}${times(40, "{% assign a = a | push: a | push: a %}{% assign b = b | push: b | push: b %}")}{% if a == b %}x{% endif %}`,
  "many branches of a case": loop(
    100_000,
    `{% case i %}${times(10_000, "{% when 0 %}")}{% endcase %}`,
  ),
  "many values of one branch": loop(
    100_000,
    `{% case i %}{% when ${times(50_000, "0,")}0 %}{% endcase %}`,
  ),
  "many branches of an if": loop(
    100_000,
    `{% if false %}${times(10_000, "{% elsif false %}")}{% endif %}`,
  ),
  "a long condition": loop(100_000, `{% if false${times(10_000, " or false")} %}{% endif %}`),
  "a long tag": loop(100_000, `{% cycle ${times(50_000, '"a",')}"b" %}`),
  "a range without end": loop(100_000_000, "x"),
  "a range where adding 1 changes nothing":
    "{% for i in (contact.huge..9007199254740994) %}x{% endfor %}",
  "a range to infinity": "{% assign z = 1 | divided_by: 0 %}{% for i in (1..z) %}x{% endfor %}",
  "loops in loops": loop(9_000, "{% for j in (1..9000) %}{{ j }}{% endfor %}"),
  "a piece of a list in a loop": `${list}${loop(10_000, "{% for j in r limit: 1 %}{% endfor %}")}`,
  "a condition on a list in a loop": `${list}${loop(10_000, '{% if r contains "x" %}{% endif %}')}`,
  "sorting in a loop": `${list}${loop(10_000, "{% assign q = r | reverse | sort %}")}`,
  "a date that is padded": '{{ "now" | date: "%999999999N" }}',
  "long text through filters": `{% capture s %}${loop(20_000, 'a b<&"')}{% endcapture %}${loop(1_000, "{% assign q = s | upcase | strip_html | url_encode | squish | slugify %}")}`,
  "tags nested deeply": `${times(20_000, "{% if true %}")}x${times(20_000, "{% endif %}")}`,
};

for (const [name, source] of Object.entries(attacks)) {
  test(`${name}: a clear error with its line, quickly`, () => {
    const scope = { contact: { huge: "9007199254740992" } };
    const start = performance.now();

    let error: unknown;
    try {
      renderSource(`\n${source}`, scope, "html");
    } catch (thrown) {
      error = thrown;
    }

    expect(error).toBeInstanceOf(TemplateError);
    expect((error as TemplateError).message).toMatch(/too much|too deeply|range must stay/);
    expect((error as TemplateError).line ?? 2).toBe(2);
    expect(performance.now() - start).toBeLessThan(MAX_MS);
  });
}

test("real templates stay within the budget", () => {
  const scope = {
    contact: { items: Array.from({ length: 500 }, (_, i) => `item ${i}`).join("|") },
  };
  const source =
    '{% assign items = contact.items | split: "|" %}{% for item in items %}<tr><td>{{ forloop.index }}</td><td>{{ item | capitalize | truncate: 40 }}</td></tr>{% endfor %}{{ items | where_exp: "x", "x contains \'9\'" | size }}';

  const html = renderSource(source, scope, "html");

  expect(html).toContain("<td>500</td><td>Item 499</td>");
  expect(html).toEndWith("95");
});

test("a template gets the same result however slow the clock was, up to the safety limit", () => {
  let now = 0;
  const budget = new Budget({ steps: 10_000, chars: 10 }, undefined, () => now);

  budget.step(5_000);
  now = 4_000;
  budget.step(5_000);
  expect(() => budget.step()).toThrow("too much work");

  const late = new Budget({ steps: 10_000, chars: 10 }, undefined, () => now);
  now = 20_000;
  expect(() => late.step(5_000)).toThrow("takes too long");
  expect(() => late.chars(11)).toThrow(OverBudget);
});

test("subject, text and HTML of one message share one budget", async () => {
  const half = "{% for i in (1..30000) %}{% if i %}x{% endif %}{% endfor %}";
  const render = async (parts: { html: string; text: string }) => {
    const campaign = await compileCampaign(campaignContent({ ...parts, links: [] }), {
      campaignId: 9,
      keys: testTokenKeys,
    });
    return renderMessage(campaign, recipient(), { date: 0 });
  };

  expect((await render({ html: half, text: "" })).bytes.length).toBeGreaterThan(30_000);
  await expect(render({ html: half, text: half })).rejects.toThrow("too much work");
});

test("the links of a body are found in linear time, not quadratic", () => {
  const body = (n: number) =>
    Array.from({ length: n }, (_, i) => `<a href="https://a.example/${i}">${i}</a>`).join("");
  const timeOf = (html: string) => {
    const start = performance.now();
    expect(collectLinks(html)).not.toBeEmpty();
    return performance.now() - start;
  };
  timeOf(body(2_000));
  const best = (n: number) => Math.min(...[1, 2, 3].map(() => timeOf(body(n))));

  // Sixteen times the links: 256 times the work if each were compared with all others.
  expect(best(32_000) / best(2_000)).toBeLessThan(100);
});

test("thousands of links with values cost an untracked recipient's message no more than its budget", async () => {
  const html = Array.from(
    { length: 8_000 },
    (_, i) => `<a href="https://a.example/${i}?n={{ contact.first_name }}">x</a>`,
  ).join("\n");
  const { html: _html, text: _text, links: _links, ...rest } = campaignContent();
  const built = await buildContent({
    ...rest,
    bodyKind: "html",
    bodySource: html,
    textSource: "x",
  });
  const campaign = await compileCampaign(built.content, { campaignId: 9, keys: testTokenKeys });
  const contact = contactFields({ tracking_off: true });
  renderMessage(campaign, recipient({ contact }), { date: 0 });

  const start = performance.now();
  const { bytes } = renderMessage(campaign, recipient({ contact }), { date: 0 });

  expect(performance.now() - start).toBeLessThan(2_000);
  expect(Buffer.from(bytes).toString("latin1")).toContain("https://a.example/7999?n=3DJane");
});

test("a link that exceeds the budget leads nowhere, at a click and in a message", async () => {
  const link =
    'https://a.example/{% assign y = (1..5000) | where_exp: "x", "x == 0" %}{{ contact.first_name }}';
  const content = campaignContent({ html: `<a href='${link}'>x</a>`, links: [link] });
  const start = performance.now();

  expect(linkTarget(link, content, contactFields())).toBeUndefined();
  expect(performance.now() - start).toBeLessThan(1_000);
});

test("a fault names its field and the line that the person wrote", async () => {
  const { html: _html, text: _text, links: _links, ...rest } = campaignContent();
  const show = (parts: { subject?: string; bodySource?: string; textSource?: string | null }) =>
    showContent(
      { ...rest, bodyKind: "html", bodySource: "<p>x</p>", textSource: null, ...parts },
      [],
      contactFields(),
      0,
    );
  const endless = attacks["a range without end"] ?? "";

  const [body, subject, text] = await Promise.all([
    show({ bodySource: `<p>one</p>\n\n\n<p>${endless}</p>` }),
    show({ subject: endless }),
    show({ textSource: `one\n${endless}` }),
  ]);

  expect(body.problems).toMatchObject([{ where: "html", line: 4, code: "too_much_text" }]);
  expect(subject.problems).toMatchObject([{ where: "subject", line: 1, code: "too_much_text" }]);
  expect(text.problems).toMatchObject([{ where: "text", line: 2, code: "too_much_text" }]);
});

test("a preview says which part went over the budget, and on which line", async () => {
  const content = campaignContent({
    html: `<p>fine</p>\n<p>${attacks["a range without end"]}</p>`,
    links: [],
  });

  const { problems } = await renderPreview(content, contactFields(), 0);

  expect(problems).toMatchObject([{ severity: "error", where: "html", code: "too_much_text" }]);
  expect(problems[0]?.message).toContain("4 million characters");
});

test("a launch finds out that no message fits the budget before the first one is sent", async () => {
  const { html: _html, text: _text, links: _links, ...rest } = campaignContent();
  const build = (subject: string) =>
    buildAndTry(
      { ...rest, subject, bodyKind: "html", bodySource: "<p>x</p>", textSource: null },
      [],
      0,
    );

  expect((await build("Hello {{ contact.first_name }}")).problems).toEqual([]);
  expect((await build(attacks["loops in loops"] ?? "")).problems).toMatchObject([
    { severity: "error", where: "subject", code: "too_much_work" },
  ]);
});
