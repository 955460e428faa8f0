// The delivery thread: renders and sends messages, and writes the "delivery" stream of the journal.
import { systemClocks } from "../../platform/clock.ts";
import { openDatabases } from "../../platform/db/databases.ts";
import { openJournal } from "../../platform/journal/writer.ts";
import { log } from "../../platform/log.ts";
import { readKeyRing } from "../../platform/secrets.ts";
import { connect, serve } from "../../platform/workers/channel.ts";
import type { DeliveryMethods, MainMethods, WriterMethods } from "../protocol.ts";
import { DeliveryThread } from "./delivery-thread.ts";
import { streamDir } from "./journal-streams.ts";

declare const self: Worker;

const main = connect<MainMethods>(self);
const port = Promise.withResolvers<MessagePort>();
let thread: DeliveryThread | undefined;

function started(): DeliveryThread {
  if (thread === undefined) {
    throw new Error("the delivery thread has not been started");
  }
  return thread;
}

const methods: DeliveryMethods = {
  async start({ dataDir, marks, above, masterKeyFile, signerThreads, dnsServers }) {
    const journal = openJournal({
      dir: streamDir(dataDir, "delivery"),
      above,
      durable: marks.delivery,
      onHealth: (health) =>
        main.tell("health", {
          writable: health.writable,
          reason: health.writable ? "" : health.reason,
        }),
    });
    thread = new DeliveryThread({
      dataDir,
      main,
      writer: connect<WriterMethods>(await port.promise),
      journal,
      databases: openDatabases(dataDir),
      keyRing: readKeyRing(dataDir, masterKeyFile),
      signerThreads,
      dnsServers,
      clocks: systemClocks,
    });
    thread.run();
  },
  notice: ({ workspaceId, campaignId }) => started().pipeline.notice(workspaceId, campaignId),
  resubscribed: ({ workspaceId, address, upTo }) =>
    started().pipeline.resubscribed(workspaceId, address, upTo),
  optedOut: (whom) => started().pipeline.optedOut(whom),
  rulesChanged: () => started().reloadRules(),
  routeChanged: ({ workspaceId, routeId }) => started().pipeline.routeChanged(workspaceId, routeId),
  sendOne: (message) => started().sendOne(message),
  queue: ({ workspaceId }) => started().queue(workspaceId),
  resumeLimit: (limit) => started().pipeline.resumeLimit(limit),
  suspendLimit: (limit) => started().pipeline.suspendLimit(limit),
  forget: ({ workspaceId }) => started().forget(workspaceId),
  rollJournal: () => started().rollJournal(),
  stop: ({ withinMs }) => started().stop(withinMs),
};

serve(self, methods, (name, error) =>
  log.error({ method: name, err: error }, "a call to the delivery thread failed"),
);
self.addEventListener("message", ({ data }: MessageEvent<{ t: string; port?: MessagePort }>) => {
  if (data.t === "port" && data.port !== undefined) {
    port.resolve(data.port);
  }
});
