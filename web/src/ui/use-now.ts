import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const now = signal(Date.now());
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** The current time, updated every 15 s while used: one timer for the whole page. */
export function useNow(): number {
  useEffect(() => {
    watchers++;
    timer ??= setInterval(() => {
      now.value = Date.now();
    }, 15_000);
    return () => {
      watchers--;
      if (watchers === 0) {
        clearInterval(timer);
        timer = undefined;
      }
    };
  }, []);
  // Reading the signal subscribes the component. The result is never older than now, so that a new row does not
  // appear to be in the future.
  return Math.max(now.value, Date.now());
}
