import { LRUCache } from "lru-cache";
import type { Clock } from "../../platform/clock.ts";
import type { DnsAnswer, DnsClient } from "../../platform/dns/client.ts";
import { because, messageOf } from "../../platform/errors.ts";
import { log } from "../../platform/log.ts";
import type { DomainPolicies, PolicyAnswer } from "./direct-egress.ts";
import type { MailHost } from "./mail-routes.ts";
import { allowsHost, parseStsPolicy, type StsPolicy, stsId } from "./sts-policy.ts";

const MAX_POLICIES = 20_000;
/** After a failed fetch, the policy is not requested again for this long (RFC 8461 §3.3). */
const RETRY_FETCH_MS = 5 * 60_000;

/** Fetches `https://mta-sts.<domain>/.well-known/mta-sts.txt`. Rejects with the reason when that fails. */
export type StsFetcher = (domain: string) => Promise<string>;

type Known = {
  id: string;
  policy: StsPolicy | undefined;
  /** The policy applies until then, even if the DNS record disappears. */
  expiresAt: number;
  /** Steady ms before which the policy is not fetched again. */
  retryAt: number;
};

/**
 * The TLS policies that recipient domains publish (MTA-STS, RFC 8461). A policy applies until it expires, even if its
 * DNS record disappears: otherwise an attacker could disable it by suppressing our DNS answers.
 *
 * Policies are kept in memory. After a restart the first message to a domain fetches its policy again, so an attacker
 * would have to suppress our DNS answers from exactly that moment on.
 */
export class MtaSts implements DomainPolicies {
  readonly #dns: DnsClient;
  readonly #fetch: StsFetcher;
  readonly #clock: Clock;
  readonly #known = new LRUCache<string, Known>({ max: MAX_POLICIES });
  readonly #underWay = new Map<string, Promise<StsPolicy | undefined>>();

  constructor(parts: { dns: DnsClient; fetch: StsFetcher; clock: Clock }) {
    this.#dns = parts.dns;
    this.#fetch = parts.fetch;
    this.#clock = parts.clock;
  }

  apply(domain: string, hosts: readonly MailHost[]): PolicyAnswer | Promise<PolicyAnswer> {
    const record = this.#dns.lookup(`_mta-sts.${domain}`, "TXT");
    if (record instanceof Promise) {
      return record.then(async (known) => answer(await this.#policy(domain, known), domain, hosts));
    }
    const policy = this.#policy(domain, record);
    return policy instanceof Promise
      ? policy.then((known) => answer(known, domain, hosts))
      : answer(policy, domain, hosts);
  }

  #policy(
    domain: string,
    record: DnsAnswer<"TXT">,
  ): StsPolicy | undefined | Promise<StsPolicy | undefined> {
    const now = this.#clock();
    const id = record.kind === "found" ? stsId(record.records) : undefined;
    const known = this.#known.get(domain);
    const held = known !== undefined && known.expiresAt > now ? known.policy : undefined;
    if (id === undefined || (known !== undefined && known.id === id && held !== undefined)) {
      return held;
    }
    if (known !== undefined && known.retryAt > now) {
      return held;
    }
    let fetching = this.#underWay.get(domain);
    if (fetching === undefined) {
      fetching = this.#refresh(domain, id).finally(() => this.#underWay.delete(domain));
      this.#underWay.set(domain, fetching);
    }
    return fetching;
  }

  /** A policy that cannot be fetched or parsed leaves the current one in place. */
  async #refresh(domain: string, id: string): Promise<StsPolicy | undefined> {
    const old = this.#known.get(domain);
    let policy: StsPolicy | undefined;
    let reason = "it is not a valid policy";
    try {
      policy = parseStsPolicy(await this.#fetch(domain));
    } catch (error) {
      reason = messageOf(error);
    }
    const now = this.#clock();
    if (policy === undefined) {
      log.info({ domain, reason }, "the MTA-STS policy of a domain cannot be used");
      const held = old !== undefined && old.expiresAt > now ? old : undefined;
      const none = { id: "", policy: undefined, expiresAt: 0 };
      this.#known.set(domain, { ...(held ?? none), retryAt: now + RETRY_FETCH_MS });
      return held?.policy;
    }
    const expiresAt = now + policy.maxAgeSeconds * 1_000;
    this.#known.set(domain, { id, policy, expiresAt, retryAt: 0 });
    return policy;
  }
}

function answer(
  policy: StsPolicy | undefined,
  domain: string,
  hosts: readonly MailHost[],
): PolicyAnswer {
  if (policy === undefined || policy.mode === "none") {
    return { kind: "none" };
  }
  const allowed = hosts.filter(({ name }) => allowsHost(policy, name));
  if (policy.mode === "testing") {
    if (allowed.length < hosts.length) {
      log.info({ domain }, "mail servers of a domain are not in its MTA-STS policy (testing)");
    }
    return { kind: "none" };
  }
  if (allowed.length === 0) {
    const names = hosts.map(({ name }) => name).join(", ");
    const reason = because("policy_names_others", { domain, names });
    return { kind: "no_host", reason };
  }
  return { kind: "enforce", hosts: allowed };
}
