import type { InboundReply, InboundRequest } from "./protocol.ts";

export { inboxPassword } from "./inbox-password.ts";

/** The running SMTP listener, as the main thread sees it. */
export type Inbound = {
  /** The port it really listens on. */
  port: number;
  /** Empties a workspace's test inbox; resolves with the number of messages that went. */
  clear(workspaceId: string): Promise<number>;
  /** Stops listening, lets open transactions end (at most 2 s) and ends the thread. */
  stop(): Promise<void>;
};

export type InboundOptions = {
  dataDir: string;
  masterKeyFile: string | undefined;
  /** 0 picks a free port. */
  port: number;
  /** Loopback unless said otherwise: nothing is taken from outside yet. */
  host?: string;
  /** The thread died after it had started; what waits for it is refused. */
  onFatal?: (reason: string) => void;
};

type Pending = { resolve: (removed: number) => void; reject: (error: Error) => void };

/** Starts the inbound thread. @throws Error when it cannot listen, with the system's reason. */
export function startInbound(options: InboundOptions): Promise<Inbound> {
  const worker = new Worker(new URL("./inbound.worker.ts", import.meta.url).href);
  const pending = new Map<number, Pending>();
  let lastRequest = 0;
  const tell = (request: InboundRequest) => worker.postMessage(request);
  const clear = (workspaceId: string) =>
    new Promise<number>((resolve, reject) => {
      lastRequest += 1;
      pending.set(lastRequest, { resolve, reject });
      tell({ kind: "clear", requestId: lastRequest, workspaceId });
    });

  return new Promise((resolve, reject) => {
    let stopped: (() => void) | undefined;
    const stop = () =>
      new Promise<void>((done) => {
        stopped = done;
        tell({ kind: "stop" });
      });
    worker.onerror = (event) => {
      const reason = `the inbound thread failed: ${event.message}`;
      reject(new Error(reason));
      for (const request of pending.values()) {
        request.reject(new Error(reason));
      }
      pending.clear();
      options.onFatal?.(reason);
    };
    worker.onmessage = (event: MessageEvent<InboundReply>) => {
      const reply = event.data;
      if (reply.kind === "listening") {
        resolve({ port: reply.port, clear, stop });
      } else if (reply.kind === "failed") {
        worker.terminate();
        reject(new Error(`The SMTP listener did not start: ${reply.message}`));
      } else if (reply.kind === "stopped") {
        worker.terminate();
        stopped?.();
      } else {
        settle(pending, reply);
      }
    };
    tell({
      kind: "start",
      dataDir: options.dataDir,
      masterKeyFile: options.masterKeyFile,
      port: options.port,
      host: options.host ?? "127.0.0.1",
    });
  });
}

function settle(
  pending: Map<number, Pending>,
  reply: InboundReply & { kind: "cleared" | "clear_failed" },
): void {
  const request = pending.get(reply.requestId);
  pending.delete(reply.requestId);
  if (reply.kind === "cleared") {
    request?.resolve(reply.removed);
  } else {
    request?.reject(new Error(reply.message));
  }
}
