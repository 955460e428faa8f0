import type { DnsAnswer } from "../ports.ts";
import { plainName, type RecordVerdict } from "./domain-records.rules.ts";

/** Compares an IP address's EHLO name with its PTR record, and the PTR's host name with the address. */
export function judgeSource(
  source: { address: string; heloName: string },
  ptr: DnsAnswer,
  forward: DnsAnswer,
): RecordVerdict {
  const { address } = source;
  const heloName = plainName(source.heloName);
  const failed = [ptr, forward].find((one) => one.kind === "failed");
  if (failed?.kind === "failed") {
    return { status: "unknown", found: [], message: `The DNS did not answer: ${failed.reason}.` };
  }
  const found = ptr.kind === "records" ? ptr.values.map(plainName) : [];
  const name = found[0];
  if (name === undefined) {
    return {
      status: "missing",
      found,
      message: `${address} has no PTR record. Ask the provider of the IP address to set it to ${heloName}. Gmail refuses mail without a PTR record.`,
    };
  }
  const addresses = forward.kind === "records" ? forward.values.map(plainAddress) : [];
  if (!addresses.includes(plainAddress(address))) {
    return {
      status: "different",
      found,
      message: `The PTR record of ${address} contains ${name}, but ${name} does not resolve to this address. Add an ${address.includes(":") ? "AAAA" : "A"} record for ${name} with ${address}.`,
    };
  }
  return found.includes(heloName)
    ? { status: "ok", found, message: `${address} and ${name} resolve to each other.` }
    : {
        status: "different",
        found,
        message: `The PTR record of ${address} contains ${name}, but the EHLO name is ${heloName}. Use ${name} as the EHLO name, or have the PTR record changed.`,
      };
}

/** Normalizes an address: IPv6 addresses can be spelled in many ways. */
function plainAddress(address: string): string {
  return address.includes(":")
    ? (URL.parse(`http://[${address}]/`)?.hostname ?? address.toLowerCase())
    : address;
}
