import iconv from "iconv-lite";

export type HostileEncoding = "utf8" | "utf16le" | "windows-1252";

/** A CSV as people really send it, and the results of a correct import. */
export type HostileCsv = {
  bytes: Buffer;
  rows: number;
  /** Normalised addresses of the contacts that must exist afterwards. */
  addresses: string[];
  /** Rows with the same address as an earlier row. */
  duplicates: number;
  /** Rows that cannot become contacts: no address, an invalid one, or a quotation mark that never closes. */
  rejected: number;
  /**
   * Contacts whose row has more cells than the header, so that the meaning of its cells is uncertain: they are not
   * mailed.
   */
  held: number;
};

const NAMES = [
  "Zoë",
  "José",
  "Jürgen",
  "Renée",
  "O'Brien",
  'Anne "Annie"',
  "Smith, John",
  "=SUM(A1)",
  "Ünal",
];

/**
 * Creates `rows` rows. Most are valid, and the rest contain mistakes as seen in real files: duplicates in other letter
 * case, addresses without a domain, two at signs, blanks inside, rows of empty cells, too many columns, cells with line
 * breaks, quotes and formulas.
 *
 * @param encoding utf8 has a byte order mark and commas; utf16le has one and tabs; windows-1252 has neither, and
 * semicolons.
 */
export function hostileCsv(rows: number, encoding: HostileEncoding, prefix: string): HostileCsv {
  const separator = { utf8: ",", utf16le: "\t", "windows-1252": ";" }[encoding];
  const quote = (cell: string) =>
    /["\r\n]/.test(cell) || cell.includes(separator) ? `"${cell.replaceAll('"', '""')}"` : cell;
  const lines = [["E-Mail", "First name", "Last name", "City"].join(separator)];
  const addresses: string[] = [];
  let duplicates = 0;
  let rejected = 0;
  let held = 0;
  for (let i = 0; i < rows; i++) {
    const name = NAMES[i % NAMES.length] ?? "";
    const good = `${prefix}${i}@example${i % 7}.test`;
    let email = good;
    const rest = [name, `Row ${i}`, i % 11 === 0 ? "New\nYork" : "Köln"];
    if (i % 50 === 49) {
      email = ` ${(addresses[i % 13] ?? good).toUpperCase()} `;
      duplicates++;
    } else if (i % 50 === 20) {
      email =
        ["no-at-sign", "two@@signs.test", "blank in@side.test", "", "@nobody.test", "a@"][
          ((i / 50) % 6) | 0
        ] ?? "";
      rejected++;
    } else {
      addresses.push(good);
    }
    if (i % 97 === 96) {
      rest.push("one", "column", "too many");
      held += email === good ? 1 : 0;
    }
    lines.push([email, ...rest].map(quote).join(separator));
  }
  const newline = encoding === "utf8" ? "\r\n" : "\n";
  const bytes = iconv.encode(lines.join(newline) + newline, encoding, {
    addBOM: encoding !== "windows-1252",
  });
  return { bytes, rows, addresses, duplicates, rejected, held };
}
