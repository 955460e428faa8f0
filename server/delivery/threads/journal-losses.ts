import type { Clock } from "../../platform/clock.ts";
import { noteDamage } from "../../platform/db/damage.store.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { keepDamaged } from "../../platform/journal/damaged.ts";
import {
  beginSegment,
  listSegments,
  type Position,
  readDurable,
  segmentPath,
} from "../../platform/journal/segments.ts";
import { log } from "../../platform/log.ts";
import { forgetOtherMarks, journalMark, raiseJournalMark } from "./journal-mark.store.ts";
import { type Stream, type StreamName, streamDir, streamNames } from "./journal-streams.ts";

/** The mark is written just after a segment is begun, and several may have been since it could be written last. */
const UNKNOWN_SEGMENTS = 1_000;

/** Where streams go on: above every number that a database may hold as its applied position. */
type Above = Record<StreamName, number>;

/** What of this node's journal was lost, and where its numbers go on. */
export class JournalLosses {
  readonly above: Above = { delivery: 0, web: 0 };
  /** Streams of which something was lost. */
  readonly streams = new Set<StreamName>();
  readonly #raised = new Map<string, number>();
  readonly #parts: { system: Connection; dataDir: string; node: string; clock: Clock };

  /** Compares the segments that are there with how far they are known to have gone. */
  constructor(parts: { system: Connection; dataDir: string; node: string; clock: Clock }) {
    this.#parts = parts;
    for (const name of streamNames) {
      const dir = streamDir(parts.dataDir, name);
      if (forgetOtherMarks(parts.system, parts.node, name)) {
        this.gone(name);
      }
      const known = journalMark(parts.system, `${parts.node}/${name}`);
      if ((listSegments(dir).at(-1) ?? 0) < known) {
        this.above[name] = known + UNKNOWN_SEGMENTS;
        this.#note(name, `${dir} above segment ${known}`, 0, "");
        raiseJournalMark(parts.system, `${parts.node}/${name}`, this.above[name]);
        // Else the next start would take it for lost again, as long as nothing has been written.
        beginSegment(dir, this.above[name]);
      }
    }
  }

  /** The journal that earlier processes wrote is not in this folder, or all of it was lost. */
  gone(name: StreamName): void {
    this.#note(name, streamDir(this.#parts.dataDir, name), 0, "");
  }

  /** Bytes of a segment could not be read, or segments in between are gone. */
  damaged(name: StreamName, at: Position, bytes: number): void {
    const dir = streamDir(this.#parts.dataDir, name);
    if (bytes === 0) {
      this.#note(name, `${dir} after segment ${at.segment}`, 0, "");
      return;
    }
    const place = `${segmentPath(dir, at.segment)} at byte ${at.offset}`;
    this.#note(name, place, bytes, keepDamaged(dir, at.segment));
  }

  /** Remembers how far the streams have gone: one write for each new segment. */
  raiseMarks(streams: readonly Stream[]): void {
    for (const { name, mark } of streams) {
      const reached = readDurable(mark).segment;
      if (reached > (this.#raised.get(name) ?? 0)) {
        raiseJournalMark(this.#parts.system, name, reached);
        this.#raised.set(name, reached);
      }
    }
  }

  #note(name: StreamName, path: string, bytes: number, kept: string): void {
    this.streams.add(name);
    log.error({ stream: name, path, bytes, kept }, "records of the journal are lost");
    noteDamage(this.#parts.system, {
      at: this.#parts.clock(),
      kind: bytes > 0 ? "journal_bytes" : "journal_missing",
      path,
      bytes,
      records: bytes > 0 ? 1 : 0,
      kept,
    });
  }
}
