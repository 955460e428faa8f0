/** A column with more distinct values is not a status. */
const MAX_VALUES = 12;
const MAX_CHARS = 40;

/** The values of a column and their numbers of rows, most rows first. */
export type FewValues = { value: string; rows: number }[];

/** Counts the distinct values of a column until there are too many of them. */
export class FewValuesTally {
  private counts: Map<string, number> | undefined = new Map();

  add(cell: string): void {
    if (this.counts === undefined) {
      return;
    }
    const value = cell.trim();
    if (value === "") {
      return;
    }
    const known = this.counts.get(value);
    // Addresses and long texts are not a status. They are left out, because these counts are stored for a while.
    const isTooMuch =
      known === undefined &&
      (this.counts.size === MAX_VALUES || value.length > MAX_CHARS || value.includes("@"));
    if (isTooMuch) {
      this.counts = undefined;
      return;
    }
    this.counts.set(value, (known ?? 0) + 1);
  }

  /** Undefined for a column without values, or with too many. */
  result(): FewValues | undefined {
    if (this.counts === undefined || this.counts.size === 0) {
      return undefined;
    }
    return [...this.counts]
      .map(([value, n]) => ({ value, rows: n }))
      .sort((a, b) => b.rows - a.rows);
  }
}
