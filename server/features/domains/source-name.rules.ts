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
      message: `${address} has no PTR record: ask whoever gave you the address to set it to ${heloName}. Gmail refuses mail without it.`,
    };
  }
  const addresses = forward.kind === "records" ? forward.values.map(plainAddress) : [];
  if (!addresses.includes(plainAddress(address))) {
    return {
      status: "different",
      found,
      message: `The PTR of ${address} says ${name}, but ${name} does not lead back to it: give it an ${address.includes(":") ? "AAAA" : "A"} record with ${address}.`,
    };
  }
  return found.includes(heloName)
    ? { status: "ok", found, message: `${address} is ${name}, and the other way round.` }
    : {
        status: "different",
        found,
        message: `The PTR of ${address} says ${name}, but EHLO says ${heloName}: use ${name} as EHLO name here, or have the PTR changed.`,
      };
}

/** Normalizes an address: IPv6 addresses can be spelled in many ways. */
function plainAddress(address: string): string {
  return address.includes(":")
    ? (URL.parse(`http://[${address}]/`)?.hostname ?? address.toLowerCase())
    : address;
}
