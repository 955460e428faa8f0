/**
 * One cell of a CSV file that people will open in a spreadsheet. A cell that a spreadsheet would take
 * for a formula gets an apostrophe in front, which shows it as text; so does one that has such an apostrophe
 * already, so that `plainCell` gives every value back.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvCell(value: string): string {
  const safe =
    /^'*[=+\-@\t\r\n]/.test(value) && !/^[+-]?\d+([.,]\d+)?$/.test(value) ? `'${value}` : value;
  return /[",;\t\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What `csvCell` was given: takes off the apostrophe that keeps a cell from being a formula. */
export function plainCell(cell: string): string {
  return cell.charCodeAt(0) === 39 && /^'+[=+\-@\t\r\n]/.test(cell) ? cell.slice(1) : cell;
}

/** A line of such cells, with its line end. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}
