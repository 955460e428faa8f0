import { networkInterfaces } from "node:os";
import { isLinkLocalAddress, isMetadataAddress, isPublicAddress } from "./private-address.ts";

/**
 * False for an address that a domain of somebody's choice must not lead us to: private networks and this
 * machine itself, also by its public address.
 */
export function isPublicTarget(address: string): boolean {
  return isPublicAddress(address) && !isMetadataAddress(address) && !isOwnAddress(address);
}

/**
 * Says which addresses may be connected to. Where private networks are allowed, link-local addresses and the
 * metadata services of clouds, which hand out the machine's own credentials, still are not.
 */
export function relayTargets(publicOnly: boolean): (address: string) => boolean {
  return publicOnly
    ? isPublicTarget
    : (address) => !isLinkLocalAddress(address) && !isMetadataAddress(address);
}

/** True for an address that an interface of this machine has. */
export function isOwnAddress(address: string): boolean {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, "");
  return Object.values(networkInterfaces())
    .flat()
    .some((own) => own?.address.toLowerCase() === plain);
}
