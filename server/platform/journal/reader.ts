import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { findRecord, HEADER_BYTES, isTornTail, MAX_RECORD_BYTES, recordAt } from "./record.ts";
import { comparePositions, listSegments, type Position, segmentPath } from "./segments.ts";

/** Ensures that a record which starts in the first half of a full buffer is completely in it. */
const SCAN_BYTES = HEADER_BYTES + MAX_RECORD_BYTES;
const READ_BYTES = 2 * SCAN_BYTES;

/** A record and the position after it, to be stored once the record is applied. */
export type ReadRecord = { payload: string; end: Position };

export type ReaderOptions = {
  /** The stream's folder; may not exist yet. */
  dir: string;
  /** Where to continue: the `end` of the last record taken. */
  from: Position;
  /** The position up to which reading is allowed; omitted = to the end of the existing data. */
  limit?: () => Position;
  /** Called for unreadable bytes that are skipped, and for missing segments (with 0 bytes). */
  onDamage?: (at: Position, bytes: number) => void;
};

/** Reads a stream from a position, across segments, while it is being written. */
export class JournalReader {
  readonly #options: ReaderOptions;
  readonly #bytes = Buffer.allocUnsafe(READ_BYTES);
  readonly #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, READ_BYTES);
  #at: Position;
  #fd: number | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#at = options.from;
  }

  /** The position after the last record returned. */
  get position(): Position {
    return this.#at;
  }

  /** Returns the next records, about 1 MB at most; empty when there are none yet. */
  next(): ReadRecord[] {
    for (;;) {
      // Must be read first: once a later segment exists, nothing more is written to this one.
      const following = this.#followingSegment();
      const { records, length } = this.#readHere();
      if (records.length > 0) {
        return records;
      }
      if (this.#passDamage(length, following !== undefined)) {
        continue;
      }
      if (following === undefined) {
        return records;
      }
      this.#moveTo(following);
    }
  }

  close(): void {
    if (this.#fd !== undefined) {
      closeSync(this.#fd);
      this.#fd = undefined;
    }
  }

  #followingSegment(): number | undefined {
    const next = this.#at.segment + 1;
    const limit = this.#options.limit?.();
    if (limit !== undefined && limit.segment < next) {
      return undefined;
    }
    if (this.#at.segment > 0 && existsSync(segmentPath(this.#options.dir, next))) {
      return next;
    }
    // Needed at the start of a stream, where retention removed segments, or where segments were lost.
    return listSegments(this.#options.dir).find((segment) => segment >= next);
  }

  /**
   * Skips bytes that are not a record and cannot become one. Only examines the bytes in the buffer without reading
   * again, since the writer may have added a valid record in the meantime.
   *
   * @param length The number of bytes in the buffer.
   * @param isClosed True when a later segment exists, so that nothing is appended to this one.
   * @returns false when there is nothing to skip.
   */
  #passDamage(length: number, isClosed: boolean): boolean {
    if (length === 0) {
      return false;
    }
    const { segment, offset } = this.#at;
    const isFull = length === READ_BYTES;
    const found = findRecord(this.#bytes, this.#view, 1, length);
    const to = found === undefined ? length : found.start - HEADER_BYTES;
    const isEnd = found === undefined && !isFull;
    // Durable data and closed segments were written completely; otherwise a killed process may have left a partial
    // record.
    const mayBeHalf = !isClosed && this.#options.limit === undefined;
    if (isEnd && mayBeHalf && isTornTail(this.#bytes.subarray(0, length))) {
      return false;
    }
    const bytes = isFull && found === undefined ? SCAN_BYTES : to;
    this.#options.onDamage?.(this.#at, bytes);
    this.#at = { segment, offset: offset + bytes };
    return true;
  }

  /** The records from the current position, and the number of bytes read. */
  #readHere(): { records: ReadRecord[]; length: number } {
    const fd = this.#open();
    if (fd === undefined) {
      return { records: [], length: 0 };
    }
    // The limit is read before the bytes: if the limit advanced in between, it would cover bytes that were incomplete
    // when they were read.
    const readable = this.#readable();
    const length = Math.min(readable, readSync(fd, this.#bytes, 0, READ_BYTES, this.#at.offset));
    const { segment, offset } = this.#at;
    const records: ReadRecord[] = [];
    let end = 0;
    for (let found = recordAt(this.#bytes, this.#view, 0, length); found !== undefined; ) {
      end = found.end;
      records.push({
        payload: this.#bytes.toString("utf8", found.start, end),
        end: { segment, offset: offset + end },
      });
      found = recordAt(this.#bytes, this.#view, end, length);
    }
    this.#at = { segment, offset: offset + end };
    return { records, length };
  }

  /** The number of bytes that may be read from the current position. */
  #readable(): number {
    const limit = this.#options.limit?.();
    if (limit === undefined || limit.segment > this.#at.segment) {
      return READ_BYTES;
    }
    return comparePositions(limit, this.#at) <= 0 ? 0 : limit.offset - this.#at.offset;
  }

  #open(): number | undefined {
    if (this.#fd === undefined) {
      const path = segmentPath(this.#options.dir, this.#at.segment);
      if (!existsSync(path)) {
        return undefined;
      }
      this.#fd = openSync(path, "r");
    }
    return this.#fd;
  }

  #moveTo(segment: number): void {
    if (this.#at.segment > 0 && segment > this.#at.segment + 1 && this.#fd !== undefined) {
      this.#options.onDamage?.(this.#at, 0);
    }
    this.close();
    this.#at = { segment, offset: 0 };
  }
}
