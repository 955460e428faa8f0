/**
 * One cell of a CSV file that people may open in a spreadsheet. A cell that a spreadsheet would treat as a formula is
 * prefixed with an apostrophe, which makes it text. A value that already starts with such an apostrophe gets another
 * one, so that `plainCell` restores every value.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvCell(value: string): string {
  const safe =
    /^'*[=+\-@\t\r\n]/.test(value) && !/^[+-]?\d+([.,]\d+)?$/.test(value) ? `'${value}` : value;
  return /[",;\t\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Reverses `csvCell`: removes the apostrophe that prevents a formula. */
export function plainCell(cell: string): string {
  return cell.charCodeAt(0) === 39 && /^'+[=+\-@\t\r\n]/.test(cell) ? cell.slice(1) : cell;
}

/** A CSV line of these cells, including the line break. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}
