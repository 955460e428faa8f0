import { afterEach, beforeEach, expect, test } from "bun:test";
import { RenderShare } from "../../server/delivery/run/render-share.ts";
import { exactCounts, statusOf, until } from "../support/delivery-engine.ts";
import { type SmtpSink, startSmtpSink } from "../support/smtp-sink.ts";
import { TestEngine } from "../support/test-engine.ts";

let engine: TestEngine;
let sink: SmtpSink;

beforeEach(async () => {
  engine = new TestEngine();
  sink = engine.closing(await startSmtpSink());
});
afterEach(() => engine.close());

const loop = (n: number, inside: string) => `{% for i in (1..${n}) %}${inside}{% endfor %}`;
const campaignOf = (recipients: number, html: string) => {
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, recipients);
  const content = { html, text: "x", links: [], trackClicks: false };
  return { ws, id: engine.data.addCampaign(ws, { port: sink.port, maxConnections: 10, content }) };
};

test("a campaign with a template that is slow to render slows only itself, and says so", async () => {
  const heavy = campaignOf(1_000, `<p>${loop(15_000, "{% if i %}x{% endif %}")}</p>`);
  const light = campaignOf(1_000, "<p>Hello {{ contact.first_name }}</p>");
  await engine.start();
  await engine.delivery.prepareCampaign(heavy.ws, heavy.id);
  await until(() => exactCounts(engine.data, heavy.ws, heavy.id).sent > 0, "the heavy one going");
  await engine.delivery.prepareCampaign(light.ws, light.id);

  // With turns of one message each, the light campaign would take a thousand times as long as one heavy message.
  await until(
    () => exactCounts(engine.data, light.ws, light.id).sent === 1_000,
    "the light one",
    50_000,
  );

  expect(exactCounts(engine.data, heavy.ws, heavy.id).sent).toBeLessThan(400);
  await until(
    () => engine.bottleneck(heavy.ws, heavy.id).startsWith("Filling in"),
    "the reason being told",
  );
  const { sent } = exactCounts(engine.data, heavy.ws, heavy.id);
  await until(() => exactCounts(engine.data, heavy.ws, heavy.id).sent > sent, "it going on");
}, 120_000);

test("a campaign whose template exceeds the budget for every message is paused with the reason, and others continue", async () => {
  const { ws, id } = campaignOf(500, `<p>${loop(9_000, loop(9_000, "{{ j }}"))}</p>`);
  const light = campaignOf(300, "<p>Hello {{ contact.first_name }}</p>");
  await engine.start();
  await engine.delivery.prepareCampaign(ws, id);
  await engine.delivery.prepareCampaign(light.ws, light.id);

  await until(() => statusOf(engine.data, ws, id).status === "paused", "the pause", 60_000);
  await until(
    () => exactCounts(engine.data, light.ws, light.id).sent === 300,
    "the other one",
    60_000,
  );

  expect(statusOf(engine.data, ws, id).status_reason).toContain("too much work for one message");
  const { failed, sent, pending } = exactCounts(engine.data, ws, id, 500);
  expect(failed).toBeGreaterThanOrEqual(20);
  expect(failed).toBeLessThan(60);
  expect({ sent, rest: pending }).toEqual({ sent: 0, rest: 500 - failed });
}, 150_000);

test("all heavy campaigns share one fifth of the time, and a campaign that becomes light again is not limited", () => {
  let now = 1_000;
  const share = new RenderShare<{ name: string }>(() => now);
  const [a, b, light] = [{ name: "a" }, { name: "b" }, { name: "light" }];
  share.rendered(b, 100, true);
  now += 400;
  expect(share.waitOf(b)).toBeUndefined();

  share.rendered(a, 200, true);
  share.rendered(light, 2, true);

  expect(share.waitOf(a)?.ms).toBe(800);
  expect(share.waitOf(b)?.ms).toBe(800);
  expect(share.waitOf(light)).toBeUndefined();
  now += 800;
  for (let i = 0; i < 10; i++) {
    share.rendered(a, 1, true);
  }
  expect(share.isHeavy(a)).toBe(false);
});
