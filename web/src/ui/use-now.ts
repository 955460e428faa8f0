import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const now = signal(Date.now());
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** The time, renewed every 15 s while anybody looks: one timer for the whole page. */
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
  // Read to subscribe; the time itself is fresh, or what was just made would lie in the future.
  return Math.max(now.value, Date.now());
}
