import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { addTenant, type Tenant } from "../support/second-tenant.ts";
import { startWholeServer, type WholeServer } from "../support/whole-server.ts";

setDefaultTimeout(300_000);

// One client's templates while another client uses its pages, on a whole server. Each of these used to freeze it for
// seconds to minutes, or took gigabytes.

/** A page of another tenant takes a few ms; a machine shared with other tests needs some tolerance. */
const MAX_PAGE_MS = 1_500;
/** A render that reaches its time limit is ended; a busy machine and a starting thread take extra time. */
const MAX_ANSWER_MS = 40_000;

const times = (n: number, text: string) => text.repeat(n);
const styles = Array.from({ length: 6_000 }, (_, i) => `.c${i} div > p { color: red }`).join("");

type Attack = { kind: "html" | "mjml"; source: string; says?: RegExp };
const attacks: Record<string, Attack> = {
  "an expression for each item of a range, in a loop": {
    kind: "html",
    source: `{% for i in (1..100) %}{% assign y = (1..10000) | find_exp: "x", "x == 0" %}{% endfor %}`,
    says: /too much work/,
  },
  "captures that double": {
    kind: "html",
    source: `{% capture a %}xxxxxxxxxx{% endcapture %}${times(60, "{% capture a %}{{ a }}{{ a }}{% endcapture %}")}`,
    says: /too much/,
  },
  "a range that never ends": {
    kind: "html",
    source: "{% for i in (9007199254740992..9007199254740994) %}x{% endfor %}",
    says: /range must stay/,
  },
  "15,000 links": {
    kind: "html",
    source: Array.from({ length: 15_000 }, (_, i) => `<a href="https://a.example/${i}">x</a>`).join(
      "",
    ),
  },
  "a legal template of a megabyte": {
    kind: "html",
    source: times(
      14_000,
      "<p>Hello {{ contact.first_name }}, how are you today, dear reader?</p>\n",
    ),
  },
  "tags nested deeply": { kind: "html", source: `${times(50_000, "<div>")}x` },
  "MJML nested deeply": {
    kind: "mjml",
    source: `<mjml><mj-body>${times(8_000, "<mj-wrapper>")}${times(8_000, "</mj-wrapper>")}</mj-body></mjml>`,
  },
  "MJML whose styles are written into each tag": {
    kind: "mjml",
    source: `<mjml><mj-head><mj-style inline="inline">${styles}</mj-style></mj-head><mj-body>${times(1_000, "<mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section>")}</mj-body></mjml>`,
    says: /takes too long/,
  },
};

let whole: WholeServer;
let other: Tenant;
beforeAll(async () => {
  whole = await startWholeServer(3);
  other = await addTenant(whole, "Other");
  // The threads start when something is rendered for the first time.
  await whole.ask("POST", "/templates/compile", { kind: "html", source: "x" });
  await other.raw("POST", "/templates/compile", { kind: "html", source: "x" });
});
afterAll(() => whole.close());

/** Requests the other tenant's contacts until `until` settles; returns the time of each answer. */
async function pagesMeanwhile(until: Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  let isOver = false;
  void until.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const start = performance.now();
    const { status } = await other.raw("GET", "/contacts");
    expect(status).toBe(200);
    taken.push(performance.now() - start);
    await Bun.sleep(5);
  }
  return taken;
}

const p99 = (values: number[]) =>
  Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0);

for (const [name, { kind, source, says }] of Object.entries(attacks)) {
  test(`${name}: answered in time, and other tenants notice nothing`, async () => {
    const start = performance.now();
    const compiled = whole.raw("POST", "/templates/compile", { kind, source });

    const pages = await pagesMeanwhile(compiled);
    const response = await compiled;
    const answeredIn = performance.now() - start;
    const answer = (await response.json()) as { problems: { message: string }[] };

    process.stdout.write(
      `${name}: answered in ${Math.round(answeredIn)} ms; other tenant p99 ${p99(pages)} ms, slowest ${Math.round(Math.max(...pages))} ms of ${pages.length}\n`,
    );
    expect(response.status).toBe(200);
    expect(answeredIn).toBeLessThan(MAX_ANSWER_MS);
    expect(Math.max(...pages)).toBeLessThan(MAX_PAGE_MS);
    if (says !== undefined) {
      expect(answer.problems.map(({ message }) => message).join(" ")).toMatch(says);
    }
  });
}

test("a client whose rendering was ended waits for the next one; another client previews at once", async () => {
  const heavy = attacks["MJML whose styles are written into each tag"] as Attack;
  const compile = (tenant: Pick<Tenant, "raw">, source: string, kind = "html") =>
    tenant.raw("POST", "/templates/compile", { kind, source });
  const third = await addTenant(whole, "Third");
  const ended = compile(third, heavy.source, "mjml");
  await Bun.sleep(500);
  const queued = Array.from({ length: 8 }, () => compile(third, "<p>mine</p>"));
  await Bun.sleep(500);
  const tooMany = await compile(third, "<p>one more</p>");

  const start = performance.now();
  const answer = await compile(other, "<p>theirs</p>");
  const otherTook = performance.now() - start;

  expect(tooMany.status).toBe(503);
  expect(Number(tooMany.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(((await answer.json()) as { html: string }).html).toContain("theirs");
  expect(otherTook).toBeLessThan(5_000);
  expect((await ended).status).toBe(200);
  for (const response of await Promise.all(queued)) {
    expect(response.status).toBe(200);
  }
});
