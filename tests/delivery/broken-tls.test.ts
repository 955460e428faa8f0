// A relay whose STARTTLS is broken for a while is retried without anybody having to resume the campaign.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { makeCertificate } from "../support/certificates.ts";
import { exactCounts, statusOf, until } from "../support/delivery-engine.ts";
import { startSmtpSink } from "../support/smtp-sink.ts";
import { TestEngine } from "../support/test-engine.ts";

let engine: TestEngine;
beforeEach(() => {
  engine = new TestEngine();
});
afterEach(() => engine.close());

test("a relay that offers no STARTTLS for some seconds gets the campaign afterwards, and nothing is paused", async () => {
  const broken = await startSmtpSink();
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 200, ["gmail.com", "acme.example"]);
  const id = engine.data.addCampaign(ws, { port: broken.port, maxConnections: 5 });
  await engine.start({ change: (route) => ({ ...route, security: "starttls" }) });
  await engine.delivery.prepareCampaign(ws, id);
  const said = () => engine.bottleneck(ws, id);
  await until(() => said().includes("does not offer STARTTLS"), "the sentence");
  expect(said()).toMatch(/^Sending is paused for the sending method “Relay” until \d\d:\d\d UTC: /);
  await broken.close();
  const mended = engine.closing(
    await startSmtpSink({ port: broken.port, certificate: makeCertificate() }),
  );

  await until(() => {
    const { pending, leased } = exactCounts(engine.data, ws, id, 200);
    return pending + leased === 0;
  }, "everybody having a state");

  const { sent, deferred } = exactCounts(engine.data, ws, id, 200);
  expect(broken.messages).toEqual([]);
  // Messages that could not connect have a time for their next attempt.
  expect(deferred).toBeLessThan(10);
  expect(sent).toBe(200 - deferred);
  expect(mended.messages.length).toBe(sent);
  expect(mended.messages.every(({ secure }) => secure)).toBe(true);
  expect(statusOf(engine.data, ws, id).status).toBe("sending");
}, 60_000);
