import type { Clock } from "../../platform/clock.ts";
import { noteDamage } from "../../platform/db/damage.store.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { holdAll } from "../../platform/db/workspace-seen.store.ts";
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

export type JournalLossesParts = {
  system: Connection;
  dataDir: string;
  node: string;
  clock: Clock;
  /** Records were newly found to be lost, so the campaigns of all workspaces must be stopped. */
  onLoss: () => void;
};

/**
 * Detects losses in this node's journal, and determines where its segment numbers continue. The lost records may have
 * been unsubscribes of any workspace, so a loss stops the campaigns of all workspaces until an administrator has read
 * the notice.
 */
export class JournalLosses {
  readonly above: Above = { delivery: 0, web: 0 };
  /** Streams in which something was lost. */
  readonly streams = new Set<StreamName>();
  readonly #raised = new Map<string, number>();
  readonly #parts: JournalLossesParts;

  /** Compares the existing segments with the marks of how far each stream got. */
  constructor(parts: JournalLossesParts) {
    this.#parts = parts;
    for (const name of streamNames) {
      const dir = streamDir(parts.dataDir, name);
      if (forgetOtherMarks(parts.system, parts.node, name)) {
        this.gone(name);
      }
      const known = journalMark(parts.system, `${parts.node}/${name}`);
      if ((listSegments(dir).at(-1) ?? 0) < known) {
        this.above[name] = known + UNKNOWN_SEGMENTS;
        this.#note(name, { path: `${dir} above segment ${known}` });
        raiseJournalMark(parts.system, `${parts.node}/${name}`, this.above[name]);
        // Otherwise the next start would report the same loss again if nothing is written until then.
        beginSegment(dir, this.above[name]);
      }
    }
  }

  /** The journal of earlier processes is missing from this folder, or was lost completely. */
  gone(name: StreamName): void {
    this.#note(name, { path: streamDir(this.#parts.dataDir, name) });
  }

  /** Bytes of a segment could not be read (`bytes` > 0), or segments are missing. */
  damaged(name: StreamName, at: Position, bytes: number): void {
    const dir = streamDir(this.#parts.dataDir, name);
    if (bytes === 0) {
      this.#note(name, { path: `${dir} after segment ${at.segment}`, isLasting: true });
      return;
    }
    const path = `${segmentPath(dir, at.segment)} at byte ${at.offset}`;
    this.#note(name, { path, bytes, kept: keepDamaged(dir, at.segment), isLasting: true });
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

  #note(
    name: StreamName,
    loss: { path: string; bytes?: number; kept?: string; isLasting?: boolean },
  ): void {
    const { system, clock, onLoss } = this.#parts;
    const { path, bytes = 0, kept = "", isLasting = false } = loss;
    this.streams.add(name);
    const kind = bytes > 0 ? ("journal_bytes" as const) : ("journal_missing" as const);
    const notice = { kind, path, bytes, records: bytes > 0 ? 1 : 0, kept, at: clock() };
    const isNew = inTransaction(system, () => {
      const isRecorded = noteDamage(system, notice, isLasting);
      if (isRecorded) {
        holdAll(system, "journal", clock());
      }
      return isRecorded;
    });
    if (isNew) {
      log.error(
        { stream: name, path, bytes, kept },
        "journal records were lost. Unsubscribes may be among them, so campaigns wait for a person",
      );
      onLoss();
    }
  }
}
