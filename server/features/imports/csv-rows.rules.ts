/** One row of a CSV text. */
export type CsvRow = {
  cells: string[];
  /** The position of the next row in the text. */
  end: number;
  /** Why the row is unreliable. Its cells are then those of its first line, and `end` is after that line. */
  fault?: string;
};

export type CsvShape = {
  delimiter: string;
  /** `\n` also covers `\r\n`. */
  newline: "\n" | "\r";
  /** The number of cells per row; 0 when unknown. */
  columns: number;
};

/** A longer row is an error: a quotation mark was opened and never closed. */
export const MAX_ROW_CHARS = 16 * 1024 * 1024;
const UNCLOSED = "a quotation mark that opens in this row is never closed";
const QUOTE = '"';

/**
 * Reads rows from a text one at a time, as RFC 4180 defines them and as people write them.
 *
 * Lenient: a quotation mark inside an unquoted cell is ordinary text. So is one inside a quoted cell that no delimiter
 * follows, if the cell is on one line. Strict: if a cell spans lines and then contains such a mark, or never ends, its
 * quotation mark was never closed and the cell contains other rows. That row is returned with a fault and only its
 * first line, and reading continues at the next line, so that one forgotten mark costs one row.
 */
export class CsvRows {
  private readonly text: string;
  private readonly shape: CsvShape;
  private readonly final: boolean;
  /** The first quotation mark at or after the current position. Rows without one are simply split. */
  private nextQuote: number;

  /** @param final The text ends at the end of the file, so its last row may lack a line end. */
  constructor(text: string, shape: CsvShape, final: boolean) {
    this.text = text;
    this.shape = shape;
    this.final = final;
    this.nextQuote = text.indexOf(QUOTE);
  }

  /** The row at `at`; undefined at the end, or when the rest of the row is not loaded yet. */
  read(at: number): CsvRow | undefined {
    if (at >= this.text.length) {
      return undefined;
    }
    const lineEnd = this.text.indexOf(this.shape.newline, at);
    if (lineEnd === -1 && !this.final && this.text.length - at < MAX_ROW_CHARS) {
      return undefined;
    }
    if (this.nextQuote !== -1 && this.nextQuote < at) {
      this.nextQuote = this.text.indexOf(QUOTE, at);
    }
    const stop = lineEnd === -1 ? this.text.length : lineEnd;
    return this.nextQuote === -1 || this.nextQuote >= stop
      ? { cells: this.splitLine(at, stop), end: this.after(stop) }
      : this.readQuoted(at, stop);
  }

  private splitLine(at: number, stop: number): string[] {
    const from = stop > at && this.text[stop - 1] === "\r" ? stop - 1 : stop;
    return this.text.slice(at, from).split(this.shape.delimiter);
  }

  private after(stop: number): number {
    return Math.min(stop + 1, this.text.length);
  }

  private readQuoted(at: number, firstLineEnd: number): CsvRow | undefined {
    const cells: string[] = [];
    let position = at;
    for (;;) {
      const cell =
        this.text[position] === QUOTE ? this.quotedCell(position) : this.plainCell(position);
      if (cell === "more") {
        return undefined;
      }
      if (cell === "unclosed" || cell.end - at > MAX_ROW_CHARS) {
        return this.faulty(at, firstLineEnd);
      }
      cells.push(cell.value);
      if (this.text[cell.end] !== this.shape.delimiter) {
        const swallowed = cell.end > firstLineEnd && cells.length < this.shape.columns;
        return swallowed ? this.faulty(at, firstLineEnd) : { cells, end: this.after(cell.end) };
      }
      position = cell.end + 1;
    }
  }

  private faulty(at: number, firstLineEnd: number): CsvRow {
    return {
      cells: this.splitLine(at, firstLineEnd),
      end: this.after(firstLineEnd),
      fault: UNCLOSED,
    };
  }

  /** `end` is the position of the delimiter or newline, or the end of the text. */
  private plainCell(start: number): { value: string; end: number } | "more" {
    const delimiter = this.text.indexOf(this.shape.delimiter, start);
    let stop = this.text.indexOf(this.shape.newline, start);
    if (stop === -1) {
      if (!this.final && this.text.length - start < MAX_ROW_CHARS) {
        return "more";
      }
      stop = this.text.length;
    }
    if (delimiter !== -1 && delimiter < stop) {
      return { value: this.text.slice(start, delimiter), end: delimiter };
    }
    const trimmed = stop > start && this.text[stop - 1] === "\r" ? stop - 1 : stop;
    return { value: this.text.slice(start, trimmed), end: stop };
  }

  private quotedCell(start: number): { value: string; end: number } | "more" | "unclosed" {
    let escaped = false;
    let mark = this.text.indexOf(QUOTE, start + 1);
    for (;;) {
      if (mark === -1) {
        return this.ranOut(start);
      }
      if (this.text[mark + 1] === QUOTE) {
        escaped = true;
        mark = this.text.indexOf(QUOTE, mark + 2);
        continue;
      }
      const end = this.cellEndAfter(mark + 1);
      if (end === "more") {
        return this.ranOut(start);
      }
      if (end !== undefined) {
        const value = this.text.slice(start + 1, mark);
        return { value: escaped ? value.replaceAll('""', QUOTE) : value, end };
      }
      if (this.spansLines(start, mark)) {
        return "unclosed";
      }
      mark = this.text.indexOf(QUOTE, mark + 1);
    }
  }

  private ranOut(start: number): "more" | "unclosed" {
    return this.final || this.text.length - start >= MAX_ROW_CHARS ? "unclosed" : "more";
  }

  private spansLines(start: number, mark: number): boolean {
    const newline = this.text.indexOf(this.shape.newline, start);
    return newline !== -1 && newline < mark;
  }

  /** The end of the cell when only blanks precede a delimiter or line end; undefined when something else does. */
  private cellEndAfter(position: number): number | "more" | undefined {
    let at = position;
    while (this.text[at] === " " || (this.text[at] === "\r" && this.shape.newline === "\n")) {
      at += 1;
    }
    if (at >= this.text.length) {
      return this.final ? this.text.length : "more";
    }
    const next = this.text[at];
    return next === this.shape.delimiter || next === this.shape.newline ? at : undefined;
  }
}

/** True for an entirely empty row, as spreadsheets leave at the end. */
export function isBlankRow(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === "");
}
