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

/**
 * Segment numbers to skip after a loss. The mark is written shortly after a segment starts, so the stream may have got
 * further than its mark.
 */
const UNKNOWN_SEGMENTS = 1_000;

/** Where each stream continues: above every position that a database may have stored as applied. */
type Above = Record<StreamName, number>;

/** Detects losses in this node's journal, and determines where its segment numbers continue. */
export class JournalLosses {
  readonly above: Above = { delivery: 0, web: 0 };
  /** Streams in which something was lost. */
  readonly streams = new Set<StreamName>();
  readonly #raised = new Map<string, number>();
  readonly #parts: { system: Connection; dataDir: string; node: string; clock: Clock };

  /** Compares the existing segments with the marks of how far each stream got. */
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
        // Otherwise the next start would report the same loss again if nothing is written until then.
        beginSegment(dir, this.above[name]);
      }
    }
  }

  /** The journal of earlier processes is missing from this folder, or was lost completely. */
  gone(name: StreamName): void {
    this.#note(name, streamDir(this.#parts.dataDir, name), 0, "");
  }

  /** Bytes of a segment could not be read (`bytes` > 0), or segments are missing. */
  damaged(name: StreamName, at: Position, bytes: number): void {
    const dir = streamDir(this.#parts.dataDir, name);
    if (bytes === 0) {
      this.#note(name, `${dir} after segment ${at.segment}`, 0, "");
      return;
    }
    const place = `${segmentPath(dir, at.segment)} at byte ${at.offset}`;
    this.#note(name, place, bytes, keepDamaged(dir, at.segment));
  }

  /** Stores how far the streams have got, with one write per new segment. */
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
    log.error({ stream: name, path, bytes, kept }, "journal records were lost");
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
