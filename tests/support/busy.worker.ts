// A thread of a pool under test: it blocks for the requested time and cannot be interrupted.
import { serve } from "../../server/platform/workers/channel.ts";

declare const self: Worker;

export type BusyMethods = {
  work(request: { ms: number; name: string }): string;
  fail(request: { reason: string }): never;
};

serve<BusyMethods>(
  self,
  {
    work({ ms, name }) {
      Bun.sleepSync(ms);
      return name;
    },
    fail({ reason }) {
      throw new Error(reason);
    },
  },
  () => {},
);
