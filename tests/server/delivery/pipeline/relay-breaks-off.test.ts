import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Delivery } from "../../../../server/delivery/threads/engine.ts";
import { type DeliveryData, newDeliveryData } from "../../../support/delivery-data.ts";
import { startTestDelivery, statusOf, until } from "../../../support/delivery-engine.ts";
import { startTcpSink, type TcpSink } from "../../../support/tcp-sink.ts";

const PEOPLE = 1_000;

let data: DeliveryData;
let delivery: Delivery;
let peer: TcpSink;
const taken: string[] = [];
beforeEach(() => {
  data = newDeliveryData();
  taken.length = 0;
  peer = startTcpSink({
    onMessage: (address) => {
      taken.push(address);
      return { drop: true };
    },
  });
});
afterEach(async () => {
  await delivery.stop();
  peer.close();
  data.close();
});

test("a relay that drops every connection after the dot pauses the campaign before most people are mailed, and nobody twice", async () => {
  const ws = data.newWorkspace();
  data.addContacts(ws, PEOPLE, ["acme.example"]);
  const id = data.addCampaign(ws, { port: peer.port });
  delivery = await startTestDelivery(data);
  await delivery.prepareCampaign(ws, id);
  await until(() => statusOf(data, ws, id).status === "paused", "the pause");
  const lost = () =>
    data
      .db(ws)
      .prepare<[], { n: number }>("SELECT count(*) AS n FROM attempt WHERE outcome = 'ambiguous'")
      .get()?.n ?? 0;
  await until(() => lost() === taken.length, "every lost answer in the database");

  expect(taken.length).toBeGreaterThanOrEqual(20);
  expect(taken.length).toBeLessThan(PEOPLE / 2);
  expect(new Set(taken).size).toBe(taken.length);
});
