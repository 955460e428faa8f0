// Checks one workspace file completely; the thread is ended after its answer.
import { inspectFile } from "../platform/db/inspect-file.ts";
import { log } from "../platform/log.ts";
import { serve } from "../platform/workers/channel.ts";
import { lowerThreadPriority, niceness } from "../platform/workers/niceness.ts";
import type { InspectThread } from "./inspect.ts";

declare const self: Worker;

lowerThreadPriority(niceness.work);

serve<InspectThread>(
  self,
  {
    inspect({ path }) {
      const fault = inspectFile(path);
      return fault === undefined ? null : { reason: fault.reason, detail: fault.message };
    },
  },
  (name, error) => log.error({ err: error, name }, "inspecting a file failed"),
);
