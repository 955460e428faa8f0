import { closeSync, openSync, readSync } from "node:fs";
import { type CsvRow, CsvRows, type CsvShape, isBlankRow } from "./csv-rows.rules.ts";
import { isSeparatorLine, wholeCharacters } from "./sniff.rules.ts";

const BLOCK_BYTES = 256 * 1024;

/**
 * Reads the rows of a UTF-8 file from a byte position, in blocks. It needs the memory of one block or the longest
 * row. `positionBytes` is exact after every row, so that another reader can continue there.
 */
export class CsvReader {
  private readonly file: number;
  private readonly shape: CsvShape;
  private text = "";
  private rows: CsvRows;
  private at = 0;
  /** Byte position of `text[countedTo]` in the file. */
  private countedBytes: number;
  private countedTo = 0;
  /** Byte position up to which the file has been loaded into `text`. */
  private loadedBytes: number;
  private ended = false;

  constructor(path: string, shape: CsvShape, positionBytes: number) {
    this.file = openSync(path, "r");
    this.shape = shape;
    this.countedBytes = positionBytes;
    this.loadedBytes = positionBytes;
    this.rows = new CsvRows("", shape, false);
  }

  /** The next row, or undefined at the end of the file. */
  next(): CsvRow | undefined {
    const row = this.peek();
    if (row !== undefined) {
      this.at = row.end;
    }
    return row;
  }

  /** The next row, without advancing. */
  peek(): CsvRow | undefined {
    for (;;) {
      const row = this.rows.read(this.at);
      if (row !== undefined) {
        return row;
      }
      if (this.ended) {
        return undefined;
      }
      this.load();
    }
  }

  /**
   * Moves to the first data row. Must be called first. A byte order mark is part of the first cell, whether in
   * Excel's `sep=;` line or in the header.
   */
  skipHead(hasHeader: boolean): void {
    this.skipByteOrderMark();
    const first = this.peek();
    if (first !== undefined && isSeparatorLine(first.cells)) {
      this.next();
    }
    if (!hasHeader) {
      return;
    }
    for (let header = this.next(); header !== undefined; header = this.next()) {
      if (!isBlankRow(header.cells)) {
        return;
      }
    }
  }

  private skipByteOrderMark(): void {
    this.load();
    if (this.text.startsWith("\ufeff")) {
      this.at = 1;
    }
  }

  /** The byte position of the next row. */
  get positionBytes(): number {
    this.countedBytes += Buffer.byteLength(this.text.slice(this.countedTo, this.at));
    this.countedTo = this.at;
    return this.countedBytes;
  }

  close(): void {
    closeSync(this.file);
  }

  private load(): void {
    const kept = this.text.slice(this.at);
    const base = this.positionBytes;
    // A row longer than the loaded text is searched again after each block, so the blocks grow with it.
    const block = Buffer.allocUnsafe(Math.max(BLOCK_BYTES, kept.length));
    let filled = 0;
    while (filled < block.length) {
      const n = readSync(
        this.file,
        block,
        filled,
        block.length - filled,
        this.loadedBytes + filled,
      );
      if (n === 0) {
        this.ended = true;
        break;
      }
      filled += n;
    }
    const whole = this.ended ? filled : wholeCharacters(block, filled);
    this.text = kept + block.toString("utf8", 0, whole);
    this.loadedBytes += whole;
    this.at = 0;
    this.countedTo = 0;
    this.countedBytes = base;
    this.rows = new CsvRows(this.text, this.shape, this.ended);
  }
}
