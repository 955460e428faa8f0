import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { AppError, because, messageOf } from "../errors.ts";
import { findRecord, RecordBuffer, recordAt } from "./record.ts";
import {
  type DurableMark,
  listSegments,
  newDurableMark,
  type Position,
  publishDurable,
  segmentPath,
  streamStart,
  syncFolder,
} from "./segments.ts";

const SEGMENT_BYTES = 16 * 1024 * 1024;
const RETRY_AFTER_SECONDS = 5;
const PROBE_EVERY_MS = 1_000;
const PROBE_BYTES = 64 * 1024;

export type JournalOptions = {
  /** Folder of the stream's segments; created if missing. */
  dir: string;
  /** New segments get numbers above this, even when the folder is empty. */
  above?: number;
  /** A segment that has reached this size is followed by a new one. */
  segmentBytes?: number;
  /** Where to publish the durable position for readers in other threads. */
  durable?: DurableMark;
  /** Called once when the journal stops being writable, and once when it is writable again. */
  onHealth?: (health: JournalHealth) => void;
};

export type JournalHealth = { writable: true } | { writable: false; reason: string };

/**
 * Opens a stream for appending; only one writer per stream at a time.
 *
 * The newest segment is truncated after its last complete record, which removes what a crash left half-written. Appends
 * go to a new segment, so that a position handed out earlier never refers to different bytes, even if a power cut lost
 * the end of the old segment.
 */
export function openJournal(options: JournalOptions): Journal {
  mkdirSync(options.dir, { recursive: true });
  const newest = listSegments(options.dir).at(-1);
  if (newest !== undefined) {
    truncateTornTail(segmentPath(options.dir, newest));
  }
  return new Journal(options, Math.max(newest ?? 0, options.above ?? 0));
}

