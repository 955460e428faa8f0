import { because } from "../../platform/errors.ts";
import type { DnsAnswer } from "../ports.ts";
import {
  plainName,
  type RecordVerdict,
  verdict,
  verdictWithoutAnswer,
} from "./domain-records.rules.ts";

/** Compares an IP address's EHLO name with its PTR record, and the PTR's host name with the address. */
export function judgeSource(
  source: { address: string; heloName: string },
  ptr: DnsAnswer,
  forward: DnsAnswer,
): RecordVerdict {
  const { address } = source;
  const heloName = plainName(source.heloName);
  const unanswered = verdictWithoutAnswer(ptr) ?? verdictWithoutAnswer(forward);
  if (unanswered !== undefined) {
    return unanswered;
  }
  const found = ptr.kind === "records" ? ptr.values.map(plainName) : [];
  const name = found[0];
  if (name === undefined) {
    return verdict("missing", found, because("ptr_missing", { address, name: heloName }));
  }
  const addresses = forward.kind === "records" ? forward.values.map(plainAddress) : [];
  if (!addresses.includes(plainAddress(address))) {
    const type = address.includes(":") ? "AAAA" : "A";
    return verdict("different", found, because("ptr_unconfirmed", { address, name, type }));
  }
  return found.includes(heloName)
    ? verdict("ok", found, because("ptr_confirmed", { address, name }))
    : verdict("different", found, because("ptr_other_name", { address, name, ehlo: heloName }));
}

/** Normalizes an address: IPv6 addresses can be spelled in many ways. */
function plainAddress(address: string): string {
  return address.includes(":")
    ? (URL.parse(`http://[${address}]/`)?.hostname ?? address.toLowerCase())
    : address;
}
