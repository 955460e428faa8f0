import { DnsClient } from "../../platform/dns/client.ts";
import { because, type Reason, storedReason } from "../../platform/errors.ts";
import { relayTargets } from "../../platform/target-guard.ts";
import type { Route, RouteSource } from "../types.ts";
import { SmtpFailure } from "./failure.ts";
import { connectPeer, type SessionOptions } from "./handshake.ts";
import { addressesOf } from "./host-addresses.ts";
import { MailRoutes } from "./mail-routes.ts";

/** A domain whose servers always answer. The check reads their greeting, says EHLO and quits. */
const PROBE_DOMAIN = "gmail.com";
/** Short, because a person is waiting for the result. */
const TIMEOUTS_MS = [1_500, 3_000];
/** Addresses of the host that are tried. */
const MAX_ADDRESSES = 2;

export type DirectCheckOptions = SessionOptions & {
  /** DNS servers to ask instead of the system's. */
  dnsServers?: readonly string[] | undefined;
  probeDomain?: string;
};

/**
 * Checks whether this machine can deliver mail directly: DNS answers, port 25 is open, and a large provider greets us.
 * Sends no mail.
 *
 * @throws SmtpFailure or SmtpRefusal for the first source address that fails.
 */
export async function checkDirect(route: Route, options: DirectCheckOptions): Promise<void> {
  const { probeDomain = PROBE_DOMAIN } = options;
  const dns = new DnsClient({ servers: options.dnsServers, timeoutsMs: TIMEOUTS_MS });
  const found = await new MailRoutes(dns, []).of(probeDomain);
  if (found.kind === "none") {
    const why = because("advice_name_servers", { fault: storedReason(found.reason) });
    throw new SmtpFailure("dns", "dns", why);
  }
  const [host] = found.hosts;
  const server = { domain: probeDomain, host: host?.name ?? "" };
  options.onStep?.("dns", because("step_found_server", server));
  const { sources = [] } = route;
  for (const source of sources.length === 0 ? [undefined] : sources) {
    await greetFrom(source, host?.name ?? "", route, { ...options, dns });
  }
}

async function greetFrom(
  source: RouteSource | undefined,
  host: string,
  route: Route,
  options: DirectCheckOptions & { dns: DnsClient },
): Promise<void> {
  const fromSource = (said: string | Reason) =>
    source === undefined
      ? said
      : because("step_from_source", {
          source: source.address,
          what: typeof said === "string" ? said : storedReason(said),
        });
  const mayConnect = relayTargets(route.publicOnly === true);
  const found = await addressesOf(options.dns, host, source?.address, mayConnect);
  if (found.usable.length === 0) {
    const why = found.failure ?? because("host_unusable", { host });
    throw new SmtpFailure("dns", "dns", fromSource(why));
  }
  const heloName = source?.heloName || route.heloName;
  const { wire } = await connectPeer(
    {
      host,
      port: route.port,
      addresses: found.usable.slice(0, MAX_ADDRESSES),
      security: "opportunistic",
      verifyCertificate: false,
      ca: options.ca,
      localAddress: source?.address,
    },
    {
      ...options,
      ...(heloName ? { heloName } : {}),
      onStep: (stage, said) => options.onStep?.(stage, fromSource(said)),
    },
    () => undefined,
  );
  wire.write("QUIT\r\n");
  await wire.reply("quit", 2_000).catch(() => undefined);
  wire.end();
}
