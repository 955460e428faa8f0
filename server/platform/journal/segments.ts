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

/** A place in a stream: the byte after a record. Segments are numbered from 1 and never reused. */
export type Position = { segment: number; offset: number };

/** Before the first record of any stream. */
export const streamStart: Position = { segment: 0, offset: 0 };

/** Negative when `a` is before `b`, positive when after, 0 when they are the same place. */
export function comparePositions(a: Position, b: Position): number {
  return a.segment - b.segment || a.offset - b.offset;
}

export function segmentPath(dir: string, segment: number): string {
  return join(dir, `${String(segment).padStart(10, "0")}.log`);
}

/** The numbers of the segments that exist, ascending; empty when the folder does not exist. */
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
 * Removes the segments below `segment`, except the newest: its number is what keeps later segments
 * from reusing a number that a database already holds as its applied position.
 *
 * @returns how many were removed.
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

/** Makes an empty segment, durably, unless there is one of that number. */
export function beginSegment(dir: string, segment: number): void {
  mkdirSync(dir, { recursive: true });
  closeSync(openSync(segmentPath(dir, segment), "a"));
  syncFolder(dir);
}

/** Makes a created or removed file name durable. */
export function syncFolder(dir: string): void {
  const fd = openSync(dir, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * How far a stream is durable, shared between the thread that writes it and the threads that read it,
 * so that nobody acts on a record that a power cut or a failed write could still take back.
 */
export type DurableMark = SharedArrayBuffer;

const OFFSET_BITS = 32n;

export function newDurableMark(): DurableMark {
  return new SharedArrayBuffer(8);
}

/** One atomic store, so a reader never sees the segment of one place with the offset of another. */
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
