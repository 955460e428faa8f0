/**
 * Runs the tasks one after the other: now, and again `pauseMs` after each round. A task that fails is reported; the
 * tasks after it and the next round still run.
 *
 * @returns a function that stops this: a running task finishes, and no other one begins.
 */
export function startBeat(
  pauseMs: number,
  tasks: readonly (() => unknown)[],
  onError: (error: unknown) => void,
): () => void {
  let isStopped = false;
  let next: ReturnType<typeof setTimeout> | undefined;
  const round = async () => {
    for (const task of tasks) {
      if (isStopped) {
        return;
      }
      try {
        await task();
      } catch (error) {
        onError(error);
      }
    }
    if (!isStopped) {
      next = setTimeout(() => void round(), pauseMs);
    }
  };
  void round();
  return () => {
    isStopped = true;
    clearTimeout(next);
  };
}
