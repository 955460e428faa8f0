import { expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import PostalMime from "postal-mime";
import { compileCampaign } from "../../../../server/delivery/render/compile.ts";
import { buildContent } from "../../../../server/delivery/render/content.ts";
import { renderSource, TemplateError } from "../../../../server/delivery/render/liquid-engine.ts";
import { renderMessage } from "../../../../server/delivery/render/message.ts";
import { renderPreview } from "../../../../server/delivery/render/preview.ts";
import type { CampaignContent, ContactFields } from "../../../../server/delivery/types.ts";
import {
  campaignContent,
  contactFields,
  recipient,
  testTokenKeys,
} from "../../../support/campaign-content.ts";
import { assertBulkMessage, fieldsOf } from "../../../support/message-checks.ts";

// Hundreds of runs each; the machine may be busy.
setDefaultTimeout(60_000);

const date = Date.UTC(2026, 10, 21, 7, 0, 0);

async function render(content: CampaignContent, contact: ContactFields) {
  const campaign = await compileCampaign(content, { campaignId: 9, keys: testTokenKeys });
  return renderMessage(campaign, recipient({ contact }), { date });
}

/** Text that people and attackers write: every plane of Unicode, line ends, controls, MIME and Liquid syntax. */
const hostileText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        "\r\n",
        "\r",
        "\n",
        "\0",
        "\r\nBcc: victim@example.org",
        "\n.\n",
        ".",
        "=41",
        "=\r\n",
        "=?UTF-8?Q?x?=",
        "<script>alert(1)</script>",
        '" onmouseover="x',
        "{{ contact.email }}",
        "{% if x %}",
        "  ",
        "\t",
        "From ",
        "é",
        "👩‍👩‍👧‍👦",
        "ا".repeat(90),
        "x".repeat(300),
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join("")),
);

const contacts = fc.record({
  first_name: hostileText,
  last_name: hostileText,
  language: hostileText,
  fields: fc.record({ city: hostileText, score: fc.double(), vip: fc.boolean() }),
});

/** How any text is normalized: line ends as LF, no control characters, well-formed. */
const normal = (text: string) =>
  text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(/[^\P{Cc}\t\n]/gu, "")
    .trim();

// Liquid alone would join a value's CR and the template's LF to one line end; we keep two.
const ends = (text: string) => text.replace(/\r\n?/g, "\n");

const scopeFor = (content: CampaignContent, contact: ContactFields) => ({
  contact: {
    ...contact.fields,
    ...contact,
    fields: undefined,
  },
  workspace: { name: content.workspace.name, postal_address: content.workspace.postalAddress },
  campaign: { name: content.name, subject: "" },
});

const plainPieces = [
  "{{ contact.first_name }}",
  "{{contact.last_name}}",
  "{{- contact.city -}}",
  "{{ contact.city | default: 'somewhere' }}",
  '{{ contact.missing | default: "a & b" }}',
  "{{ contact.vip }}",
  "{{ contact.vip | default: 'no' }}",
  "{{ contact.score }}",
  "{{ workspace.name }}",
  "{{ campaign.name }}",
  "{{ contact.first_name | escape }}",
];
const liquidPieces = [
  "{% if contact.vip %}Hello {{ contact.first_name }}{% else %}Dear {{ contact.last_name }}{% endif %}",
  "{% assign greeting = contact.city | upcase %}{{ greeting }}",
  "{% for n in (1..3) %}{{ n }} {{ contact.first_name }} {% endfor %}",
  "{{ contact.first_name | upcase | truncate: 12 }}",
  "{% capture contact %}shadow{% endcapture %}{{ contact.first_name }}",
  "{% comment %} {{ contact.first_name }} {% endcomment %}",
  "{% raw %}{{ not liquid }}{% endraw %}",
  "{%- unless contact.vip -%} x {%- endunless -%}",
  "{{ contact.first_name.size }}",
  "{% cycle 'a', 'b' %}{% cycle 'a', 'b' %}",
];
const staticPieces = [
  "<p>text</p>\n",
  ".leading dot\n.\n..\n",
  "\nFrom here\n",
  "two  blanks \t and tabs \n",
  "= =3D é 🎉 ",
  "y".repeat(200),
  "ü".repeat(80),
];

const bodies = (pieces: string[]) =>
  fc.array(fc.constantFrom(...pieces, ...staticPieces), { minLength: 1, maxLength: 12 });

