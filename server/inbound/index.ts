import { messageOf } from "../platform/errors.ts";
import { connect, serve } from "../platform/workers/channel.ts";
import type { DmarcOutcome } from "./dmarc/dmarc-desk.ts";
import type { InboundMethods, InboundPorts } from "./protocol.ts";

export type { InboundFact } from "./desk.ts";
export { claimMailDomain } from "./directory.store.ts";
export { inboxPassword } from "./inbox-password.ts";
export { INSTANCE_INBOX } from "./received.ts";
export { readServerWords } from "./report/smtp-words.ts";
export { type InboundSettings, readInboundSettings, storeInboundSettings } from "./settings.ts";

/** The running SMTP listener, as seen by the main thread. */
export type Inbound = {
  /** The port it actually listens on. */
  port: number;
  /** Empties a workspace's test inbox; resolves with the number of deleted messages. */
  clear(workspaceId: string): Promise<number>;
  /** Deletes one message of the test inbox or of the received mail; false when it did not exist. */
  remove(workspaceId: string, box: "test" | "received", id: number): Promise<boolean>;
  /** Reads and stores a DMARC aggregate report, compressed or not. */
  addDmarcReport(workspaceId: string, bytes: Uint8Array): Promise<DmarcOutcome>;
  /** Stops listening, lets open transactions finish (at most 2 s) and ends the thread. */
  stop(): Promise<void>;
};

export type InboundOptions = {
  dataDir: string;
  masterKeyFile: string | undefined;
  /** 0 picks a free port. */
  port: number;
  /** Default: loopback. */
  host?: string;
  /** The instance's public host name; empty when it has none. */
  publicHost?: string;
  /** Durably records bounces, complaints and unsubscribes. */
  recordFact: InboundPorts["recordFact"];
  /** Called when the thread dies after it had started; pending calls are rejected. */
  onFatal?: (reason: string) => void;
};

/** Starts the inbound thread. @throws Error when it cannot listen, with the system's reason. */
export async function startInbound(options: InboundOptions): Promise<Inbound> {
  const worker = new Worker(new URL("./inbound.worker.ts", import.meta.url).href);
  const thread = connect<InboundMethods>(worker);
  serve<InboundPorts>(worker, { recordFact: options.recordFact }, () => undefined);
  worker.addEventListener("error", (event) => {
    const reason = `the inbound thread failed: ${event.message}`;
    thread.fail(new Error(reason));
    options.onFatal?.(reason);
  });
  try {
    const { port } = await thread.call("start", {
      dataDir: options.dataDir,
      masterKeyFile: options.masterKeyFile,
      port: options.port,
      host: options.host ?? "127.0.0.1",
      publicHost: options.publicHost ?? "",
    });
    return {
      port,
      clear: (workspaceId) => thread.call("clear", { workspaceId }),
      remove: (workspaceId, box, id) => thread.call("remove", { workspaceId, box, id }),
      addDmarcReport: (workspaceId, bytes) => thread.call("addDmarcReport", { workspaceId, bytes }),
      async stop() {
        await thread.call("stop", null);
        worker.terminate();
      },
    };
  } catch (error) {
    worker.terminate();
    const reason = messageOf(error);
    const advice = /EADDRINUSE|EACCES/.test(reason)
      ? ". Stop what uses it, or set SMTP_IN_PORT to another port"
      : "";
    throw new Error(`The SMTP listener did not start: ${reason}${advice}`);
  }
}
