import type { Delivery } from "../../server/delivery/threads/engine.ts";
import { type DeliveryData, type NewCampaign, newDeliveryData } from "./delivery-data.ts";
import { exactCounts, startTestDelivery, statusOf, until } from "./delivery-engine.ts";
import { startTcpSink, type TcpSink } from "./tcp-sink.ts";

/** A campaign's recipient by contact id. */
export type Recipient = { id: number; seq: number; address: string };

/** A running engine and a relay that holds every message at DATA until released. */
export type HeldCampaign = {
  data: DeliveryData;
  delivery: () => Delivery;
  ws: string;
  peer: TcpSink;
  /** Launches a campaign and waits until the relay holds one message per connection. Returns its id. */
  launch(audience: NewCampaign["audience"]): Promise<number>;
  /** Addresses whose message has reached DATA. */
  held: () => string[];
  /** Releases the relay, or only one message when an address is given. */
  letGo(address?: string): void;
  /** Releases the relay and waits until the campaign completes; returns who got it. */
  release(campaignId: number): Promise<string[]>;
  /** Why a contact's message was skipped; otherwise its state. */
  reasonOf(campaignId: number, contactId: number): string;
  /** Stops delivery, calls `meanwhile`, and starts it again; the relay then holds new messages. */
  restart(meanwhile: () => void): Promise<void>;
  close(): Promise<void>;
};

const CONNECTIONS = 2;

export async function heldCampaign(): Promise<HeldCampaign> {
  const data = newDeliveryData();
  const ws = data.newWorkspace();
  const reached = new Set<string>();
  let open = Promise.withResolvers<void>();
  const alone = new Map<string, () => void>();
  const peer = startTcpSink({
    beforeData: (address) => {
      reached.add(address);
      const one = Promise.withResolvers<void>();
      alone.set(address, one.resolve);
      return Promise.race([open.promise, one.promise]);
    },
  });
  let delivery = await startTestDelivery(data);
  return {
    data,
    delivery: () => delivery,
    ws,
    peer,
    held: () => [...reached],
    async launch(audience = { everyone: true, includeLists: [], excludeLists: [] }) {
      const id = data.addCampaign(ws, { port: peer.port, maxConnections: CONNECTIONS, audience });
      await delivery.prepareCampaign(ws, id);
      await until(() => reached.size === CONNECTIONS, "messages at DATA");
      return id;
    },
    letGo: (address) =>
      (address === undefined ? open : { resolve: alone.get(address) }).resolve?.(),
    async release(id) {
      open.resolve();
      await until(() => statusOf(data, ws, id).status === "completed", "completion");
      exactCounts(data, ws, id);
      return peer.arrived.map(({ address }) => address).sort();
    },
    reasonOf(campaignId, contactId) {
      const row = data
        .db(ws)
        .prepare<[number, number], { state: number; reason: string }>(
          "SELECT state, reason FROM message WHERE campaign_id = ? AND contact_id = ?",
        )
        .get(campaignId, contactId);
      return row === undefined ? "no row" : row.state === 6 ? row.reason : `state ${row.state}`;
    },
    async restart(meanwhile) {
      await delivery.stop();
      meanwhile();
      open.resolve();
      open = Promise.withResolvers<void>();
      reached.clear();
      delivery = await startTestDelivery(data);
    },
    async close() {
      open.resolve();
      await delivery.stop();
      peer.close();
      data.close();
    },
  };
}
