import { expect, test } from "bun:test";
import { compileBody } from "../../../../server/delivery/render/body.ts";
import { compileCampaign } from "../../../../server/delivery/render/compile.ts";
import { buildContent } from "../../../../server/delivery/render/content.ts";
import { emptyContact, linkTarget } from "../../../../server/delivery/render/link-target.ts";
import { collectLinks } from "../../../../server/delivery/render/links.ts";
import { lintTemplate } from "../../../../server/delivery/render/lint.ts";
import { plainTextOf } from "../../../../server/delivery/render/plain-text.ts";
import { renderPreview, renderWebView } from "../../../../server/delivery/render/preview.ts";
import { readTrackingToken } from "../../../../server/delivery/tokens.ts";
import type { CampaignContent, ContactFields } from "../../../../server/delivery/types.ts";
import {
  campaignContent,
  contactFields,
  recipient,
  testTokenKeys,
} from "../../../support/campaign-content.ts";

const now = Date.UTC(2026, 10, 21, 7, 0, 0);

const source = (changes = {}) => {
  const { html: _html, text: _text, links: _links, ...rest } = campaignContent();
  return {
    ...rest,
    bodyKind: "html" as const,
    bodySource: "<p>Hi</p>",
    textSource: null,
    ...changes,
  };
};

test("MJML becomes HTML that keeps its Liquid, quotes and comparisons included", async () => {
  const liquid = '{{ contact.first_name | default: "you" }}{% if 1 < 2 %}!{% endif %}';
  const { html, problems } = await compileBody(
    "mjml",
    `<mjml><mj-body><mj-section><mj-column><mj-text>Hi ${liquid}</mj-text><mj-button href="https://a.example/?x={{ contact.email }}&y=1">Go</mj-button></mj-column></mj-section></mj-body></mjml>`,
  );

  expect(problems).toEqual([]);
  expect(html).toContain(liquid);
  expect(collectLinks(html)).toEqual(["https://a.example/?x={{ contact.email }}&y=1"]);
});

test("mistakes in MJML are reported with their line", async () => {
  const unknown = await compileBody(
    "mjml",
    '<mjml>\n<mj-body>\n<mj-section><mj-column>\n<mj-text colour="red">x</mj-text></mj-column></mj-section>\n</mj-body></mjml>',
  );
  expect(unknown.problems[0]).toMatchObject({ severity: "warning", line: 4 });
  expect(unknown.problems[0]?.message).toContain("colour");
  for (const broken of ["", "hello", "<p>not mjml</p>"]) {
    const { html, problems } = await compileBody("mjml", broken);
    expect(html).toBe("");
    expect(problems[0]).toMatchObject({ severity: "error", where: "html" });
  }
});

test("an MJML include reads no file", async () => {
  const { html } = await compileBody(
    "mjml",
    '<mjml><mj-body><mj-include path="/etc/passwd" /><mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section></mj-body></mjml>',
  );

  expect(html).not.toContain("root:");
});

test("scripts, frames, handlers and javascript: links are removed and reported", async () => {
  const { html, problems } = await compileBody(
    "html",
    '<p onclick="x()">a</p><script>alert(1)</script><iframe src="//x"></iframe><a href="java&Tab;script:x">b</a><a href="jAvascript:x">c</a>{% if a < b %}<b>{% endif %}',
  );

  expect(html).not.toMatch(/onclick|<script|<iframe|javascript|java&Tab;/i);
  expect(html).toContain("{% if a < b %}");
  expect(problems[0]?.message).toContain("<script>");
});

test("Outlook's conditional comments survive", async () => {
  const { html } = await compileBody("html", "<!--[if mso]><table><tr><td><![endif]--><p>x</p>");

  expect(html).toContain("<!--[if mso]><table><tr><td><![endif]-->");
});

