// Checks that a sending IP address has the host name that it announces in EHLO.
import type { DnsLookup } from "../ports.ts";
import type { RecordVerdict } from "./domain-records.rules.ts";
import { judgeSource } from "./source-name.rules.ts";

/**
 * Looks up the PTR record of an address and whether its name resolves back to it (forward-confirmed reverse DNS).
 * Gmail refuses mail from an address without it (550 5.7.25).
 */
export async function checkSourceName(
  dns: DnsLookup,
  source: { address: string; heloName: string },
): Promise<RecordVerdict> {
  const ptr = await dns.reverse(source.address);
  const name = ptr.kind === "records" ? (ptr.values[0] ?? "").replace(/\.$/, "") : "";
  const forward = name === "" ? ({ kind: "none" } as const) : await dns.addresses(name);
  return judgeSource(source, ptr, forward);
}
