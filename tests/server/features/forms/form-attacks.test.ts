import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import PostalMime from "postal-mime";
import { loadTokenKeys } from "../../../../server/delivery/index.ts";
import { compileCampaign } from "../../../../server/delivery/render/compile.ts";
import { renderMessage } from "../../../../server/delivery/render/message.ts";
import { originsOf, readOrigins } from "../../../../server/features/forms/forms.rules.ts";
import { loadKeyRing } from "../../../../server/platform/secrets.ts";
import { FormFixture, type MadeForm } from "./form-fixture.ts";

const HOSTILE = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "' onfocus='alert(1)",
  "</style><script>alert(1)</script>",
  "</textarea><svg onload=alert(1)>",
  "{{ 7 | times: 6 }}{% assign x = 1 %}",
  "\r\nBcc: victim@example.org\r\n\r\nBody",
  "\u2028Bcc: victim@example.org",
  "=HYPERLINK(1)",
  "javascript:alert(1)",
];
/** Text of any kind, with the known attacks among it. */
const hostile = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc
    .tuple(fc.constantFrom(...HOSTILE), fc.string({ maxLength: 20 }))
    .map((parts) => parts.join("")),
);
const RUNS = { numRuns: 40 };

let fixture: FormFixture;
beforeAll(() => {
  fixture = new FormFixture();
});
afterAll(() => fixture.close());

/** Any change of a form that the API allows; its wording is not checked. */
async function change(form: MadeForm, settings: object) {
  return await fixture.call("PATCH", `/forms/${form.id}`, { settings });
}

/** Everything in a page that could run code, and everything that appears where it could. */
function activeParts(html: string): string[] {
  const found: string[] = [];
  new HTMLRewriter()
    .on("*", {
      element(element) {
        const isOurScript =
          element.tagName === "script" && element.getAttribute("src") === "/f/form.js";
        if (
          /^(script|iframe|object|embed|svg|base|link|img)$/.test(element.tagName) &&
          !isOurScript
        ) {
          found.push(`<${element.tagName}>`);
        }
        for (const [name, value] of element.attributes) {
          if (
            name.startsWith("on") ||
            name === "style" ||
            (name !== "value" && /^\s*javascript:/i.test(value))
          ) {
            found.push(`${element.tagName}[${name}]`);
          }
        }
      },
    })
    .transform(html);
  return found;
}

describe("nothing that is typed becomes markup", () => {
  test("what the owner writes into a form is text on its page", async () => {
    const form = await fixture.newForm();
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const value = text.slice(0, 60);
        const settings = { title: value, intro: value, button: value, consentText: value };
        expect((await change(form, { ...settings, submittedText: value })).status).toBe(200);
        fixture.now += 60_000;
        const page = await (await fixture.visit(form.path)).text();
        const done = await (await fixture.post(form.path, { email: "a@example.org" })).text();
        const { snippet } = (await fixture.call("GET", `/forms/${form.id}`)).body;

        expect(activeParts(page)).toEqual([]);
        expect(activeParts(done)).toEqual([]);
        expect(
          activeParts(
            snippet.replace(
              /<script src="https:\/\/mail\.example\.net\/f\/form\.js" defer><\/script>$/,
              "",
            ),
          ),
        ).toEqual([]);
      }),
      RUNS,
    );
  });

  test("what a visitor sends, or has in the address, is returned as text", async () => {
    const form = await fixture.newForm({ fields: [{ key: "first_name", required: true }] });
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (one, two) => {
        fixture.now += 60_000;
        const again = await fixture.post(form.path, {
          email: one,
          first_name: two,
          list: one,
          [one]: two,
        });
        const query = new URLSearchParams({ email: one, first_name: two, _c: one, title: two });
        const filled = await fixture.visit(`${form.path}?${query}`);

        expect(activeParts(await again.text())).toEqual([]);
        expect(activeParts(await filled.text())).toEqual([]);
      }),
      RUNS,
    );
  });

  test("only fields shown by the form are filled in from the address", async () => {
    const form = await fixture.newForm({ fields: [{ key: "first_name", required: false }] });
    const query = "email=a%40b.test&first_name=Ann&last_name=Secret&_v=77&website_url=x&_c=forged";
    const page = await (await fixture.visit(`${form.path}?${query}`)).text();

    expect(page).toContain('value="a@b.test"');
    expect(page).toContain('value="Ann"');
    for (const text of ["Secret", 'value="77"', 'value="x"', "forged"]) {
      expect(page).not.toContain(text);
    }
  });

  test("a page runs only our script, and only the owner's pages can frame it", async () => {
    const plain = await fixture.newForm();
    const framed = await fixture.newForm({ origins: ["https://shop.example/contact?x=1"] });
    const policyOf = async (form: MadeForm) =>
      (await fixture.visit(form.path)).headers.get("content-security-policy") ?? "";

    expect(await policyOf(plain)).toContain("frame-ancestors 'none'");
    expect(await policyOf(plain)).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(await policyOf(framed)).toContain("frame-ancestors https://shop.example");
  });
});