function truncateTornTail(path: string): void {
  const bytes = readFileSync(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = 0;
  for (let found = findRecord(bytes, view, 0, bytes.length); found !== undefined; ) {
    end = found.end;
    // Damage in the middle is kept, because the records after it are valid and the reader skips the damaged bytes.
    found =
      recordAt(bytes, view, end, bytes.length) ?? findRecord(bytes, view, end + 1, bytes.length);
  }
  if (end < bytes.length) {
    truncateSync(path, end);
  }
}

/**
 * An append-only stream of records. Appends that arrive while a group is being written form the next group, which takes
 * one write and one fdatasync.
 */
export class Journal {
  readonly #dir: string;
  readonly #segmentBytes: number;
  readonly #durable: DurableMark;
  readonly #onHealth: (health: JournalHealth) => void;
  /** The open segment; its first `offset` bytes are durable. */
  #at: Position;
  #fd: number | undefined;
  /** The next write must start a new segment. */
  #mustRoll = false;
  /** The open segment may contain bytes past `#at` from a failed write, which must be removed before the next write. */
  #dirty = false;
  #broken: string | undefined;
  #closed = false;
  #collecting = new RecordBuffer();
  #writing = new RecordBuffer();
  /** Settles when the records being collected are durable or have failed. */
  #group: PromiseWithResolvers<void> | undefined;
  #flushing: Promise<void> | undefined;
  #probe: ReturnType<typeof setTimeout> | undefined;

  constructor(options: JournalOptions, newestSegment: number) {
    this.#dir = options.dir;
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    this.#durable = options.durable ?? newDurableMark();
    this.#onHealth = options.onHealth ?? (() => {});
    this.#at = newestSegment === 0 ? streamStart : { segment: newestSegment, offset: 0 };
  }

  /** The position up to which the stream is durable, for readers in other threads. */
  get durable(): DurableMark {
    return this.#durable;
  }

  get health(): JournalHealth {
    return this.#broken === undefined
      ? { writable: true }
      : { writable: false, reason: this.#broken };
  }

  /**
   * Appends one record; resolves when it and all records appended before it are durable.
   *
   * @throws AppError `unavailable` when it could not be stored; no reader will ever see it. The journal recovers by
   * itself: each later append tries again, and it probes once a second.
   * @throws RangeError for an empty payload or one above 1 MB.
   */
  append(payload: string): Promise<void> {
    if (this.#closed) {
      return Promise.reject(new AppError("unavailable", because("journal_closed")));
    }
    this.#collecting.add(payload);
    if (this.#group === undefined) {
      this.#group = Promise.withResolvers<void>();
      this.#startFlush();
    }
    return this.#group.promise;
  }

  /**
   * Starts a new segment, so that the previous one can be deleted as soon as its records are applied. Resolves when the
   * new segment exists.
   *
   * @throws AppError `unavailable` when it cannot be created.
   */
  async roll(): Promise<void> {
    if (this.#closed) {
      return;
    }
    this.#mustRoll = true;
    if (this.#group === undefined) {
      this.#group = Promise.withResolvers<void>();
      this.#startFlush();
    }
    await this.#group.promise;
  }

  /** Writes the pending records, then closes the file. Later appends are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#probe);
    while (this.#flushing !== undefined) {
      await this.#flushing;
    }
    if (this.#fd !== undefined) {
      closeSync(this.#fd);
      this.#fd = undefined;
    }
  }

  #startFlush(): void {
    if (this.#flushing !== undefined) {
      return;
    }
    // Waits for the next turn of the event loop, so that all appends of this one are written together.
    this.#flushing = new Promise((resolve) => setImmediate(resolve))
      .then(() => this.#flush())
      .finally(() => {
        this.#flushing = undefined;
        if (this.#group !== undefined) {
          this.#startFlush();
        }
      });
  }

  async #flush(): Promise<void> {
    const group = this.#group;
    const records = this.#collecting;
    this.#group = undefined;
    this.#collecting = this.#writing;
    this.#writing = records;
    try {
      await this.#write(records.bytes());
      this.#setBroken(undefined);
      group?.resolve();
    } catch (error) {
      this.#dirty = true;
      const reason = messageOf(error);
      this.#setBroken(reason);
      group?.reject(
        new AppError("unavailable", because("journal_unwritable", { reason }), {
          retryAfterSeconds: RETRY_AFTER_SECONDS,
          cause: error,
        }),
      );
    } finally {
      records.clear();
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#dirty) {
      this.#takeBackRefused();
    }
    const isFull = this.#at.offset >= this.#segmentBytes;
    if (isFull || (this.#mustRoll && this.#at.offset > 0)) {
      this.#closeSegment();
    }
    this.#mustRoll = false;
    const fd = this.#fd ?? this.#openNextSegment();
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(fd, bytes, done, bytes.length - done, this.#at.offset + done);
    }
    await dataSync(fd);
    this.#requireInPlace(fd);
    this.#at = { segment: this.#at.segment, offset: this.#at.offset + bytes.length };
    publishDurable(this.#durable, this.#at);
  }

  /**
   * Records in a segment that was removed or replaced are durable for nobody: the reader opens segments by name, and the
   * next start will not find them. The next write begins a new segment. If the whole folder is gone, writing stays
   * impossible until somebody puts it back or starts the server again.
   */
  #requireInPlace(fd: number): void {
    const path = segmentPath(this.#dir, this.#at.segment);
    if (statSync(path, { throwIfNoEntry: false })?.ino !== fstatSync(fd).ino) {
      this.#closeSegment();
      throw new Error(`${path} was removed or replaced while it was being written`);
    }
  }

  /**
   * Truncates the open segment to its acknowledged records. If it contains any, writing continues in a new segment:
   * after a failed fdatasync the kernel may no longer know which pages have not reached the disk.
   */
  #takeBackRefused(): void {
    if (this.#fd !== undefined) {
      ftruncateSync(this.#fd, this.#at.offset);
      if (this.#at.offset > 0) {
        fsyncSync(this.#fd);
        this.#closeSegment();
      }
    }
    this.#dirty = false;
  }

  #openNextSegment(): number {
    const segment = this.#at.segment + 1;
    // Not "wx": if syncing the folder failed, the next attempt opens the same segment again.
    const fd = openSync(segmentPath(this.#dir, segment), "w");
    try {
      syncFolder(this.#dir);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    this.#fd = fd;
    this.#at = { segment, offset: 0 };
    return fd;
  }

  #closeSegment(): void {
    if (this.#fd !== undefined) {
      closeSync(this.#fd);
      this.#fd = undefined;
    }
  }

  #setBroken(reason: string | undefined): void {
    const changed = (reason === undefined) !== (this.#broken === undefined);
    this.#broken = reason;
    clearTimeout(this.#probe);
    if (reason !== undefined && !this.#closed) {
      this.#probe = setTimeout(() => this.#tryWriting(), PROBE_EVERY_MS);
    }
    if (changed) {
      this.#onHealth(this.health);
    }
  }

  /**
   * Checks whether writing works again, with bytes past the durable position that no reader sees and that are removed
   * afterwards.
   */
  #tryWriting(): void {
    if (this.#flushing !== undefined || this.#closed) {
      return;
    }
    try {
      if (this.#dirty) {
        this.#takeBackRefused();
      }
      const fd = this.#fd ?? this.#openNextSegment();
      this.#dirty = true;
      const zeros = Buffer.alloc(PROBE_BYTES);
      if (writeSync(fd, zeros, 0, PROBE_BYTES, this.#at.offset) < PROBE_BYTES) {
        throw new Error("ENOSPC: no space left on device, write");
      }
      fdatasyncSync(fd);
      ftruncateSync(fd, this.#at.offset);
      this.#dirty = false;
      this.#setBroken(undefined);
    } catch (error) {
      this.#setBroken(messageOf(error));
    }
  }
}

function dataSync(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(fd, (error) => (error ? reject(error) : resolve()));
  });
}
