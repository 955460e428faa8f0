// Reads one workspace file from end to end, and is ended after its answer.
import { inspectFile } from "../platform/db/inspect-file.ts";
import { log } from "../platform/log.ts";
import { serve } from "../platform/workers/channel.ts";
import type { InspectThread } from "./inspect.ts";

declare const self: Worker;

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
