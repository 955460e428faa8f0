const GMAIL = new Set(["gmail.com", "googlemail.com"]);
/** Providers that ignore what follows a plus in the local part. */
const PLUS = new Set([
  ...GMAIL,
  "outlook.com",
  "hotmail.com",
  "live.com",
  "icloud.com",
  "fastmail.com",
  "proton.me",
  "protonmail.com",
]);

/**
 * The mailbox behind all spellings of an address: dots are removed at Gmail, and everything after a plus where
 * providers ignore it.
 */
export function mailboxOf(address: string): string {
  const at = address.lastIndexOf("@");
  const [written, domain] = [address.slice(0, at), address.slice(at + 1)];
  const local = PLUS.has(domain) ? (written.split("+")[0] ?? written) : written;
  return GMAIL.has(domain) ? `${local.replaceAll(".", "")}@gmail.com` : `${local}@${domain}`;
}

/** Prefixes that other spellings of the same mailbox can have. There are few, so that the search is cheap. */
export function spellingPrefixes(address: string): string[] {
  const mailbox = mailboxOf(address);
  const at = mailbox.lastIndexOf("@");
  const [local, domain] = [mailbox.slice(0, at), mailbox.slice(at + 1)];
  if (!PLUS.has(domain)) {
    return [];
  }
  return GMAIL.has(domain) && local.length > 2
    ? [`${local.slice(0, 1)}.`, local.slice(0, 3), `${local.slice(0, 2)}.`]
    : [`${local}+`, `${local}@`];
}
