/** What tells that something is about a person: an address, or both parts of a name. */
export type Naming = { addresses: readonly string[]; names: readonly (readonly string[])[] };

/** Runs of base64 too short for any address or name are not looked into. */
const BASE64_RUN = /(?:[A-Za-z0-9+/]{4,}[ \t]*\r?\n?)+={0,2}/g;
const SHORTEST_BASE64 = 12;

/** True when a text names the person, in whatever case. */
export function mentions(text: string, who: Naming): boolean {
  const lower = text.toLowerCase();
  return (
    who.addresses.some((address) => lower.includes(address.toLowerCase())) ||
    who.names.some(
      (parts) => parts.length > 1 && parts.every((part) => lower.includes(part.toLowerCase())),
    )
  );
}

/** What stands where an address stood. No address, and the beginning of none. */
const REDACTED = "[erased]";

/** The text without the person's addresses, in whatever case. */
export function redact(text: string, { addresses }: Pick<Naming, "addresses">): string {
  return addresses.reduce(
    (left, address) => left.replace(new RegExp(RegExp.escape(address), "giu"), () => REDACTED),
    text,
  );
}

/** JSON whose strings are without the person's addresses; "" stays as it is. */
export function redactJson(json: string, who: Pick<Naming, "addresses">): string {
  return json === ""
    ? ""
    : JSON.stringify(JSON.parse(json), (_key, value: unknown) =>
        typeof value === "string" ? redact(value, who) : value,
      );
}

/**
 * True when a message as it came over the wire names the person: in clear, or inside what quoted-printable or
 * base64 hide, in a header or a part of any depth.
 */
export function mailMentions(raw: Uint8Array, who: Naming): boolean {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const wire = bytes.toString("latin1");
  if (mentions(bytes.toString("utf8"), who) || mentions(wire, who)) {
    return true;
  }
  if (wire.includes("=") && mentions(fromQuotedPrintable(wire), who)) {
    return true;
  }
  for (const [run] of wire.matchAll(BASE64_RUN)) {
    if (run.length >= SHORTEST_BASE64) {
      const decoded = Buffer.from(run, "base64");
      if (mentions(decoded.toString("utf8"), who) || mentions(decoded.toString("latin1"), who)) {
        return true;
      }
    }
  }
  return false;
}

function fromQuotedPrintable(wire: string): string {
  const octets = wire
    .replace(/=[ \t]*\r?\n/g, "")
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return Buffer.from(octets, "latin1").toString("utf8");
}
