import { join } from "node:path";
import { JournalReader } from "../../platform/journal/reader.ts";
import { type DurableMark, type Position, streamStart } from "../../platform/journal/segments.ts";
import type { NodeIdentity, StreamMarks } from "../protocol.ts";

export const streamNames = ["delivery", "web"] as const;
export type StreamName = (typeof streamNames)[number];

/** A stream of this node's journal, as read by the writer thread. */
export type Stream = {
  name: string;
  short: StreamName;
  dir: string;
  mark: DurableMark;
  reader: JournalReader;
};

/** The folder of a stream. */
export function streamDir(dataDir: string, stream: StreamName): string {
  return join(dataDir, "local", "journal", stream);
}

/** Opens both streams at their beginning. */
export function openStreams(
  identity: NodeIdentity,
  marks: StreamMarks,
  onDamage: (stream: StreamName, at: Position, bytes: number) => void,
): Stream[] {
  return streamNames.map((short) => {
    const dir = streamDir(identity.dataDir, short);
    const reader = new JournalReader({
      dir,
      from: streamStart,
      onDamage: (at, bytes) => onDamage(short, at, bytes),
    });
    return { name: `${identity.node}/${short}`, short, dir, mark: marks[short], reader };
  });
}