test("each link is collected once, in order, without our own, mailto:, anchors and loop variables", () => {
  const html = `<body>
    <a href="https://b.example/?x=1&amp;y=2">1</a> <a href='https://a.example'>2</a>
    <a href="https://b.example/?x=1&amp;y=2">again</a> <a href="mailto:a@b.example">m</a>
    <a href="tel:+441234">t</a> <a href="#top">a</a> <a href="{{ unsubscribe_url }}">u</a>
    <a href="{{ contact.site }}">s</a> <a href="https://c.example/{{ contact.city | default: "x" }}">c</a>
    {% for p in products %}<a href="https://d.example/{{ p }}">d</a>{% endfor %}
    <a href="javascript:alert(1)">j</a> <area href="https://e.example/" alt="">
  </body>`;

  expect(collectLinks(html)).toEqual([
    "https://b.example/?x=1&y=2",
    "https://a.example",
    "{{ contact.site }}",
    'https://c.example/{{ contact.city | default: "x" }}',
    "https://e.example/",
  ]);
});

const target = (content: CampaignContent, linkNo: number, contact: ContactFields) =>
  linkTarget(content.links[linkNo - 1] ?? "", content, contact);

test("a click leads to the campaign's link, filled for the contact, and nowhere else", () => {
  const links = [
    "https://a.example/x?y=1",
    "https://shop.example/{{ contact.city }}?n={{ contact.first_name }}",
    "{{ contact.site }}",
    "https://{{ contact.site }}/",
  ];
  const content = campaignContent({ links });
  const to = (site: string, city = "Paris") =>
    contactFields({ first_name: "a&b=c", fields: { site, city } });

  expect(target(content, 1, to(""))).toBe("https://a.example/x?y=1");
  expect(target(content, 2, to(""))).toBe("https://shop.example/Paris?n=a%26b%3Dc");
  expect(target(content, 2, to("", "../../x@evil.example/"))).toStartWith(
    "https://shop.example/..%2F",
  );
  expect(target(content, 3, to("https://own.example/page"))).toBe("https://own.example/page");
  expect(target(content, 3, to("javascript:alert(1)"))).toBeUndefined();
  expect(target(content, 3, to("https://user:pw@own.example/"))).toBeUndefined();
  expect(target(content, 4, to("evil.example#"))).toBeUndefined();
});

test("a click on a link with non-ASCII letters leads to an address that is valid in a header", () => {
  const links = ["https://a.example/日本語?q=é b", "https://müller.example/{{ contact.city }}/ü"];
  const content = campaignContent({ links });
  const contact = contactFields({ fields: { city: "Köln" } });
  const targets = [target(content, 1, contact), target(content, 2, contact)];

  expect(targets).toEqual([
    "https://a.example/%E6%97%A5%E6%9C%AC%E8%AA%9E?q=%C3%A9%20b",
    "https://xn--mller-kva.example/K%C3%B6ln/%C3%BC",
  ]);
});

test("plain text keeps Liquid, writes links after their text and omits hidden parts", () => {
  const text = plainTextOf(
    '<body><div style="display:none">hidden</div><h1>News</h1><p>Hi {{ contact.first_name | default: "you" }}</p><a href="https://a.example/">Read</a><img src="x" alt="pic"></body>',
  );

  expect(text).toContain("News");
  expect(text).toContain('Hi {{ contact.first_name | default: "you" }}');
  expect(text).toContain("Read <https://a.example/>");
  expect(text).not.toContain("hidden");
});

test("content built for a launch can be compiled, with text, links and problems", async () => {
  const { content, problems } = await buildContent(
    source({
      bodySource: '<p>{{ contact.firstname }}</p><a href="https://a.example/">x</a>',
      subject: "{{ contact.first_name }",
    }),
    ["city"],
  );

  expect(content.links).toEqual(["https://a.example/"]);
  expect(content.text).toContain("{{ contact.firstname }}");
  expect(problems.map(({ severity, where }) => `${severity} ${where}`)).toEqual([
    "warning html",
    "error subject",
  ]);
});

