import { networkInterfaces } from "node:os";
import { isPublicAddress } from "../../platform/private-address.ts";

/**
 * False for an address that a domain of somebody's choice must not lead us to: private networks and this
 * machine itself, also by its public address.
 */
export function isPublicTarget(address: string): boolean {
  return isPublicAddress(address) && !isOwnAddress(address);
}

/** True for an address that an interface of this machine has. */
export function isOwnAddress(address: string): boolean {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, "");
  return Object.values(networkInterfaces())
    .flat()
    .some((own) => own?.address.toLowerCase() === plain);
}
