import { plainCell } from "../../platform/csv.ts";
import {
  type EmailAddress,
  isAddressFault,
  parseEmailAddress,
} from "../../platform/email-address.ts";

/**
 * `said`: the addresses in a cell that is not a single address, so that a refusal in the same row still applies to
 * them.
 */
export type AddressCell = EmailAddress | { fault: string; said: string[] };

const INVISIBLE = "\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2064\\ufeff";
const ENDS = new RegExp(`^[\\s${INVISIBLE}]+|[\\s${INVISIBLE}]+$`, "g");
const ANYWHERE = new RegExp(`[${INVISIBLE}]`, "g");
/** `Ann Lee <ann@x.example>`; a name with an @ in it may be another address. */
const NAMED = /^[^<>@]*<([^<>\s]+)>$/;
const QUOTES = /^["'“”„‘’`]+|["'“”„‘’`]+$/g;
const LIKE_ADDRESS = /[^\s<>()[\]"'“”„,;:|]+@[^\s<>()[\]"'“”„,;:|?]+/g;
const MAX_CELL_CHARS = 1_000;

/**
 * The address in a cell, also as a name with the address in angle brackets, as a `mailto:` link, in quotation marks or
 * between invisible characters.
 */
export function readAddressCell(cell = ""): AddressCell {
  const first = firstAddress(cell);
  const written = parseEmailAddress(first);
  if (!isAddressFault(written)) {
    return written;
  }
  const text = first.slice(0, MAX_CELL_CHARS);
  const bare = parseEmailAddress(bareAddress(text));
  if (!isAddressFault(bare)) {
    return bare;
  }
  const like =
    text
      .replace(ANYWHERE, "")
      .replace(/mailto:/gi, "")
      .match(LIKE_ADDRESS) ?? [];
  const said = like.flatMap((one) => {
    const read = parseEmailAddress(one.replace(/\.+$/, ""));
    return isAddressFault(read) ? [] : [read.address];
  });
  return { fault: written.why.text, said: [...new Set(said)] };
}

/** True for a cell that contains an address. */
export const isAddressCell = (cell: string): boolean =>
  cell.includes("@") && !("fault" in readAddressCell(cell));

/** Google joins the addresses of one person. The first is the main address, and the row becomes one contact. */
const firstAddress = (cell: string) => plainCell(cell).split(" ::: ", 1)[0] ?? "";

function bareAddress(text: string): string {
  const trimmed = text.replace(ENDS, "");
  const inner = NAMED.exec(trimmed)?.[1] ?? trimmed;
  return inner
    .replace(QUOTES, "")
    .replace(/^mailto:([^?]*)(\?.*)?$/i, "$1")
    .replace(ENDS, "");
}