test("problems of a body in inboxes are reported before sending", async () => {
  const warnings = async (bodySource: string) =>
    (await buildContent(source({ bodySource }))).problems.map(({ message }) => message).join(" ");

  expect(await warnings('<img src="https://a.example/x.png">')).toContain("no alternative text");
  expect(await warnings('<img src="/x.png" alt="x">')).toContain("will not show");
  expect(await warnings('<a href="/page">x</a>')).toContain("leads nowhere");
  expect(await warnings('<a href="http://localhost:3000/">x</a>')).toContain("your own network");
  expect(await warnings('<a href="https://bit.ly/abc">x</a>')).toContain("link shortener");
  expect(await warnings(`<p>${"x".repeat(110_000)}</p>`)).toContain("Gmail cuts off messages");
  const fine =
    '<img src="{{ contact.photo }}" alt=""><a href="#a">x</a><a href="{{ unsubscribe_url }}">u</a><a href="mailto:a@b.example">m</a><a href="https://a.example/{{ contact.city }}">c</a>';
  expect(await warnings(fine)).toBe("");
});

test("lint names the line and explains the mistake", () => {
  const said = (text: string, options?: Parameters<typeof lintTemplate>[1]) =>
    lintTemplate(text, options).map(({ line, message }) => `${line}: ${message}`);

  expect(said("a\n{% if contact.first_name %}\nb")).toEqual([
    "2: {% if contact.first_name %} is never closed.",
  ]);
  expect(said("\n\n{{ contact.email | shout }}")).toEqual(['3: There is no filter "shout".']);
  expect(said("{% include 'x' %}")).toEqual(['1: There is no tag "include".']);
  expect(said("a\n{{ contact.email")).toEqual(["2: {{ contact.email lacks its closing }}."]);
  expect(said("\n{{ __c1 }}")).toEqual(["2: Names that start with __ are reserved."]);
  expect(said("Hi\n{{ name }}")[0]).toStartWith('2: There is no value "name"');
  const options = { where: "html" as const, fieldKeys: ["city"] };
  expect(said("{{ contact.city }} {{ contact.email }}", options)).toEqual([]);
  expect(said("{{ contact.town }}", options)[0]).toContain('"contact.town" has no value');
  expect(said("{% for i in (1..3) %}{{ i }}{{ forloop.index }}{% endfor %}")).toEqual([]);
  expect(said(`<p>${"x".repeat(110_000)}</p>`)[0]).toContain("Gmail cuts off");
});

test("a preview shows one contact's message without tokens, and mistakes as problems", async () => {
  const content = campaignContent({ subject: "For {{ contact.first_name }}" });

  const preview = await renderPreview(content, contactFields(), now);
  expect(preview.subject).toBe("For Jane");
  expect(preview.html).toContain('href="https://shop.example/a?x=1&amp;y=2"');
  expect(preview.html).toContain("https://mail.acme.example/u/preview");
  expect(preview.html).not.toMatch(/\/[oc]\//);
  expect(preview.text).toContain("Hello Jane");

  const broken = await renderPreview(campaignContent({ html: "<b>{% if %}" }), emptyContact, now);
  expect(broken.problems[0]?.severity).toBe("error");
  const unnamed = await renderPreview(content, emptyContact, now);
  expect(unnamed.html).toContain("Hello ");
});

test("a web view has the recipient's own links and no pixel", async () => {
  const campaign = await compileCampaign(campaignContent(), { campaignId: 9, keys: testTokenKeys });
  const page = renderWebView(campaign, recipient(), now);
  const click = /\/c\/([\w-]+)/.exec(page.html)?.[1] ?? "";

  expect(page.subject).toBe("News for Jane");
  expect(page.html).not.toContain("/o/");
  expect(readTrackingToken(testTokenKeys, "click", click)).toMatchObject({ seq: 42, link: 1 });
  const anonymous = renderWebView(campaign, recipient({ seq: 0, contact: emptyContact }), now);
  expect(anonymous.html).not.toMatch(/\/[oc]\//);
});

test('"now" is the date of the message, so that a retry has the same text', async () => {
  const content = campaignContent({ html: '<body>{{ "now" | date: "%Y-%m-%d %H:%M" }}</body>' });
  const preview = await renderPreview(content, contactFields(), now);

  expect(preview.html).toContain("2026-11-21 07:00");
});
