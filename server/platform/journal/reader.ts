import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { findRecord, HEADER_BYTES, isTornTail, MAX_RECORD_BYTES, recordAt } from "./record.ts";
import { comparePositions, listSegments, type Position, segmentPath } from "./segments.ts";

/** A record that begins in the first half of a full buffer is whole in it. */
const SCAN_BYTES = HEADER_BYTES + MAX_RECORD_BYTES;
const READ_BYTES = 2 * SCAN_BYTES;

/** A record and the place after it: what to remember once it is applied. */
export type ReadRecord = { payload: string; end: Position };

export type ReaderOptions = {
  /** The stream's folder; may not exist yet. */
  dir: string;
  /** Where to go on: the `end` of the last record that was taken. */
  from: Position;
  /** How far one may read; without it, to the end of what is there. */
  limit?: () => Position;
  /** Told of bytes that could not be read and were passed over, or of segments that are gone (then 0 bytes). */
  onDamage?: (at: Position, bytes: number) => void;
};

/** Follows a stream from a position, across segments, while it is being written. */
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

  /** The place after the last record returned. */
  get position(): Position {
    return this.#at;
  }

  /** The next records, at most about 1 MB of them; empty when there are none yet. */
  next(): ReadRecord[] {
    for (;;) {
      // Asked before reading: what is written to this segment after a later one exists is nothing.
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
    // At the start of a stream, where retention removed what was never needed again, or where segments were lost.
    return listSegments(this.#options.dir).find((segment) => segment >= next);
  }

  /**
   * Goes on behind bytes that are no record, when they can never become one. Looks at the bytes in which no record was
   * found, and does not read again: the writer may have added a good record since.
   *
   * @param length The bytes in the buffer.
   * @param isClosed A later segment exists, so nothing is added to this one.
   * @returns false when there is nothing to pass over.
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
    // What is said to be durable, or has a later segment, was written whole; else a killed process may have left half of it.
    const mayBeHalf = !isClosed && this.#options.limit === undefined;
    if (isEnd && mayBeHalf && isTornTail(this.#bytes.subarray(0, length))) {
      return false;
    }
    const bytes = isFull && found === undefined ? SCAN_BYTES : to;
    this.#options.onDamage?.(this.#at, bytes);
    this.#at = { segment, offset: offset + bytes };
    return true;
  }

  /** The records from here on, and how many bytes were read to find them. */
  #readHere(): { records: ReadRecord[]; length: number } {
    const fd = this.#open();
    if (fd === undefined) {
      return { records: [], length: 0 };
    }
    // The limit is asked first: one that moved after the read would vouch for bytes that were half-written then.
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

  /** How many bytes from here on may be looked at. */
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
