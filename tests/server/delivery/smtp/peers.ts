// SMTP servers and pools for one test. Test files call `closePeers` after each test.
import { RoutePool, type RoutePoolOptions } from "../../../../server/delivery/smtp/route-pool.ts";
import type { Route } from "../../../../server/delivery/types.ts";
import {
  type HostilePeer,
  type HostileSmtp,
  startHostileSmtp,
} from "../../../support/hostile-smtp.ts";
import { loopbackRoute } from "../../../support/smtp-messages.ts";
import { type SinkOptions, type SmtpSink, startSmtpSink } from "../../../support/smtp-sink.ts";

const closers: (() => Promise<void>)[] = [];

/** A server that accepts everything, unless the options say otherwise. */
export async function sink(options?: SinkOptions): Promise<SmtpSink> {
  const started = await startSmtpSink(options);
  closers.push(started.close);
  return started;
}

/** A server that follows a script on each connection. */
export async function hostile(
  script: (peer: HostilePeer, nth: number) => Promise<void>,
): Promise<HostileSmtp> {
  const server = await startHostileSmtp(script);
  closers.push(server.close);
  return server;
}

/** A pool of connections to a port of this machine; a failed connection is retried quickly. */
export function pool(
  port: number,
  route: Partial<Route> = {},
  options: RoutePoolOptions = {},
): RoutePool {
  const made = new RoutePool(loopbackRoute(port, route), { backoffBaseMs: 40, ...options });
  closers.unshift(() => made.close());
  return made;
}

/** Closes the pools first, then the servers. */
export async function closePeers(): Promise<void> {
  for (const close of closers.splice(0)) {
    await close();
  }
}
