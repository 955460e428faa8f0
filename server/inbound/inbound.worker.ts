import { systemClock } from "../platform/clock.ts";
import { type Databases, openDatabases } from "../platform/db/databases.ts";
import { log } from "../platform/log.ts";
import { loadKeyRing } from "../platform/secrets.ts";
import { isKnownWorkspace } from "./directory.store.ts";
import { type Listener, startListener } from "./listener.ts";
import { type Mailbox, openMailbox } from "./mailbox.ts";
import type { InboundReply, InboundRequest } from "./protocol.ts";

declare const self: Worker;

type Running = { databases: Databases; mailbox: Mailbox; listener: Listener };
let running: Running | undefined;

self.onmessage = (event: MessageEvent<InboundRequest>) => {
  handle(event.data).catch((error: unknown) => {
    log.error({ err: error }, "inbound thread: request failed");
    reply({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  });
};

async function handle(request: InboundRequest): Promise<void> {
  if (request.kind === "start") {
    running = await start(request);
    reply({ kind: "listening", port: running.listener.port });
  } else if (request.kind === "clear") {
    clear(request.requestId, request.workspaceId);
  } else {
    await running?.listener.close();
    running?.databases.close();
    reply({ kind: "stopped" });
  }
}

async function start(request: InboundRequest & { kind: "start" }): Promise<Running> {
  const databases = openDatabases(request.dataDir);
  const mailbox = openMailbox(databases, systemClock);
  const listener = await startListener({
    port: request.port,
    host: request.host,
    keyRing: loadKeyRing(request.dataDir, request.masterKeyFile),
    mailbox,
    isWorkspace: (id) => isKnownWorkspace(databases.system, id),
  });
  return { databases, mailbox, listener };
}

function clear(requestId: number, workspaceId: string): void {
  try {
    const removed = running?.mailbox.clear(workspaceId) ?? 0;
    reply({ kind: "cleared", requestId, removed });
  } catch (error) {
    log.error({ err: error, workspaceId }, "inbound thread: test inbox not cleared");
    const message = error instanceof Error ? error.message : String(error);
    reply({ kind: "clear_failed", requestId, message });
  }
}

function reply(message: InboundReply): void {
  self.postMessage(message);
}
