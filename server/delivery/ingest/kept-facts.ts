import {
  closeSync,
  existsSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { JournalReader } from "../../platform/journal/reader.ts";
import { RecordBuffer } from "../../platform/journal/record.ts";
import {
  comparePositions,
  type Position,
  segmentPath,
  streamStart,
  syncFolder,
} from "../../platform/journal/segments.ts";
import type { GatheredFact } from "./gathered.ts";

/**
 * Stores the facts of workspaces that are set aside, one file per workspace, so that they are not lost and do not keep
 * the shared journal on disk. They are applied when the workspace returns.
 */
export class KeptFacts {
  readonly #root: string;
  readonly #files = new Map<string, number>();
  readonly #unsynced = new Set<string>();
  readonly #workspaces: Set<string>;

  /** @param root Folder of the kept facts; created when the first fact is kept. */
  constructor(root: string) {
    this.#root = root;
    this.#workspaces = new Set(existsSync(root) ? readdirSync(root) : []);
  }

  /** Starts keeping this workspace's facts, until `drop`. */
  hold(workspaceId: string): void {
    this.#workspaces.add(workspaceId);
  }

  /** The workspaces whose facts are being kept. */
  workspaces(): string[] {
    return [...this.#workspaces];
  }

  has(workspaceId: string): boolean {
    return this.#workspaces.has(workspaceId);
  }

  /** Appends facts. They are durable after `sync`. @throws Error when they cannot be written. */
  add(workspaceId: string, items: readonly GatheredFact[]): void {
    const records = new RecordBuffer();
    for (const { stream, end, fact } of items) {
      records.add(JSON.stringify({ stream, end, fact } satisfies GatheredFact));
    }
    const fd = this.#open(workspaceId);
    this.#unsynced.add(workspaceId);
    const bytes = records.bytes();
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(fd, bytes, done);
    }
  }

  /** Makes the appended facts survive a power cut. @throws Error when the sync fails. */
  sync(): void {
    for (const workspaceId of this.#unsynced) {
      fdatasyncSync(this.#open(workspaceId));
      this.#unsynced.delete(workspaceId);
    }
  }

  /** The kept facts of a workspace in stream order, without duplicates. */
  *read(workspaceId: string): Generator<GatheredFact[]> {
    const reader = new JournalReader({ dir: this.#folder(workspaceId), from: streamStart });
    const last = new Map<string, Position>();
    try {
      for (let records = reader.next(); records.length > 0; records = reader.next()) {
        yield records
          .map(({ payload }) => JSON.parse(payload) as GatheredFact)
          .filter(({ stream, end }) => {
            const isNew = comparePositions(last.get(stream) ?? streamStart, end) < 0;
            last.set(stream, isNew ? end : (last.get(stream) ?? end));
            return isNew;
          });
      }
    } finally {
      reader.close();
    }
  }

  /** The first kept position of each stream. */
  first(workspaceId: string): Map<string, Position> {
    const first = new Map<string, Position>();
    for (const items of this.read(workspaceId)) {
      for (const { stream, end } of items) {
        if (!first.has(stream)) {
          first.set(stream, end);
        }
      }
    }
    return first;
  }

  /** Removes the kept facts; call it once all of them are applied durably. */
  drop(workspaceId: string): void {
    const fd = this.#files.get(workspaceId);
    if (fd !== undefined) {
      closeSync(fd);
      this.#files.delete(workspaceId);
    }
    this.#unsynced.delete(workspaceId);
    this.#workspaces.delete(workspaceId);
    rmSync(this.#folder(workspaceId), { recursive: true, force: true });
  }

  close(): void {
    for (const fd of this.#files.values()) {
      closeSync(fd);
    }
    this.#files.clear();
  }

  #open(workspaceId: string): number {
    let fd = this.#files.get(workspaceId);
    if (fd === undefined) {
      const folder = this.#folder(workspaceId);
      mkdirSync(folder, { recursive: true });
      this.#workspaces.add(workspaceId);
      fd = openSync(segmentPath(folder, 1), "a");
      syncFolder(folder);
      this.#files.set(workspaceId, fd);
    }
    return fd;
  }

  #folder(workspaceId: string): string {
    return join(this.#root, workspaceId);
  }
}
