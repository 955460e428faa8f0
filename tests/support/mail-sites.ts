import type { Route } from "../../server/delivery/types.ts";
import { startDns, type TestDns } from "./dns-server.ts";
import { startTcpSink, type TcpSink, type TcpSinkOptions } from "./tcp-sink.ts";

/** Mail servers of several domains, each on its own loopback address, and the DNS that names them. */
export type MailSites = {
  dns: TestDns;
  port: number;
  /** Starts the mail server of a domain. */
  add(domain: string, options?: TcpSinkOptions): TcpSink;
  /** A domain whose mail server does not listen. */
  addDead(domain: string): void;
  /** Changes a route so that it delivers to these servers. */
  direct(route: Route): Route;
  close(): Promise<void>;
};

export async function startMailSites(): Promise<MailSites> {
  const dns = await startDns({});
  const first = startTcpSink({ host: "127.0.0.1" });
  const { port } = first;
  const sinks: TcpSink[] = [first];
  let last = 10;
  const name = (domain: string) => {
    last += 1;
    const host = `127.0.0.${last}`;
    dns.zone[domain] = { MX: [`10 mx.${domain}`] };
    dns.zone[`mx.${domain}`] = { A: [host] };
    return host;
  };
  return {
    dns,
    port,
    add(domain, options = {}) {
      const sink = startTcpSink({ ...options, host: name(domain), port });
      sinks.push(sink);
      return sink;
    },
    addDead: (domain) => void name(domain),
    direct: (route) => ({ ...route, kind: "direct", port, heloName: "out.acme.example" }),
    async close() {
      for (const sink of sinks) {
        sink.close();
      }
      await dns.close();
    },
  };
}
