// The writer thread: all writes to message rows, chunks, counters and due times happen here.
import { systemClock } from "../../platform/clock.ts";
import { log } from "../../platform/log.ts";
import { connect, serve } from "../../platform/workers/channel.ts";
import { Counts } from "../ingest/counts.store.ts";
import type { WriterEvents, WriterMethods } from "../protocol.ts";
import { decideHeld, retryMessages } from "../queue/requeue.ts";
import { Writer } from "./writer.ts";

declare const self: Worker;

let writer: Writer | undefined;
const main = connect<WriterEvents>(self);

function started(): Writer {
  if (writer === undefined) {
    throw new Error("the writer thread has not been started");
  }
  return writer;
}

const newCounts = () => new Counts();

const methods: WriterMethods = {
  async start({ marks, ...identity }) {
    const events: WriterEvents = {
      applied: (event) => main.tell("applied", event),
      deposed: () => main.tell("deposed", null),
    };
    writer = new Writer(identity, marks, events, systemClock);
    const recovered = await writer.recover();
    writer.run();
    return recovered;
  },
  lease: (request) => started().lease(request),
  renew: (request) => started().renew(request),
  expect: ({ workspaceId }) => started().expect(workspaceId),
  look: ({ workspaceId }) => started().lookWhenFree(workspaceId),
  prepare: ({ workspaceId, campaignId }) => started().prepare(workspaceId, campaignId),
  retry: ({ workspaceId, campaignId, filter }) =>
    started().change(workspaceId, campaignId, (database, now, isBlocked) =>
      retryMessages(database, { campaignId, filter, now, isBlocked }, newCounts),
    ),
  decideHeld: ({ workspaceId, campaignId, seqs, decision }) =>
    started().change(workspaceId, campaignId, (database, now) =>
      decideHeld(database, { campaignId, seqs, decision, now }, newCounts),
    ),
  pause: (request) => started().brake.pause(request),
  holdUnknown: (request) => started().brake.holdUnknown(request),
  catchUp: ({ workspaceId }) => started().catchUp(workspaceId),
  forget: ({ workspaceId }) => started().forget(workspaceId),
  dropJournal: () => started().dropJournal(),
  stop: () => started().stop(),
};

const onError = (name: string, error: unknown) =>
  log.error({ method: name, err: error }, "a call to the writer thread failed");

serve(self, methods, onError);
// The delivery thread calls this one directly, through a port that the main thread passes on.
self.addEventListener("message", ({ data }: MessageEvent<{ t: string; port?: MessagePort }>) => {
  if (data.t === "port" && data.port !== undefined) {
    serve(data.port, methods, onError);
  }
});
