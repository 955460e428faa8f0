import { networkInterfaces } from "node:os";
import { isLinkLocalAddress, isMetadataAddress, isPublicAddress } from "./private-address.ts";

/**
 * False for an address to which a domain of unknown ownership must not direct our connections: private networks, and
 * this machine, even by its public address.
 */
export function isPublicTarget(address: string): boolean {
  return isPublicAddress(address) && !isMetadataAddress(address) && !isOwnAddress(address);
}

/**
 * Returns a check of which addresses may be connected to. Even where private networks are allowed, link-local addresses
 * and cloud metadata services, which reveal the machine's own credentials, are refused.
 */
export function relayTargets(publicOnly: boolean): (address: string) => boolean {
  return publicOnly
    ? isPublicTarget
    : (address) => !isLinkLocalAddress(address) && !isMetadataAddress(address);
}

/** True for an address assigned to one of this machine's interfaces. */
export function isOwnAddress(address: string): boolean {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, "");
  return Object.values(networkInterfaces())
    .flat()
    .some((own) => own?.address.toLowerCase() === plain);
}
