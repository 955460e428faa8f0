import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  unlinkSync,
} from "node:fs";
import { join } from "node:path";

/** A position in a stream: the offset of the byte after a record. Segment numbers start at 1 and are never reused. */
export type Position = { segment: number; offset: number };

/** The position before the first record of any stream. */
export const streamStart: Position = { segment: 0, offset: 0 };

/** Negative when `a` is before `b`, positive when it is after, 0 when they are equal. */
export function comparePositions(a: Position, b: Position): number {
  return a.segment - b.segment || a.offset - b.offset;
}

export function segmentPath(dir: string, segment: number): string {
  return join(dir, `${String(segment).padStart(10, "0")}.log`);
}

/** The numbers of the existing segments, ascending; empty when the folder does not exist. */
export function listSegments(dir: string): number[] {
  if (!existsSync(dir)) {
    return [];
  }
  return readdirSync(dir)
    .filter((name) => /^\d{10}\.log$/.test(name))
    .map((name) => Number(name.slice(0, 10)))
    .sort((a, b) => a - b);
}

/**
 * Deletes the segments below `segment`, except the newest one: its number prevents later segments from reusing a number
 * that a database already stores as its applied position.
 *
 * @returns how many were deleted.
 */
export function removeSegmentsBelow(dir: string, segment: number): number {
  const all = listSegments(dir);
  const newest = all.at(-1) ?? 0;
  const old = all.filter((number) => number < segment && number !== newest);
  for (const number of old) {
    unlinkSync(segmentPath(dir, number));
  }
  return old.length;
}

/** Durably creates an empty segment, unless one with that number exists. */
export function beginSegment(dir: string, segment: number): void {
  mkdirSync(dir, { recursive: true });
  closeSync(openSync(segmentPath(dir, segment), "a"));
  syncFolder(dir);
}

/** Makes the creation or deletion of files in a folder durable. */
export function syncFolder(dir: string): void {
  const fd = openSync(dir, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * The position up to which a stream is durable. Shared between the writing thread and the reading threads, so that no
 * reader acts on a record that a power cut or a failed write could still undo.
 */
export type DurableMark = SharedArrayBuffer;

const OFFSET_BITS = 32n;

export function newDurableMark(): DurableMark {
  return new SharedArrayBuffer(8);
}

/** A single atomic store, so that a reader never combines the segment of one position with the offset of another. */
export function publishDurable(mark: DurableMark, position: Position): void {
  const value = (BigInt(position.segment) << OFFSET_BITS) | BigInt(position.offset);
  Atomics.store(new BigInt64Array(mark), 0, value);
}

export function readDurable(mark: DurableMark): Position {
  const value = Atomics.load(new BigInt64Array(mark), 0);
  return {
    segment: Number(value >> OFFSET_BITS),
    offset: Number(BigInt.asUintN(32, value)),
  };
}
