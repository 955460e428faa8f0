import { AppError, because } from "../../platform/errors.ts";

/**
 * Runs long work step by step, so that the journal and other calls are processed in between.
 *
 * @param before Awaited before each step.
 * @throws AppError `unavailable` when `isStopped` returns true before the work is finished.
 */
export async function inSteps<T>(
  steps: Generator<undefined, T>,
  isStopped: () => boolean,
  before?: () => Promise<void>,
): Promise<T> {
  for (;;) {
    if (isStopped()) {
      throw new AppError("unavailable", because("server_stopping"));
    }
    await before?.();
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
    await nextTurn();
  }
}

/** Yields to everything else that waits on the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
