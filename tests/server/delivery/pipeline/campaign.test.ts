import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Delivery } from "../../../../server/delivery/engine.ts";
import { type DeliveryData, newDeliveryData } from "../../../support/delivery-data.ts";
import {
  exactCounts,
  startTestDelivery,
  statusOf,
  until,
} from "../../../support/delivery-engine.ts";
import { type SmtpSink, startSmtpSink } from "../../../support/smtp-sink.ts";

let data: DeliveryData;
let delivery: Delivery | undefined;
let sinks: SmtpSink[];
beforeEach(() => {
  data = newDeliveryData();
  sinks = [];
});
afterEach(async () => {
  await delivery?.stop();
  delivery = undefined;
  await Promise.all(sinks.map((sink) => sink.close()));
  data.close();
});

async function sink(options?: Parameters<typeof startSmtpSink>[0]): Promise<SmtpSink> {
  const started = await startSmtpSink(options);
  sinks.push(started);
  return started;
}

test("a campaign reaches everybody once, and its counts add up at every moment", async () => {
  const peer = await sink();
  const ws = data.newWorkspace();
  data.addContacts(ws, 2_000, ["gmail.com", "acme.example"]);
  const id = data.addCampaign(ws, { port: peer.port });
  delivery = await startTestDelivery(data);

  expect(await delivery.prepareCampaign(ws, id)).toBe(2_000);
  let polls = 0;
  await until(() => {
    exactCounts(data, ws, id, 2_000);
    polls += 1;
    return statusOf(data, ws, id).status === "completed";
  }, "completion");

  expect(polls).toBeGreaterThan(5);
  expect(exactCounts(data, ws, id)).toMatchObject({
    total: 2_000,
    sent: 2_000,
    pending: 0,
    leased: 0,
  });
  expect(peer.messages.length).toBe(2_000);
  expect(new Set(peer.messages.flatMap((message) => message.to)).size).toBe(2_000);
}, 30_000);
