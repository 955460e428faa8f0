// A relay whose STARTTLS is broken for a while is waited for; nobody has to come and resume anything.
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Delivery } from "../../server/delivery/threads/engine.ts";
import { makeCertificate } from "../support/certificates.ts";
import { type DeliveryData, newDeliveryData } from "../support/delivery-data.ts";
import {
  bottleneckSaid,
  exactCounts,
  portsWith,
  startTestDelivery,
  statusOf,
  until,
} from "../support/delivery-engine.ts";
import { type SmtpSink, startSmtpSink } from "../support/smtp-sink.ts";

let data: DeliveryData;
let delivery: Delivery;
let mended: SmtpSink | undefined;
beforeEach(() => {
  data = newDeliveryData();
});
afterEach(async () => {
  await delivery.stop();
  await mended?.close();
  data.close();
});

test("a relay that offers no STARTTLS for some seconds gets the campaign when it does, and nobody has paused it", async () => {
  const broken = await startSmtpSink();
  const ws = data.newWorkspace();
  data.addContacts(ws, 200, ["gmail.com", "acme.example"]);
  const id = data.addCampaign(ws, { port: broken.port, maxConnections: 5 });
  delivery = await startTestDelivery(
    data,
    portsWith(data, (route) => ({ ...route, security: "starttls" })),
  );
  await delivery.prepareCampaign(ws, id);
  const said = () => bottleneckSaid(delivery, ws, id);
  await until(() => said().includes("does not offer STARTTLS"), "the sentence");
  expect(said()).toMatch(
    /^Sending through the sending method “Relay” is paused until \d\d:\d\d UTC: /,
  );
  await broken.close();
  mended = await startSmtpSink({ port: broken.port, certificate: makeCertificate() });

  await until(() => {
    const { pending, leased } = exactCounts(data, ws, id, 200);
    return pending + leased === 0;
  }, "everybody having a state");

  const { sent, deferred } = exactCounts(data, ws, id, 200);
  expect(broken.messages).toEqual([]);
  // Those that knocked in vain have a time for their next try.
  expect(deferred).toBeLessThan(10);
  expect(sent).toBe(200 - deferred);
  expect(mended.messages.length).toBe(sent);
  expect(mended.messages.every(({ secure }) => secure)).toBe(true);
  expect(statusOf(data, ws, id).status).toBe("sending");
}, 60_000);
