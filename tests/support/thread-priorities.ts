import { readdirSync, readFileSync } from "node:fs";

/** The priorities (`nice`) of this process's threads, in order: proc_pid_stat(5), field 19. Only on Linux. */
export function threadPriorities(): number[] {
  return readdirSync("/proc/self/task")
    .map((tid) => {
      const stat = readFileSync(`/proc/self/task/${tid}/stat`, "utf8");
      // The name is in brackets and may contain blanks; the third field follows it.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(fields[19 - 3]);
    })
    .sort((a, b) => a - b);
}
