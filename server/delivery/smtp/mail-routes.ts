import { isIP } from "node:net";
import type { DnsAnswer, DnsClient } from "../../platform/dns/client.ts";
import { hostName } from "../../platform/dns/message.ts";
import { because, type Reason } from "../../platform/errors.ts";
import type { SmtpFault } from "../types.ts";
import type { Site } from "./egress.ts";
import { type ProviderHosts, siteOfHosts, siteOfNobody } from "./site.ts";

/** More than any real domain needs; a hostile one may list thousands. */
const MAX_HOSTS = 20;

export type MailHost = { name: string; preference: number };

/** The mail servers of a domain, or why it has none. */
export type MailRoute =
  | {
      kind: "hosts";
      /** By preference, then by name. */
      hosts: readonly MailHost[];
      /** Identifies this list of hosts: domains with the same list may share connections. */
      key: string;
      site: Site;
    }
  | {
      kind: "none";
      fault: Extract<SmtpFault, "null_mx" | "no_domain" | "dns">;
      /** A sentence without its full stop. */
      reason: Reason;
      site: Site;
    };

/** Finds the mail servers of domains (RFC 5321 §5.1, RFC 7505). */
export class MailRoutes {
  readonly #dns: DnsClient;
  readonly #providers: readonly ProviderHosts[];
  /** The route computed from a DNS answer; dropped together with the answer. */
  readonly #made = new WeakMap<DnsAnswer<"MX">, MailRoute>();

  constructor(dns: DnsClient, providers: Iterable<ProviderHosts>) {
    this.#dns = dns;
    this.#providers = [...providers];
  }

  /** Synchronous when the DNS answer is cached. Never rejects. */
  of(domain: string): MailRoute | Promise<MailRoute> {
    const name = hostName(domain);
    if (name === undefined) {
      return nobody(
        domain,
        "no_domain",
        because("domain_malformed", { domain: domain.slice(0, 80) }),
      );
    }
    const answer = this.#dns.lookup(name, "MX");
    return answer instanceof Promise
      ? answer.then((mx) => this.#routeOf(name, mx))
      : this.#routeOf(name, answer);
  }

  #routeOf(domain: string, answer: DnsAnswer<"MX">): MailRoute | Promise<MailRoute> {
    switch (answer.kind) {
      case "found":
        return this.#remembered(domain, answer);
      case "no_domain":
        return nobody(domain, "no_domain", because("domain_nonexistent", { domain }));
      case "failed":
        return nobody(domain, "dns", answer.reason);
      case "no_data":
        return this.#withoutMx(domain);
    }
  }

  #remembered(domain: string, answer: Extract<DnsAnswer<"MX">, { kind: "found" }>): MailRoute {
    let route = this.#made.get(answer);
    if (route === undefined) {
      route = this.#ofRecords(domain, answer.records);
      this.#made.set(answer, route);
    }
    return route;
  }

  #ofRecords(
    domain: string,
    records: readonly { preference: number; exchange: string }[],
  ): MailRoute {
    const named = records.filter(({ exchange }) => exchange !== "." && exchange !== "");
    if (named.length === 0) {
      return nobody(domain, "null_mx", because("domain_null_mx", { domain }));
    }
    const hosts = new Map<string, MailHost>();
    for (const { preference, exchange } of named) {
      const name = hostName(exchange);
      const known = name === undefined ? undefined : hosts.get(name);
      if (name !== undefined && (known === undefined || preference < known.preference)) {
        hosts.set(name, { name, preference });
      }
    }
    if (hosts.size === 0) {
      const [first] = named;
      const value = (first?.exchange ?? "").slice(0, 80);
      const code = isIP(value) === 0 ? "domain_mx_unusable" : "domain_mx_address";
      return nobody(domain, "no_domain", because(code, { domain, value }));
    }
    return this.#of([...hosts.values()]);
  }

  /** A domain without MX records is its own mail server if it has an address (implicit MX). */
  #withoutMx(domain: string): MailRoute | Promise<MailRoute> {
    const answers = [this.#dns.lookup(domain, "A"), this.#dns.lookup(domain, "AAAA")];
    const isKnown = answers.every((answer) => !(answer instanceof Promise));
    return isKnown
      ? this.#implicit(domain, answers as DnsAnswer[])
      : Promise.all(answers).then((known) => this.#implicit(domain, known));
  }

  #implicit(domain: string, answers: DnsAnswer[]): MailRoute {
    if (answers.some(({ kind }) => kind === "found")) {
      return this.#of([{ name: domain, preference: 0 }]);
    }
    const failed = answers.find((answer) => answer.kind === "failed");
    return failed?.kind === "failed"
      ? nobody(domain, "dns", failed.reason)
      : nobody(domain, "no_domain", because("domain_without_server", { domain }));
  }

  #of(found: MailHost[]): MailRoute {
    const hosts = found
      .sort((a, b) => a.preference - b.preference || (a.name < b.name ? -1 : 1))
      .slice(0, MAX_HOSTS);
    const names = hosts.map(({ name }) => name);
    return {
      kind: "hosts",
      hosts,
      key: hosts.map(({ name, preference }) => `${preference} ${name}`).join(","),
      site: siteOfHosts(names, this.#providers),
    };
  }
}

function nobody(
  domain: string,
  fault: Extract<SmtpFault, "null_mx" | "no_domain" | "dns">,
  reason: Reason,
): MailRoute {
  return { kind: "none", fault, reason, site: siteOfNobody(domain) };
}
