import { join } from "node:path";
import { JournalReader } from "../platform/journal/reader.ts";
import { type DurableMark, streamStart } from "../platform/journal/segments.ts";
import { log } from "../platform/log.ts";
import type { NodeIdentity, StreamMarks } from "./writer-methods.ts";

/** A stream of this node's journal, as the writer thread follows it. */
export type Stream = { name: string; dir: string; mark: DurableMark; reader: JournalReader };

/** The folder of a node's stream. */
export function streamDir(dataDir: string, stream: "delivery" | "web"): string {
  return join(dataDir, "local", "journal", stream);
}

/** Both streams from their beginning. */
export function openStreams(identity: NodeIdentity, marks: StreamMarks): Stream[] {
  return (["delivery", "web"] as const).map((name) => {
    const dir = streamDir(identity.dataDir, name);
    const reader = new JournalReader({
      dir,
      from: streamStart,
      onDamage: (at) => log.error({ stream: name, at }, "the journal is damaged here"),
    });
    return { name: `${identity.node}/${name}`, dir, mark: marks[name], reader };
  });
}