async function agrees(body: string, values: ContactFields) {
  const contact = {
    ...values,
    first_name: ends(values.first_name),
    last_name: ends(values.last_name),
    fields: { ...values.fields, city: ends(String(values.fields["city"])) },
  };
  const content = campaignContent({
    html: `<html><body>${body}{{ unsubscribe_url }}</body></html>`,
    text: `${body}\n{{ unsubscribe_url }}`,
    trackOpens: false,
    workspace: { ...campaignContent().workspace, postalAddress: "" },
  });
  const scope = scopeFor(content, contact);
  const message = await render(content, contact);
  const email = await PostalMime.parse(message.bytes);
  const unsubscribe = /https:\/\/mail\.acme\.example\/u\/[\w-]+/.exec(email.text ?? "")?.[0];

  const whole = { ...scope, unsubscribe_url: unsubscribe };
  expect(normal(email.html ?? "")).toBe(normal(renderSource(content.html, whole, "html")));
  expect(normal(email.text ?? "")).toBe(normal(renderSource(content.text, whole, "text")));
  await assertWire(message.bytes);
}

async function assertWire(bytes: Uint8Array): Promise<void> {
  const wire = Buffer.from(bytes).toString("latin1");
  const body = wire.slice(wire.indexOf("\r\n\r\n") + 4);
  for (const line of body.split("\r\n")) {
    expect(line).toMatch(/^(?!\.|From )[\t\x20-\x7e]{0,76}$/);
    // The body must be its own DKIM relaxed form.
    expect(line).not.toMatch(/[ \t]$|[ \t]{2}/);
  }
}

test("a body with plain values arrives exactly as Liquid alone renders it", async () => {
  await fc.assert(
    fc.asyncProperty(bodies(plainPieces), contacts, async (pieces, values) => {
      await agrees(pieces.join(""), contactFields(values));
    }),
    { numRuns: 150 },
  );
});

test("a body with conditions, loops and filters arrives exactly as Liquid alone renders it", async () => {
  await fc.assert(
    fc.asyncProperty(
      bodies([...plainPieces, ...liquidPieces]),
      contacts,
      async (pieces, values) => {
        await agrees(pieces.join(""), contactFields(values));
      },
    ),
    { numRuns: 150 },
  );
});

test("every kind of line end in a value arrives as CRLF, and control characters are removed", async () => {
  const contact = contactFields({ first_name: "a\rb\nc\r\nd\0\x07e\x7f" });
  const message = await render(campaignContent({ text: "[{{ contact.first_name }}]" }), contact);

  const wire = Buffer.from(message.bytes).toString("latin1");
  expect(wire).toContain("a\r\nb\r\nc\r\nde=\r\n]");
});

function tagsAndAttributes(html: string): string[] {
  const found: string[] = [];
  new HTMLRewriter()
    .on("body *", {
      element(element) {
        found.push(
          [element.tagName, ...Array.from(element.attributes, ([name]) => name)].join(" "),
        );
      },
    })
    .transform(html);
  return found;
}

test("no value of a contact or campaign can add a header, a part or a tag", async () => {
  await fc.assert(
    fc.asyncProperty(contacts, hostileText, hostileText, async (values, name, subject) => {
      const literal = (text: string) => text.replace(/[{}]/g, "").replaceAll("%", "");
      const content = campaignContent({
        fromName: name,
        subject: `${literal(subject)} {{ contact.first_name }}{{ contact.city }}`,
        preheader: literal(subject),
        workspace: { ...campaignContent().workspace, name: literal(name), postalAddress: subject },
        name,
        html: '<body><p title="{{ contact.first_name }}">{{ contact.city }}</p><a href="https://shop.example/?q={{ contact.city }}">x</a></body>',
      });
      const message = await render(content, contactFields({ ...values, tracking_off: true }));

      const head = Buffer.from(message.bytes).toString("latin1").split("\r\n\r\n")[0] ?? "";
      expect(fieldsOf(head).map((field) => field.name)).toEqual([
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "list-id",
        "feedback-id",
        "mime-version",
        "content-type",
      ]);
      expect(Math.max(...head.split("\r\n").map((line) => line.length))).toBeLessThan(125);
      const email = await PostalMime.parse(message.bytes);
      expect(email.from?.address).toBe("news@acme.example");
      expect(email.to).toHaveLength(1);
      expect(email.attachments).toHaveLength(0);
      expect(tagsAndAttributes(email.html ?? "")).toEqual([
        ...(/\S/.test(literal(subject)) ? ["div style"] : []),
        "p title",
        "a href",
        "div style",
        "br",
        "a href style",
        ...(/\S/.test(subject) ? ["br", "span style"] : []),
      ]);
      const wanted = `${literal(subject)} ${values.first_name}${values.fields.city}`;
      expect(email.subject ?? "").toBe(
        wanted
          .toWellFormed()
          .replace(/[\s\p{Cc}]+/gu, " ")
          .trim(),
      );
    }),
    { numRuns: 200 },
  );
});

test("a sender, reply or recipient address that could break out of its field is refused", async () => {
  const hostile = [
    "a@b.example\r\nBcc: c@d.example",
    "a@b.example>",
    "a@b.example, c@d.example",
    "a b@c.example",
    "\0@b.example",
    "@b.example",
    "a@",
    "",
  ];
  for (const address of hostile) {
    const options = { campaignId: 9, keys: testTokenKeys };
    await expect(compileCampaign(campaignContent({ fromEmail: address }), options)).rejects.toThrow(
      "cannot be used in a header",
    );
    if (address !== "") {
      await expect(compileCampaign(campaignContent({ replyTo: address }), options)).rejects.toThrow(
        "cannot be used in a header",
      );
    }
    const campaign = await compileCampaign(campaignContent(), options);
    expect(() => renderMessage(campaign, recipient({ address }), { date })).toThrow(TemplateError);
  }
});

