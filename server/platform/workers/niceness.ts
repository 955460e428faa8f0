import os from "node:os";
import { log } from "../log.ts";

/**
 * How much the threads that work for one workspace stand back (Linux `nice`; each step is a quarter less time where
 * both want the same core, and costs nothing where a core is free).
 */
export const niceness = {
  /** Imports, exports, checks of whole files: they take minutes anyway. */
  work: 10,
  /** Somebody waits for the answer, and it has a time limit. */
  answer: 3,
};

/** The lowest priority there is. */
const MOST = 19;

/**
 * Lowers the priority of the calling thread, so that HTTP, delivery and the writer get the processor first when the
 * work of one workspace would fill it. Only on Linux: there each thread has a priority, elsewhere only the process.
 */
export function standBack(nice: number): void {
  if (process.platform !== "linux" || Bun.isMainThread) {
    return;
  }
  try {
    // 0 is the calling thread: setpriority(2), "C library/kernel differences".
    os.setPriority(0, Math.min(MOST, os.getPriority(0) + nice));
  } catch (error) {
    // A sandbox may forbid it. The thread then works at normal priority, which is right, only less polite.
    log.warn({ err: error, nice }, "the priority of a thread could not be lowered");
  }
}
