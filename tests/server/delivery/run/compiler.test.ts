import { expect, test } from "bun:test";
import { compileCampaign } from "../../../../server/delivery/render/compile.ts";
import { Compiler } from "../../../../server/delivery/run/compiler.ts";
import { loadTokenKeys } from "../../../../server/delivery/tokens.ts";
import type { CampaignContent } from "../../../../server/delivery/types.ts";

const keys = loadTokenKeys({ current: "k", keys: new Map([["k", Buffer.alloc(32)]]) });
const contentOf = (workspaceId: string, html: string): CampaignContent => ({
  ...{ subject: "Hi", preheader: "", fromName: "A", fromEmail: "a@acme.example", replyTo: "" },
  ...{ html, text: "Hi", links: [], trackOpens: false, trackClicks: false },
  workspace: { id: workspaceId, number: 1, name: "A", postalAddress: "" },
  publicUrl: "https://mail.example.net",
  ...{ domain: "acme.example", name: "May", bounceDomain: "" },
});
const small = "<p>Hi</p>";
const large = "<p>Hi</p>\n".repeat(20_000);

/** A compiler that records what it compiles and waits until it is told to continue. */
function watched(hasOthers: boolean) {
  const compiled: string[] = [];
  const rests: { ms: number; end: () => void }[] = [];
  const compiler = new Compiler({
    keys,
    hasOthers: () => hasOthers,
    compile: (content, options) => {
      compiled.push(content.workspace.id);
      return compileCampaign(content, options);
    },
    sleep: (ms) => new Promise((end) => rests.push({ ms, end })),
  });
  return { compiler, compiled, rests };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a large message pauses four times as long as it took, and small ones wait for nobody", async () => {
  const { compiler, compiled, rests } = watched(true);

  const began = performance.now();
  await compiler.campaign(contentOf("big", large), 1);
  const took = performance.now() - began;
  await compiler.campaign(contentOf("small", small), 2);

  expect(compiled).toEqual(["big", "small"]);
  expect(rests).toHaveLength(1);
  expect(rests[0]?.ms).toBeGreaterThan(0);
  expect(rests[0]?.ms).toBeLessThanOrEqual(took * 4 + 1);
});

test("large messages take turns by workspace, however many one has", async () => {
  const { compiler, compiled, rests } = watched(false);
  const all = [1, 2, 3].map((id) => compiler.campaign(contentOf("many", large), id));
  all.push(compiler.campaign(contentOf("one", large), 4));
  for (let i = 0; i < 4; i++) {
    while (rests[i] === undefined) {
      await turn();
    }
    expect(compiled).toHaveLength(i + 1);
    rests[i]?.end();
  }
  await Promise.all(all);

  expect(compiled).toEqual(["many", "many", "one", "many"]);
});

test("test messages with the same content are compiled once, and a refusal is told to each", async () => {
  const { compiler, compiled } = watched(false);
  await Promise.all([1, 2, 3].map(() => compiler.alone(contentOf("a", small))));
  await compiler.alone(contentOf("a", `${small}!`));
  expect(compiled).toEqual(["a", "a"]);

  const broken = contentOf("a", "{% if x %}");
  const told = await Promise.allSettled([compiler.alone(broken), compiler.alone(broken)]);
  expect(told.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(compiled).toHaveLength(3);
});
