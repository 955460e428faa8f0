import os from "node:os";
import { log } from "../log.ts";

/**
 * By how much the priority of threads that work for one workspace is lowered (Linux `nice`). Each step costs a thread
 * a quarter of its time while others need the same core, and nothing while a core is free.
 */
export const niceness = {
  /** For imports, exports and checks of whole files, which take minutes anyway. */
  work: 10,
  /** For queries with a time limit that a person is waiting for. */
  answer: 3,
};

/** The lowest priority that Linux has. */
const MOST = 19;

/**
 * Lowers the priority of the calling thread, so that HTTP, delivery and the writer get the processor first when the
 * work of one workspace would fill it. Only on Linux: there each thread has a priority, elsewhere only the process.
 */
export function lowerThreadPriority(nice: number): void {
  if (process.platform !== "linux" || Bun.isMainThread) {
    return;
  }
  try {
    // On Linux, id 0 means the calling thread and not the whole process (setpriority(2)).
    os.setPriority(0, Math.min(MOST, os.getPriority(0) + nice));
  } catch (error) {
    // A sandbox may forbid this. The thread then runs at normal priority and may slow others down.
    log.warn({ err: error, nice }, "the priority of a thread could not be lowered");
  }
}