test("hostile domains and public URLs are refused", async () => {
  const options = { campaignId: 9, keys: testTokenKeys };
  for (const changes of [
    { domain: "a.example\r\nX: y" },
    { bounceDomain: "b.example>" },
    { publicUrl: "https://x.example/\r\nX: y" },
    { publicUrl: "javascript:alert(1)" },
  ]) {
    await expect(compileCampaign(campaignContent(changes), options)).rejects.toThrow();
  }
});

test("templates can reach no file, prototype, unescaped output or reserved name", async () => {
  const scope = { contact: contactFields({ first_name: "<b>" }) };
  for (const source of [
    '{% render "package.json" %}',
    '{% include "package.json" %}',
    '{% layout "package.json" %}',
    "{% block x %}{% endblock %}",
    "{{ contact.first_name | raw }}",
  ]) {
    expect(() => renderSource(source, scope, "html")).toThrow(TemplateError);
  }
  for (const path of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    expect(renderSource(`{{ contact.${path} }}`, scope, "html")).toBe("");
  }
  for (const html of ["{{ contact.first_name | __raw }}", "{{ __c1 }}", "{% assign __now = 1 %}"]) {
    await expect(
      compileCampaign(campaignContent({ html }), { campaignId: 9, keys: testTokenKeys }),
    ).rejects.toThrow("reserved");
  }
});

test("a template that loops or grows without end is stopped", () => {
  const endless = [
    "{% for i in (1..100000000) %}x{% endfor %}",
    "{% for i in (1..9000) %}{% for j in (1..9000) %}{{ j }}{% endfor %}{% endfor %}",
    `{% assign s = "xxxxxxxxxx" %}${"{% assign s = s | append: s %}".repeat(40)}{{ s }}`,
  ];
  for (const source of endless) {
    const start = performance.now();

    expect(() => renderSource(source, {}, "html")).toThrow(/too long|too much/);
    expect(performance.now() - start).toBeLessThan(5_000);
  }
});

test("long hostile sources are read in time linear in their length", async () => {
  const size = 300_000;
  const repeated = (text: string) => text.repeat(Math.ceil(size / text.length));
  const sources = [
    repeated("{{"),
    repeated("{%"),
    repeated("{{ {% "),
    repeated("{{x}} {%"),
    repeated("<"),
    repeated("<a href="),
    `<p>${repeated(" ")}x`,
    repeated(" \t\r"),
    repeated("\n "),
    `{{ contact.first_name ${repeated(" ")} ! }}`,
    `{{ contact.first_name | default: "${repeated("a")}" }}`,
    `<a href="https://a.example/${repeated("{{")}">x</a>`,
    repeated("<!--"),
    repeated("&amp"),
    repeated("lq0z "),
    repeated("<div>"),
    repeated("{{ contact.first_name }} "),
    repeated("{% if contact.city %}x{% endif %}"),
    `<a href="https://a.example/${repeated("{{ contact.city }}/")}">x</a>`,
  ];
  for (const bodySource of sources) {
    const { html: _html, text: _text, links: _links, ...rest } = campaignContent();
    const start = performance.now();
    const source = { ...rest, subject: bodySource, bodyKind: "html" as const, bodySource };
    const { content } = await buildContent({ ...source, textSource: null }, ["city"]);
    await renderPreview(content, contactFields(), date);

    expect([bodySource.slice(0, 12), performance.now() - start < 5_000]).toEqual([
      bodySource.slice(0, 12),
      true,
    ]);
  }
});

test("the limit of a template does not depend on how busy the machine is", () => {
  const scope = {
    get slow() {
      Bun.sleepSync(80);
      return "done";
    },
  };

  expect(renderSource("{{ slow }}{% if true %}!{% endif %}", scope, "html")).toBe("done!");
});

test("a body with every tracked kind of link passes the bulk checks for hostile contacts", async () => {
  const html =
    '<body>{{ contact.city }}<a href="https://a.example/?x={{ contact.city }}&amp;y=1">a</a><a href="{{ contact.city }}">b</a><a href="{{ unsubscribe_url }}">u</a></body>';
  await fc.assert(
    fc.asyncProperty(contacts, async (values) => {
      fc.pre(!/\{\{|\{%/.test(values.first_name + values.fields.city));
      const message = await render(campaignContent({ html }), contactFields(values));

      await assertBulkMessage(message.bytes, {
        envelopeTo: "jane@example.org",
        domain: "acme.example",
      });
    }),
    { numRuns: 60 },
  );
});
