// A thread of a pool under test: it is busy for as long as it is told, and cannot be asked to stop.
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
