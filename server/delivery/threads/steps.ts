import { AppError } from "../../platform/errors.ts";

/**
 * Runs slow work step by step, letting the journal and callers in between.
 *
 * @param before Waited for before each step.
 * @throws AppError `unavailable` when `isStopped` says so before the work is done.
 */
export async function inSteps<T>(
  steps: Generator<undefined, T>,
  isStopped: () => boolean,
  before?: () => Promise<void>,
): Promise<T> {
  for (;;) {
    if (isStopped()) {
      throw new AppError("unavailable", "SwiftMail is stopping.");
    }
    await before?.();
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
    await nextTurn();
  }
}

/** Lets everything else that waits have its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
