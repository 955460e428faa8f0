import type { DeliveryPorts } from "../../server/delivery/ports.ts";
import type { Delivery } from "../../server/delivery/threads/engine.ts";
import type { Route } from "../../server/delivery/types.ts";
import { newDeliveryData } from "./delivery-data.ts";
import { bottleneckSaid, portsWith, startTestDelivery, statusOf } from "./delivery-engine.ts";
import { startTcpSink, type TcpSink, type TcpSinkOptions } from "./tcp-sink.ts";

type StartOptions = {
  /** Changes each route that the engine reads. */
  change?: ((route: Route) => Route) | undefined;
  /** Used in place of ports that read routes from the database. */
  ports?: DeliveryPorts;
  dnsServers?: readonly string[];
};

/** A delivery engine with its own data and the servers it sends to, for one test. */
export class TestEngine {
  readonly data = newDeliveryData();
  #delivery: Delivery | undefined;
  readonly #open: { close(): unknown }[] = [];

  /** @throws Error before `start` and after `stop`. */
  get delivery(): Delivery {
    if (this.#delivery === undefined) {
      throw new Error("the engine is not running");
    }
    return this.#delivery;
  }

  /** Starts the engine, or starts it again after `stop`. */
  async start({ change = (route) => route, ports, dnsServers }: StartOptions = {}) {
    this.#delivery = await startTestDelivery(
      this.data,
      ports ?? portsWith(this.data, change),
      dnsServers,
    );
    return this.#delivery;
  }

  async stop(): Promise<void> {
    await this.#delivery?.stop();
    this.#delivery = undefined;
  }

  /** Closes the server at the end of the test, after the engine has stopped. */
  closing<Server extends { close(): unknown }>(server: Server): Server {
    this.#open.push(server);
    return server;
  }

  tcpSink(options?: TcpSinkOptions): TcpSink {
    return this.closing(startTcpSink(options));
  }

  isCompleted(ws: string, id: number): boolean {
    return statusOf(this.data, ws, id).status === "completed";
  }

  /** Changes a campaign's status like features/campaigns: only from the old status, and then notifies delivery. */
  move(ws: string, id: number, from: string, to: string): boolean {
    const moved = this.data
      .db(ws)
      .prepare("UPDATE campaign SET status = ? WHERE id = ? AND status = ?")
      .run(to, id, from);
    this.#delivery?.notice(ws, id);
    return moved.changes === 1;
  }

  /** The campaign's bottleneck in English; empty when there is none. */
  bottleneck(ws: string, id: number): string {
    return bottleneckSaid(this.#delivery, ws, id);
  }

  async close(): Promise<void> {
    await this.stop();
    await Promise.all(this.#open.map((server) => server.close()));
    this.data.close();
  }
}