test("nothing from a sign-up or the owner's texts becomes a header, an address or markup in the mail", async () => {
  const form = await fixture.newForm({ fields: [{ key: "first_name", required: false }] });
  const keys = loadTokenKeys(loadKeyRing(fixture.app.dataDir));
  await fc.assert(
    fc.asyncProperty(hostile, hostile, async (name, text) => {
      const owner = `${text.replace(/[{}%]/g, "")} {{ contact.first_name }}`.slice(0, 150);
      await change(form, { confirmSubject: owner, confirmBody: owner });
      fixture.now += 2 * 86_400_000;
      await fixture.work();
      const before = fixture.sent.length;
      await fixture.post(form.path, { email: "anna@example.org", first_name: name.slice(0, 150) });
      await fixture.work();
      const message = fixture.sent[before];
      fc.pre(message !== undefined);
      const compiled = await compileCampaign(message.content, { campaignId: 0, keys });
      const { contact, to: address } = message;
      const recipient = { seq: 0, contactId: 0, address, attempts: 0, contact };
      const rendered = renderMessage(compiled, recipient, { date: fixture.now });
      const email = await PostalMime.parse(rendered.bytes);

      expect(email.headers.map(({ key }) => key).sort()).toEqual([
        "auto-submitted",
        "content-type",
        "date",
        "from",
        "message-id",
        "mime-version",
        "subject",
        "to",
      ]);
      expect(email.to).toEqual([{ name: "", address: "anna@example.org" }]);
      expect(rendered.envelopeTo).toBe("anna@example.org");
      const active = activeParts(email.html ?? "").filter((part) => !part.endsWith("[style]"));
      expect(active).toEqual([]);
      const ends = [...(email.html ?? "").matchAll(/href="([^"]*)"/g)].map(([, url = ""]) => url);
      expect(ends.every((url) => url.startsWith("https://mail.example.net/f/confirm/"))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

describe("where a form leads", () => {
  test("is what its owner set, whatever the request says", async () => {
    const submittedUrl = "https://shop.example/thanks?a=1";
    const form = await fixture.newForm({ submittedUrl, confirmedUrl: "https://shop.example/done" });
    fixture.now += 60_000;
    const evil = "https://evil.test/";
    const query = `?redirect=${evil}&url=${evil}&next=//evil.test&submittedUrl=${evil}`;
    const answer = await fixture.post(`${form.path}${query}`, {
      email: "r@example.org",
      redirect: evil,
      submittedUrl: evil,
      confirmedUrl: evil,
      next: "//evil.test",
    });
    await fixture.work();
    const link = fixture.linkIn(fixture.sent.at(-1));

    expect([answer.status, answer.headers.get("location")]).toEqual([303, submittedUrl]);
    const confirmed = await fixture.post(`${link}${query}`, { next: evil });
    expect(confirmed.headers.get("location")).toBe("https://shop.example/done");
  });

  test("can only be a web address", async () => {
    const form = await fixture.newForm();
    for (const url of [
      "javascript:alert(1)",
      "data:text/html,x",
      "//evil.test",
      "/relative",
      "https://user:pass@evil.test/",
      "https://",
      "ftp://a.test/",
    ]) {
      expect((await change(form, { submittedUrl: url })).status).toBe(422);
      expect((await change(form, { confirmedUrl: url })).status).toBe(422);
    }
  });

  test("a line break in it is no header", async () => {
    const { status, body } = await change(await fixture.newForm(), {
      submittedUrl: "https://a.test/\r\nset-cookie: x=1",
    });
    expect(status === 422 || !/[\r\n]/.test(body.settings.submittedUrl)).toBe(true);
  });

  test("styling accepts only colours", async () => {
    const form = await fixture.newForm();
    for (const accent of [
      "red;}body{display:none",
      "url(https://evil.test)",
      "#12345",
      "#1234567",
    ]) {
      expect(
        (await change(form, { style: { accent, background: "", text: "", radius: 6 } })).status,
      ).toBe(422);
    }
    const style = { accent: "#FFFF00", background: "#101010", text: "#eeeeee", radius: 12 };
    await change(form, { style });
    const page = await (await fixture.visit(form.path)).text();
    expect(page).toContain("--accent:#ffff00;--on-accent:#000000");
  });
});

describe("other origins", () => {
  test("an origin can add nothing to the page's content security policy", async () => {
    const tricks = [
      "https://a.example;script-src * 'unsafe-inline'",
      "https://a;b.example",
      "https://a,b.example",
      "https://*.example",
    ];
    for (const origin of tricks) {
      expect(() => readOrigins([origin])).toThrow("is not an origin");
    }
    expect(originsOf("https://a;script-src.example/thanks", "https://b.example/x")).toEqual([
      "https://b.example",
    ]);
    expect(readOrigins(["https://münchen.example", "http://localhost:8080/x"])).toEqual([
      "https://xn--mnchen-3ya.example",
      "http://localhost:8080",
    ]);
  });

  test("read an answer only when the form names them, and submit only then or when it names none", async () => {
    const open = await fixture.newForm();
    const bound = await fixture.newForm({ origins: ["https://shop.example"] });
    const send = async (form: MadeForm, origin: string | undefined) => {
      fixture.now += 60_000;
      const headers = { accept: "application/json", ...(origin === undefined ? {} : { origin }) };
      const answer = await fixture.post(form.path, { email: "o@example.org" }, headers);
      return [answer.status, answer.headers.get("access-control-allow-origin")];
    };

    expect(await send(open, "https://evil.test")).toEqual([200, null]);
    expect(await send(bound, "https://shop.example")).toEqual([200, "https://shop.example"]);
    expect(await send(bound, "https://evil.test")).toEqual([403, null]);
    expect(await send(bound, "https://shop.example.evil.test")).toEqual([403, null]);
    expect(await send(bound, "https://mail.example.net")).toEqual([200, null]);
    const challenge = await fixture.visit(`${bound.path}/challenge`, {
      headers: { origin: "https://evil.test" },
    });
    expect(challenge.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("cannot press the confirmation button, and no page sets a cookie", async () => {
    const form = await fixture.newForm();
    fixture.now += 60_000;
    const answer = await fixture.post(form.path, { email: "csrf@example.org" });
    await fixture.work();
    const link = fixture.linkIn(fixture.sent.at(-1));
    const foreign = await fixture.post(link, {}, { origin: "https://evil.test" });

    expect(foreign.status).toBe(404);
    expect(fixture.contacts().some(({ address }) => address === "csrf@example.org")).toBe(false);
    expect((await fixture.post(link, {}, { origin: "https://mail.example.net" })).status).toBe(200);
    for (const response of [answer, foreign, await fixture.visit(form.path)]) {
      expect(response.headers.get("set-cookie")).toBeNull();
    }
  });
});

test("a body above 32 kB is refused without being read to the end", async () => {
  const form = await fixture.newForm();
  const answer = await fixture.post(form.path, { email: "a@example.org", x: "y".repeat(40_000) });
  let pulled = 0;
  const endless = new ReadableStream({
    pull(controller) {
      pulled += 1;
      controller.enqueue(new TextEncoder().encode("a=".padEnd(16_384, "b")));
    },
  });
  const drip = await fixture.visit(form.path, { method: "POST", body: endless });

  expect([answer.status, drip.status]).toEqual([413, 413]);
  expect(pulled).toBeLessThan(20);
});

test("a form's token opens no form of another workspace, and an invented token opens none", async () => {
  const form = await fixture.newForm();
  const token = form.path.slice(3);
  for (let at = 0; at < token.length; at++) {
    const changed = `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
    expect((await fixture.visit(`/f/${changed}`)).status).toBe(404);
  }
  await fixture.call("PATCH", `/forms/${form.id}`, { enabled: false });
  expect((await fixture.visit(form.path)).status).toBe(404);
  expect((await fixture.post(form.path, { email: "a@example.org" })).status).toBe(404);
});

test("a form signs up only to public lists, and lists that stop being public are dropped", async () => {
  const secret = await fixture.newList("VIP", { isPublic: false });
  const open = await fixture.newList("Open");
  const refused = await fixture.call("POST", "/forms", {
    name: "X",
    settings: { listIds: [secret] },
  });
  expect(refused.status).toBe(422);
  const form = await fixture.newForm({ listIds: [open], chooseLists: true });
  await fixture.call("PATCH", `/lists/${open}`, { isPublic: false });
  expect(await (await fixture.visit(form.path)).text()).not.toContain("Open");
});
