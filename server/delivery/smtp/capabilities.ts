/** The extensions that a server offered in its EHLO reply (RFC 5321 §4.1.1.1). */
export type Capabilities = {
  pipelining: boolean;
  eightBitMime: boolean;
  smtpUtf8: boolean;
  startTls: boolean;
  /** Largest message in bytes (RFC 1870); undefined = SIZE was not offered, or was offered without a limit. */
  maxSizeBytes: number | undefined;
  /** True when SIZE was offered, so that MAIL may announce the size. */
  size: boolean;
  /** SASL mechanisms in upper case. */
  auth: ReadonlySet<string>;
};

/** For a server that only knows HELO. */
export const noCapabilities: Capabilities = {
  pipelining: false,
  eightBitMime: false,
  smtpUtf8: false,
  startTls: false,
  maxSizeBytes: undefined,
  size: false,
  auth: new Set(),
};

/**
 * Parses the lines of an EHLO reply; the first line is the server's name. Also accepts the obsolete form `AUTH=LOGIN`,
 * which some servers still send.
 */
export function readCapabilities(lines: readonly string[]): Capabilities {
  const offers = new Map<string, string[]>();
  for (const line of lines.slice(1)) {
    const [keyword = "", ...values] = line
      .trim()
      .toUpperCase()
      .replace(/^AUTH=/, "AUTH ")
      .split(/\s+/);
    offers.set(keyword, [...(offers.get(keyword) ?? []), ...values]);
  }
  const size = Number(offers.get("SIZE")?.[0]);
  return {
    pipelining: offers.has("PIPELINING"),
    eightBitMime: offers.has("8BITMIME"),
    smtpUtf8: offers.has("SMTPUTF8"),
    startTls: offers.has("STARTTLS"),
    maxSizeBytes: Number.isSafeInteger(size) && size > 0 ? size : undefined,
    size: offers.has("SIZE"),
    auth: new Set(offers.get("AUTH") ?? []),
  };
}
