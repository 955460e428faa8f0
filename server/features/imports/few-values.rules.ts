/** A column with more distinct values is not a status. */
const MAX_VALUES = 12;
const MAX_CHARS = 40;

/** The values of a column and their numbers of rows, most rows first. */
export type FewValues = { value: string; rows: number }[];

/** Counts the distinct values of a column until there are too many. */
export class FewValuesTally {
  private counts: Map<string, number> | undefined = new Map();
  private rows = 0;

  add(cell: string): void {
    if (this.counts === undefined) {
      return;
    }
    const value = cell.trim();
    if (value === "") {
      return;
    }
    this.rows += 1;
    const known = this.counts.get(value);
    // Addresses and long texts are not a status, and these counts are stored for a while.
    const isTooMuch =
      known === undefined &&
      (this.counts.size === MAX_VALUES || value.length > MAX_CHARS || value.includes("@"));
    if (isTooMuch) {
      this.counts = undefined;
      return;
    }
    this.counts.set(value, (known ?? 0) + 1);
  }

  /** Undefined for a column whose values hardly repeat, or that has too many. */
  result(): FewValues | undefined {
    const { counts, rows } = this;
    if (counts === undefined || counts.size === 0 || (counts.size > 1 && counts.size * 2 > rows)) {
      return undefined;
    }
    return [...counts].map(([value, n]) => ({ value, rows: n })).sort((a, b) => b.rows - a.rows);
  }
}
