/** Returns the domain of an address in lower case, or the whole text when it contains no `@`. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}
