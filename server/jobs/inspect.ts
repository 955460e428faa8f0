import { type FaultReason, FileFault } from "../platform/db/file-fault.ts";
import { connect } from "../platform/workers/channel.ts";

export type InspectThread = {
  inspect(request: { path: string }): { reason: FaultReason; detail: string } | null;
};

/** Checks a workspace's whole file in a separate thread; returns the fault, or undefined when the file is intact. */
export async function inspectInThread(path: string): Promise<FileFault | undefined> {
  const worker = new Worker(new URL("./inspect.worker.ts", import.meta.url).href);
  const caller = connect<InspectThread>(worker);
  worker.addEventListener("error", (event) => caller.fail(new Error(event.message)));
  try {
    const found = await caller.call("inspect", { path });
    return found === null ? undefined : new FileFault(found.reason, found.detail);
  } finally {
    worker.terminate();
  }
}
