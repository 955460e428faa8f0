/** Size of the header before each payload: u32 length and u32 CRC-32 of the payload, both little-endian. */
export const HEADER_BYTES = 8;
/** Longer records are refused when writing and treated as damage when reading. */
export const MAX_RECORD_BYTES = 1024 * 1024;

/** A record found in a buffer; `end` is the offset of the byte after it. */
export type FoundRecord = { start: number; end: number };

/**
 * Returns the record that starts at `offset`; undefined when there is no complete, undamaged one. An empty payload
 * counts as damage: the CRC-32 of nothing is zero, so a file that a power cut filled with zeros would otherwise read as
 * endless empty records.
 */
export function recordAt(
  buffer: Uint8Array,
  view: DataView,
  offset: number,
  limit: number,
): FoundRecord | undefined {
  const start = offset + HEADER_BYTES;
  if (start > limit) {
    return undefined;
  }
  const length = view.getUint32(offset, true);
  const end = start + length;
  if (length === 0 || length > MAX_RECORD_BYTES || end > limit) {
    return undefined;
  }
  const crc = view.getUint32(offset + 4, true);
  return Bun.hash.crc32(buffer.subarray(start, end)) === crc ? { start, end } : undefined;
}

/**
 * The first complete record at or after `from`, used after unreadable bytes; undefined when there is none. A plausible
 * length with a matching checksum counts as a record.
 */
export function findRecord(
  buffer: Uint8Array,
  view: DataView,
  from: number,
  limit: number,
): FoundRecord | undefined {
  for (let offset = from; offset + HEADER_BYTES < limit; offset += 1) {
    const found = recordAt(buffer, view, offset, limit);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/**
 * True for data left by a process that was killed while writing: less than a header, a record without its end, or
 * zeros. Anything else at the end of a stream was written completely and has changed since.
 */
export function isTornTail(bytes: Uint8Array): boolean {
  const left = bytes.length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = left < HEADER_BYTES ? 0 : view.getUint32(0, true);
  const isCut = length > 0 && length <= MAX_RECORD_BYTES && HEADER_BYTES + length > left;
  return left < HEADER_BYTES || isCut || bytes.every((byte) => byte === 0);
}

/** Collects records for one write. Grows by doubling and is reused for later groups. */
export class RecordBuffer {
  #bytes: Buffer = Buffer.allocUnsafe(64 * 1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds one record. @throws RangeError when the payload is empty or longer than MAX_RECORD_BYTES. */
  add(payload: string): void {
    // UTF-8 needs at most three bytes per UTF-16 code unit.
    this.#reserve(HEADER_BYTES + payload.length * 3);
    const start = this.#length + HEADER_BYTES;
    const written = this.#bytes.write(payload, start, "utf8");
    if (written === 0 || written > MAX_RECORD_BYTES) {
      throw new RangeError(
        `a journal record must have 1 to ${MAX_RECORD_BYTES} bytes, not ${written}`,
      );
    }
    const crc = Bun.hash.crc32(this.#bytes.subarray(start, start + written));
    this.#bytes.writeUInt32LE(written, this.#length);
    this.#bytes.writeUInt32LE(crc, this.#length + 4);
    this.#length = start + written;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  #reserve(extra: number): void {
    if (this.#length + extra <= this.#bytes.length) {
      return;
    }
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + extra));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
