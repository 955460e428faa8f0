import { profileOf, providerProfiles } from "../../server/delivery/run/provider-profiles.ts";
import { DirectEgress, type DirectOptions } from "../../server/delivery/smtp/direct-egress.ts";
import type { Rendered, Route } from "../../server/delivery/types.ts";
import { DnsClient } from "../../server/platform/dns/client.ts";
import { startDns, type TestDns, type Zone } from "./dns-server.ts";
import { type HostilePeer, type HostileSmtp, startHostileSmtp } from "./hostile-smtp.ts";
import { loopbackRoute, renderedMessage } from "./smtp-messages.ts";
import { type SinkOptions, type SmtpSink, startSmtpSink } from "./smtp-sink.ts";

/** The default profile without a rate limit, because the clock of these tests does not advance. */
export const anyPace = { ...profileOf("other"), connectionsPerMinute: Infinity };

export const journal = { beforeDot: () => Promise.resolve() };

/**
 * A small network on loopback: one DNS server, and mail servers on their own addresses (127.0.0.2, …) that share a
 * port, as MX hosts share port 25.
 */
export class MailWorld {
  readonly dns: TestDns;
  now = Date.now();
  #port = 0;
  readonly #closers: (() => Promise<void>)[] = [];

  private constructor(dns: TestDns) {
    this.dns = dns;
  }

  static async start(zone: Zone = {}): Promise<MailWorld> {
    return new MailWorld(await startDns(zone));
  }

  get port(): number {
    return this.#port;
  }

  /** A mail server that accepts everything. */
  async sink(host: string, options: SinkOptions = {}): Promise<SmtpSink> {
    const sink = await startSmtpSink({ host, port: this.#port, ...options });
    this.#port = sink.port;
    this.#closers.push(sink.close);
    return sink;
  }

  /** A mail server that follows a script. */
  async hostile(
    host: string,
    script: (peer: HostilePeer, nth: number) => Promise<void>,
  ): Promise<HostileSmtp> {
    const server = await startHostileSmtp(script, { host, port: this.#port });
    this.#port = server.port;
    this.#closers.push(server.close);
    return server;
  }

  /** A direct route to these servers. */
  egress(route: Partial<Route> = {}, options: Partial<DirectOptions> = {}): DirectEgress {
    const made = new DirectEgress(
      loopbackRoute(this.#port, {
        kind: "direct",
        host: "",
        heloName: "out.news.example",
        maxConnections: 20,
        ...route,
      }),
      {
        dns: new DnsClient({
          servers: [this.dns.server],
          timeoutsMs: [400],
          clock: () => this.now,
        }),
        providers: providerProfiles.values(),
        // The rate limit of new connections uses a clock that does not advance here.
        profileOf: (provider) => ({ ...profileOf(provider), connectionsPerMinute: Infinity }),
        clock: () => this.now,
        ...options,
        // A scripted server does not reply to QUIT.
        session: { timeouts: { quitMs: 50 }, ...options.session },
      },
    );
    this.#closers.unshift(() => made.close());
    return made;
  }

  async close(): Promise<void> {
    for (const close of this.#closers) {
      await close();
    }
    await this.dns.close();
  }
}

/** A message to somebody at a domain. */
export function messageTo(domain: string, changes: Partial<Rendered> = {}): Rendered {
  return renderedMessage({ envelopeTo: `ann@${domain}`, ...changes });
}
